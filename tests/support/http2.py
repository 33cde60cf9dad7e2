"""The fake over HTTP/2, which uvicorn does not speak: its application under hypercorn."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import threading
from collections.abc import Iterator
from typing import Any

from hypercorn.asyncio import serve
from hypercorn.config import Config

from ccc_mock import Endpoint
from ccc_mock.adapters.asgi import App
from ccc_mock.adapters.server import listen, url_of
from ccc_mock.adapters.serving import Served


class _Config(Config):
    """With a context that is there, in place of files."""

    context: ssl.SSLContext
    ssl_enabled = True

    def create_ssl_context(self) -> ssl.SSLContext:
        return self.context


class Asked:
    """The application, and what each request came over: the version of HTTP and the client's port."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.over: list[tuple[str, int]] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            return  # it has none
        self.over.append((scope["http_version"], scope["client"][1]))
        await self.app(scope, receive, send)


@contextlib.contextmanager
def serving_http2(endpoint: Endpoint, context: ssl.SSLContext) -> Iterator[tuple[Served, Asked]]:
    """Serve it on a free port, over TLS, to clients of HTTP/2 and of HTTP/1.1."""
    context.set_alpn_protocols(["h2", "http/1.1"])
    app = Asked(App(endpoint))
    with contextlib.closing(listen("127.0.0.1", 0)) as listener:
        url = url_of(listener, "https")
        config = _Config()
        config.context, config.bind, config.errorlog = context, [f"fd://{listener.detach()}"], None
        config.graceful_timeout = 0.1
        loop = asyncio.new_event_loop()
        stop = asyncio.Event()
        thread = threading.Thread(
            target=loop.run_until_complete, args=(serve(app, config, shutdown_trigger=stop.wait),), daemon=True
        )
        thread.start()
        try:
            yield Served(url, endpoint), app  # the socket listens already
        finally:
            loop.call_soon_threadsafe(stop.set)
            thread.join(5)
            loop.close()
