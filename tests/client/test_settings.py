"""What a client's connections cannot be made of is said at once, by the argument's name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from calling import library, only
from ccc_contract import AsyncClient, Client, Credential

KEY = Credential("AKID-of-nobody", "a-key-of-nobody")

WRONG: list[tuple[dict[str, Any], str]] = [
    ({"ca_file": "nowhere.pem"}, "ca_file: expected a file of PEM certificates, got 'nowhere.pem': No such file"),
    ({"ca_file": __file__}, "ca_file: expected a file of PEM certificates, got .*no certificate"),
    ({"proxy": "127.0.0.1"}, "proxy: expected http"),
    ({"proxy": "ftp://127.0.0.1:8080"}, "proxy: expected http"),
    ({"max_connections": 0}, "max_connections: expected 1 or more, got 0"),
    ({"idle_seconds": -1}, "idle_seconds: expected 0 or more, got -1"),
    ({"idle_seconds": float("nan")}, "idle_seconds: expected 0 or more, got nan"),
    ({"timeout_seconds": 0}, "timeout_seconds: expected a number of seconds above 0, got 0"),
    ({"connect_seconds": -0.5}, "connect_seconds: expected a number of seconds above 0, got -0.5"),
]


@library
@pytest.mark.parametrize("kind", [Client, AsyncClient])
@pytest.mark.parametrize(("arguments", "said"), WRONG)
def test_an_argument_that_cannot_be_right_is_named(library: str, kind: Any, arguments: Any, said: str) -> None:
    with only(library), pytest.raises(ValueError, match=said):
        kind(KEY, **arguments)


@library
@pytest.mark.parametrize("proxy", ["http://me:se:cret@[::1", "http://me:se/cret@127.0.0.1", "ftp://me:secret@x"])
def test_a_proxys_password_is_not_told(library: str, proxy: str) -> None:
    with only(library), pytest.raises(ValueError, match="proxy:") as wrong:
        Client(KEY, proxy=proxy)
    assert "cret" not in repr(wrong.value)
    assert wrong.value.__cause__ is None
    assert wrong.value.__suppress_context__


def test_nothing_of_it_is_read_where_a_client_is_passed(tmp_path: Path) -> None:
    import httpx2

    with httpx2.Client() as own:
        Client(KEY, http=own, ca_file=str(tmp_path / "nowhere.pem")).close()
        assert not own.is_closed
