"""``rekom relay``."""

import signal
import threading

import click

from verify import relay
from verify.composition import Rekom
from verify.config import load_settings


@click.command("relay")
def relay_command() -> None:
    """Ring for due tasks and sweep up what was left."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    relay.run(Rekom(load_settings(), wakes=False), stop)
