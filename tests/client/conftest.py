from __future__ import annotations

from collections.abc import Iterator

import pytest

from between import Proxy, running
from ccc_mock import Endpoint
from ccc_mock.adapters.serving import Served, ServedAccount, serving
from ccc_mock.adapters.tls import Certified, certified

FROM_THE_ENVIRONMENT = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR", "NETRC")


@pytest.fixture(autouse=True)
def nothing_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the tests may be behind a proxy."""
    for name in FROM_THE_ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """A fake on a socket."""
    with serving(Endpoint()) as running_fake:
        yield running_fake


@pytest.fixture
def account(served: Served) -> Iterator[ServedAccount]:
    """An account of its own."""
    made = served.account()
    yield made
    made.remove()


@pytest.fixture(scope="module")
def authority() -> Iterator[Certified]:
    """A certificate for this machine and for the service's names, and the private CA that clients are to trust."""
    with certified() as certificate:
        yield certificate


@pytest.fixture(scope="module")
def served_over_tls(authority: Certified) -> Iterator[Served]:
    with serving(Endpoint(), tls=authority.context) as running_fake:
        yield running_fake


@pytest.fixture
def secure(served_over_tls: Served) -> Iterator[ServedAccount]:
    """An account behind TLS."""
    made = served_over_tls.account()
    yield made
    made.remove()


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    with running(Proxy()) as through:
        yield through
