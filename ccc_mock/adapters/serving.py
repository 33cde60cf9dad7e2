"""The fake on a real socket inside this process, served from a thread: for tests."""

from __future__ import annotations

import contextlib
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ccc_contract.model import JSON

from ..accounts import Account, Credential
from ..clock import Clock
from ..control import Control
from ..endpoint import Endpoint
from ..surface import AccountSurface
from .asgi import App
from .server import Server, listen, url_of

STOP_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Served:
    """A running fake: `url` as `http://127.0.0.1:PORT`, or `https://…`, and the endpoint behind it."""

    url: str
    endpoint: Endpoint

    @property
    def host(self) -> str:
        """`127.0.0.1:PORT`, as an SDK takes it for its endpoint."""
        return self.url.partition("://")[2]

    def journal(self) -> list[dict[str, JSON]]:
        """What the default account was asked: also the exchanges whose SecretId nobody has."""
        return self.endpoint.journal()

    def account(
        self, *, seed: int | None = None, at: float | None = None, duration_seconds: float | None = None
    ) -> ServedAccount:
        """A fresh account with a credential of its own: a temporary one where `duration_seconds` says how long."""
        grant = self.endpoint.accounts.make(seed=seed, clock=Clock(at=at), duration_seconds=duration_seconds)
        return ServedAccount(self, grant.account, grant.credential)


@dataclass(frozen=True, slots=True)
class ServedAccount(AccountSurface):
    """One account of a running fake, and the credential that opens it."""

    served: Served
    account: Account
    credential: Credential

    @property
    def url(self) -> str:
        return self.served.url

    @property
    def host(self) -> str:
        """`127.0.0.1:PORT`, as an SDK takes it for its endpoint."""
        return self.served.host

    @property
    def endpoint(self) -> Endpoint:
        """The endpoint behind the socket, which other accounts share."""
        return self.served.endpoint

    def remove(self) -> None:
        self.served.endpoint.accounts.remove(self.account)


@contextlib.contextmanager
def serving(
    endpoint: Endpoint, control: Control | None = None, *, tls: ssl.SSLContext | None = None
) -> Iterator[Served]:
    """Serve `endpoint` on a free port of the loopback address until the block ends.

    With `tls` over HTTPS: `ccc_mock.adapters.tls.certified()` gives a context, and the file that clients trust.
    """
    with contextlib.closing(listen("127.0.0.1", 0)) as listener:
        app, url = App(endpoint, control), url_of(listener, "https" if tls else "http")
        with in_thread(lambda ready: Server(app, listener, ready=ready), url, tls):
            yield Served(url, endpoint)


@contextlib.contextmanager
def in_thread(
    make: Callable[[Callable[[], None]], Server], url: str, tls: ssl.SSLContext | None = None
) -> Iterator[str]:
    """Run a server, which `make` makes of what it is to call when it serves, until the block ends; gives `url`."""
    ready = threading.Event()
    server = make(ready.set)
    thread = threading.Thread(target=server.serve_until_stopped, args=(tls,), name=f"ccc-mock {url}", daemon=True)
    thread.start()
    try:
        if not ready.wait(STOP_SECONDS):
            raise RuntimeError(f"ccc-mock did not begin to serve {url} within {STOP_SECONDS} seconds")
        yield url
    finally:
        server.stop()
        thread.join(STOP_SECONDS)
