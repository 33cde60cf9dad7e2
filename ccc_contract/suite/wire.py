"""Requests as they are, byte for byte, over one kept connection; and answers as they came.  An adapter.

Nothing is ever sent a second time: on a target that is real it could ring twice.  A connection that has been idle is
replaced before it is used, so that the server's end of it need not be noticed by a request.
"""

from __future__ import annotations

import http.client
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from urllib.parse import urlsplit

from ..http import Request, Response
from .reply import Lost, Unreachable

MAX_BODY_BYTES = 16 * 1024 * 1024
_PART_BYTES = 64 * 1024
IDLE_SECONDS = 2.0
"""Below the shortest that a server is known to keep a connection: uvicorn's five."""


class Wire:
    """Sends to `url` (`http(s)://host[:port]/`), whatever host the request names; one request at a time."""

    def __init__(
        self, url: str, *, ca_file: str | None = None, timeout_seconds: float = 30.0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        self._monotonic, self._used_at = monotonic, -IDLE_SECONDS
        self._connection: http.client.HTTPConnection
        if parts.scheme == "https":
            context = ssl.create_default_context(cafile=ca_file)
            self._connection = http.client.HTTPSConnection(host, port, timeout=timeout_seconds, context=context)
        else:
            self._connection = http.client.HTTPConnection(host, port, timeout=timeout_seconds)

    def __call__(self, request: Request) -> Response:
        """Raises Unreachable where nothing can have come of it, Lost where something may."""
        if self._monotonic() - self._used_at > IDLE_SECONDS:
            self.close()
        try:
            if self._connection.sock is None:
                self._connection.connect()
        except ssl.SSLError as error:
            hint = "; does it speak TLS, or is it http://…?" if error.reason == "WRONG_VERSION_NUMBER" else ""
            raise Unreachable(f"no connection: {error.reason or error}{hint}") from None
        except OSError as error:
            raise Unreachable(f"no connection: {error}") from None
        try:
            self._send(request)
            return self._answer()
        except (OSError, http.client.HTTPException, ValueError) as error:
            self.close()
            raise Lost(f"the connection failed: {error or type(error).__name__}") from None
        except Lost:
            self.close()
            raise
        finally:
            self._used_at = self._monotonic()

    def _send(self, request: Request) -> None:
        connection, lines = self._connection, request.headers.lines
        connection.putrequest(request.method, request.target.decode("ascii"), skip_host=True, skip_accept_encoding=True)
        for name, value in lines:
            connection.putheader(name, value)
        if b"content-length" not in request.headers and (request.body or request.method == "POST"):
            connection.putheader("Content-Length", str(len(request.body)))
        with suppress(BrokenPipeError, ConnectionResetError):  # it may have answered before it read everything
            connection.endheaders(request.body or None)

    def _answer(self) -> Response:
        """Raises Lost with what came of it; whatever http.client raises where no head came."""
        came = self._connection.getresponse()
        headers = tuple((name.encode("latin-1"), value.encode("latin-1")) for name, value in came.getheaders())
        body, problem = _body(came)
        answer = Response(came.status, headers, body)
        if problem:
            raise Lost(f"the connection failed: {problem}", answer)
        return answer

    def close(self) -> None:
        self._connection.close()


def _body(came: http.client.HTTPResponse) -> tuple[bytes, str]:
    """What came of a body, and why there is no more of it; "" where that was all."""
    body = bytearray()
    try:
        while part := came.read1(_PART_BYTES):
            body += part
            if len(body) > MAX_BODY_BYTES:
                return bytes(body), f"an answer of more than {MAX_BODY_BYTES} bytes"
    except http.client.IncompleteRead as cut:
        return bytes(body + cut.partial), "the answer was cut"
    except (OSError, http.client.HTTPException) as error:
        return bytes(body), str(error) or type(error).__name__
    came.close()  # read1 does not where the length that was stated has been read
    return bytes(body), ""
