"""Signs of life, for container health checks and the doctor."""

import socket
from datetime import datetime
from urllib.error import URLError
from urllib.request import urlopen

from redis import Redis
from redis.exceptions import RedisError
from rq import Worker

from verify.config import Settings

RELAY_SIGN = "rekom:relay-lives"
RELAY_SECONDS = 15


def web_lives(port: int) -> bool:
    """Whether this host's web server answers."""
    try:
        with urlopen(f"http://127.0.0.1:{port}/healthz", timeout=3) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def sign_relay(connection: Redis, now: datetime) -> None:
    """Leave the relay's sign of life."""
    connection.set(RELAY_SIGN, now.isoformat(), ex=RELAY_SECONDS)


def relay_lives(settings: Settings) -> bool:
    """Whether a relay gave a sign lately."""
    try:
        return Redis.from_url(settings.redis_url, socket_timeout=2).exists(RELAY_SIGN) == 1
    except RedisError:
        return False


def worker_lives(settings: Settings) -> bool:
    """Whether a worker of this host is registered and beating."""
    try:
        workers = Worker.all(connection=Redis.from_url(settings.redis_url, socket_timeout=2))
    except RedisError:
        return False
    return any(worker.hostname == socket.gethostname() for worker in workers)
