"""Targets for the contract suite: whatever answers requests, in process or on a socket."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count

from ccc_contract.http import Headers, Request, Response
from ccc_contract.suite.control import proven
from ccc_contract.suite.target import Target
from ccc_mock.clock import Stopwatch

HOST = "ccc.localhost"
Send = Callable[[Request], Response]


def no_time() -> Stopwatch:
    """For a fake whom nobody asks why a signature does not match: to search for it takes longer than all else."""
    return Stopwatch(lambda: 0.0, count().__next__)


def target_of(send: Send) -> Target:
    """Whatever answers like this, once it has proved to be a fake."""
    control, doubt = proven(send, HOST)
    assert control is not None, doubt
    return Target.fake(send, HOST, control)


def masked(send: Send) -> Send:
    """The same without control, as a service that is real: it cannot prove to be a fake."""

    def answer(request: Request) -> Response:
        if request.path != b"/":
            return Response(404, ((b"Content-Type", b"text/plain"),), b"nothing here\n")
        return send(request)

    return answer


@contextmanager
def on_a_socket(send: Send) -> Iterator[str]:
    """A plain server in a thread that answers like this; gives its URL."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body in one packet: two of them wait for each other

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            lines = Headers((name.encode(), value.encode("latin-1")) for name, value in self.headers.items())
            path, _, query = self.path.encode().partition(b"?")
            response = send(Request(self.command, path, query, lines, body))
            self.send_response(response.status)
            for name, value in response.headers:
                self.send_header(name.decode(), value.decode("latin-1"))
            self.send_header("Content-Length", str(len(response.body)))
            self.end_headers()
            self.wfile.write(response.body)

        do_GET = do_POST = do_PUT = do_DELETE = answer

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
