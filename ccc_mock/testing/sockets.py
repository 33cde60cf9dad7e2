"""What stands behind the fixtures of the plugin that are on a socket."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ..accounts import Credential, fresh_credential
from ..adapters.serving import Served, ServedAccount, serving
from ..adapters.turns import Turns, TurnsControl
from ..faking import endpoint_of, guard
from . import in_use
from .flooring import floor_of
from .in_use import InUse
from .marker import settings_of, told_as_the_marker_s
from .options import options_of
from .strictness import check


def socket() -> Iterator[Served]:
    """The fixture `ccc_serving`."""
    turns = Turns()
    with serving(turns, TurnsControl(turns)) as served:
        yield served


@dataclass(frozen=True, slots=True)
class ServedTls:
    """A socket with TLS, and what its clients have to trust."""

    served: Served
    ca_file: Path


@dataclass(frozen=True, slots=True)
class TlsAccount(ServedAccount):
    """An account behind a socket with TLS."""

    ca_file: Path
    """The certificate that a client has to trust; its host name may be `host`, or one of the service's own."""


def socket_with_tls() -> Iterator[ServedTls]:
    """The fixture `ccc_serving_tls`."""
    try:
        from ..adapters.tls import certified
    except ModuleNotFoundError as missing:
        pytest.fail(f"ccc_server_tls takes what is not installed ({missing.name}): pip install 'ccc-mock[tls]'", False)
    turns = Turns()
    with certified() as certificate, serving(turns, TurnsControl(turns), tls=certificate.context) as served:
        yield ServedTls(served, certificate.ca_file)


def on_socket(request: pytest.FixtureRequest, served: Served) -> Iterator[ServedAccount]:
    """The fixture `ccc_server`."""
    with _turn(request, served, "ccc_server") as (own, credential, begin):
        account = ServedAccount(own, own.endpoint.accounts.default, credential)
        use = begin(account)
        yield account
    check(request.node, use)


def on_socket_with_tls(request: pytest.FixtureRequest, tls: ServedTls) -> Iterator[TlsAccount]:
    """The fixture `ccc_server_tls`."""
    with _turn(request, tls.served, "ccc_server_tls") as (own, credential, begin):
        account = TlsAccount(own, own.endpoint.accounts.default, credential, tls.ca_file)
        use = begin(account)
        yield account
    check(request.node, use)


@contextlib.contextmanager
def _turn(request: pytest.FixtureRequest, served: Served, fixture: str) -> Iterator[tuple[Served, Credential, Any]]:
    """The socket with an endpoint of this test behind it."""
    item, turns, credential = request.node, served.endpoint, fresh_credential()
    settings, allow = settings_of(item, options_of(item.config))
    with told_as_the_marker_s(item):
        endpoint = endpoint_of(credential, **settings)

    turns.begin(endpoint)  # type: ignore[attr-defined]  # it is Turns
    try:
        with guard() as watcher:

            def begin(account: ServedAccount) -> InUse:
                use = InUse(fixture, account, settings, allow, watcher.refused, floor_of(item, endpoint))
                in_use.begin(item, use)
                return use

            yield Served(served.url, endpoint), credential, begin
    finally:
        turns.end()  # type: ignore[attr-defined]
