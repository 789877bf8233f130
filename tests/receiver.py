"""A hospital's system that listens for news: a real server that answers as it is told and keeps what it was sent."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from tests.journeys.site import Silent


@dataclass(frozen=True)
class Received:
    """One request, with its headers in lower case."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """``answers`` are given in order, the last one for ever; ``meanwhile`` runs before each."""

    answers: list[Response] = field(default_factory=lambda: [Response(status=204)])
    received: list[Received] = field(default_factory=list)
    meanwhile: Callable[[], object] = lambda: None
    port: int = 0

    def url(self, host: str = "localhost") -> str:
        return f"http://{host}:{self.port}/webhook"

    def __call__(self, environ: dict[str, object], start_response: Callable[..., object]) -> object:
        request = Request(environ)
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.received.append(Received(request.path, headers, request.get_data()))
        self.meanwhile()
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return answer(environ, start_response)


@contextmanager
def listening() -> Iterator[Receiver]:
    """A receiver on a port of its own, on the loopback address."""
    made = Receiver()
    server = make_server("127.0.0.1", 0, made, threaded=True, request_handler=Silent)
    made.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, name="receiver")
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
