"""The application on a real socket: uvicorn, with uvloop and httptools where they are installed."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import importlib.util
import signal
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from types import FrameType
from typing import Literal

import anyio
import uvicorn
from uvicorn.server import HANDLED_SIGNALS

from .asgi import App
from .connection import MAX_HEAD_BYTES
from .plain import PlainProtocol

IDLE_SECONDS = 60
"""How long an idle connection is kept: the service's own limit (sdk-vendor-tests); uvicorn's default is 5."""

GRACE_SECONDS = 0.5
"""How long a connection may take, once the server is told to stop, to finish what it has begun."""


class CannotListen(OSError):
    """The address cannot be had; the message is one sentence."""


def listen(host: str, port: int) -> socket.socket:
    """A listening socket, so that `port` 0 is known before anybody asks.  Raises CannotListen."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=1024)
    except OSError as reason:
        in_use = "is in use; stop what listens there or pass --port 0" if reason.errno == errno.EADDRINUSE else None
        why = in_use or f"cannot be listened on: {reason.strerror or reason}"
        raise CannotListen(f"{host}:{port} {why}") from None
    # What is accepted inherits it; asyncio does not see that these sockets are TCP, and h11 writes an answer in two:
    # the second would wait 40 ms until the first is acknowledged.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def url_of(listener: socket.socket, scheme: str = "http") -> str:
    host, port = listener.getsockname()[:2]
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


LAST_SECONDS = 0.1
"""How long tasks whose connection was cut off may take to notice."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """What stopping took: how many idle connections were closed, and which others were cut off and why."""

    idle: int
    cut: tuple[str, ...]


class Server(uvicorn.Server):
    """uvicorn's server over a socket that listens already.

    `ready` is called once when it serves.  Told to stop, it stops accepting, answers what is decided and is gone
    within a second; `stopped` then says what was cut.
    """

    def __init__(self, app: App, listener: socket.socket, *, ready: Callable[[], None] = lambda: None) -> None:
        super().__init__(config_of(app))
        self.stopped = Stopped(0, ())
        self._app = app
        self._listener = listener
        self._ready = ready
        self._wake: Callable[[], object] = lambda: None

    def serve_until_stopped(self, tls: ssl.SSLContext | None = None) -> Stopped:
        """Block until a signal, or `should_exit`; given a context, speak TLS."""
        self.config.load()
        self.config.ssl = tls  # uvicorn itself makes one, of files
        try:
            self.run(sockets=[self._listener])
        finally:
            self._listener.close()
        return self.stopped

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self._ready()

    async def main_loop(self) -> None:
        """Until it is told to stop: uvicorn looks for that ten times a second, and `stop` does not wait for it."""
        loop = asyncio.get_running_loop()
        with anyio.CancelScope() as ticking:
            self._wake = partial(loop.call_soon_threadsafe, ticking.cancel)
            await super().main_loop()

    def stop(self) -> None:
        """Tell it from another thread, or from a signal's handler, to stop."""
        self.should_exit = True
        with contextlib.suppress(RuntimeError):  # its loop is closed: it has stopped
            self._wake()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for listener in sockets or []:
            listener.close()
        self._app.close()
        idle = sum(_is_idle(connection) for connection in self.server_state.connections)
        for connection in list(self.server_state.connections):
            connection.shutdown()
        with anyio.move_on_after(GRACE_SECONDS):
            while self.server_state.connections and not self.force_exit:
                await anyio.sleep(0.01)
        self.stopped = Stopped(idle, tuple(sorted(map(_describe, self.server_state.connections))))
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        # Told that their client is gone, tasks end by themselves; uvicorn takes a cancelled one for a bug and says so.
        with anyio.move_on_after(LAST_SECONDS):
            while self.server_state.tasks:
                await anyio.sleep(0.01)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        self.stop()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """As uvicorn does, but without raising the signal again at the end: a fake that was told to stop did well."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in HANDLED_SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _is_idle(connection: object) -> bool:
    cycle = getattr(connection, "cycle", None)
    return cycle is None or cycle.response_complete


def _describe(connection: object) -> str:
    client = getattr(connection, "client", None)
    who = f"{client[0]}:{client[1]}" if client else "a client"
    cycle = getattr(connection, "cycle", None)
    if cycle is not None and cycle.more_body:
        return f"{who} while it was sending its request"
    return f"{who} while it was reading its answer"


def config_of(app: App) -> uvicorn.Config:
    """How uvicorn is to serve this application."""
    return uvicorn.Config(
        app,
        http=_http_protocol(),
        loop=_loop(),
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,  # the account's own time stands in it
        timeout_keep_alive=IDLE_SECONDS,
        h11_max_incomplete_event_size=MAX_HEAD_BYTES,
    )


def _loop() -> Literal["uvloop", "asyncio"]:
    return "uvloop" if importlib.util.find_spec("uvloop") else "asyncio"


def _http_protocol() -> type:
    if importlib.util.find_spec("httptools") is None:
        return PlainProtocol
    from .direct import Protocol

    return Protocol
