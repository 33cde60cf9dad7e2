"""What proves that a target is the fake, and what does not."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from typing import Any

import httpx
import httpx2
import pytest

from ccc_contract.client.transports import Connection
from ccc_contract.errors import AnswerTimeout, NotAnAnswer, NotSent, TransportError
from ccc_contract.proof import MAX_BYTES, why_real
from process import serve
from strangers import DRIPPING, answer, health, stranger

OF_THE_FAKE = "/_ccc/health"


def doubt(url: str, *, seconds: float = 10.0, ca_file: str | None = None) -> TransportError | None:
    http = Connection(ca_file=ca_file).open()
    try:
        return why_real(http, f"{url}/", seconds=seconds)
    finally:
        http.close()


def test_the_fake_proves_itself() -> None:
    with serve("--quiet") as fake:
        assert doubt(fake.hello["url"]) is None


def test_the_fake_proves_itself_over_tls_to_who_trusts_its_ca() -> None:
    with serve("--quiet", "--tls") as fake:
        assert doubt(fake.hello["url"], ca_file=fake.hello["ca_file"]) is None
        assert isinstance(doubt(fake.hello["url"]), NotSent)


def test_who_gives_the_nonce_back_is_believed() -> None:
    """So that what follows fails for its one difference from this, and for nothing else."""
    with stranger(lambda nonce: health(nonce)) as server:
        assert doubt(server.url) is None
        assert server.targets == [f"GET {OF_THE_FAKE}"]


@pytest.mark.parametrize("library", [httpx, httpx2], ids=lambda library: library.__name__)
def test_either_http_library_tells_the_fake_from_what_is_none(library: Any) -> None:
    told = iter([health, lambda nonce: health(None), lambda nonce: answer(b"", "Location: /", status="302 Found")])
    with library.Client() as http, stranger(lambda nonce: next(told)(nonce)) as server:
        assert [type(why_real(http, f"{server.url}/")) for _ in range(3)] == [type(None), NotAnAnswer, NotAnAnswer]


def of(body: object) -> Callable[[str], bytes]:
    """An answer with this body, where NONCE stands for the nonce."""
    return lambda nonce: answer(json.dumps(body).replace("NONCE", nonce).encode())


NO_PROOF: dict[str, tuple[Callable[[str], bytes], str]] = {
    "not-found": (lambda nonce: answer(b"", status="404 Not Found"), "answered HTTP 404"),
    "a-failure-with-the-nonce": (
        lambda nonce: health(nonce).replace(b"200 OK", b"503 Service Unavailable"),
        "answered HTTP 503",
    ),
    "created": (lambda nonce: health(nonce).replace(b"200 OK", b"201 Created"), "answered HTTP 201"),
    "another-type": (
        lambda nonce: health(nonce).replace(b"application/json", b"text/html"),
        "another type than application/json",
    ),
    "no-type": (lambda nonce: health(nonce).replace(b"Content-Type", b"X-Type"), "another type"),
    "no-nonce": (of({"name": "ccc-mock", "ready": True}), "did not give back the nonce"),
    "a-constant-nonce": (lambda nonce: health("0" * 32), "did not give back the nonce"),
    "null": (lambda nonce: health(None), "did not give back the nonce"),
    "part-of-the-nonce": (lambda nonce: health(nonce[:-1]), "did not give back the nonce"),
    "more-than-the-nonce": (lambda nonce: health(nonce + "0"), "did not give back the nonce"),
    "the-nonce-in-capitals": (lambda nonce: health(nonce.upper()), "did not give back the nonce"),
    "the-nonce-in-a-list": (lambda nonce: health([nonce]), "did not give back the nonce"),
    "another-name": (lambda nonce: health(nonce, name="other-mock"), 'did not name "ccc-mock"'),
    "no-name": (of({"nonce": "NONCE"}), 'did not name "ccc-mock"'),
    "an-echo-of-the-request": (
        of({"url": f"{OF_THE_FAKE}?nonce=NONCE", "args": {"nonce": "NONCE"}}),
        'did not name "ccc-mock"',
    ),
    "a-list": (of([{"name": "ccc-mock", "nonce": "NONCE"}]), 'did not name "ccc-mock"'),
    "a-string": (of('{"name": "ccc-mock", "nonce": "NONCE"}'), 'did not name "ccc-mock"'),
    "an-envelope": (of({"Response": {"name": "ccc-mock", "nonce": "NONCE"}}), 'did not name "ccc-mock"'),
    "html-as-json": (lambda nonce: answer(b"<html>" + nonce.encode()), "no JSON"),
    "nothing": (lambda nonce: answer(b""), "no JSON"),
    "another-charset": (
        lambda nonce: answer(json.dumps({"name": "ccc-mock", "nonce": nonce}).encode("utf-16")),
        "no JSON",
    ),
    "two-values": (lambda nonce: answer(health(nonce).partition(b"\r\n\r\n")[2] * 2), "no JSON"),
    "deeper-than-any-stack": (lambda nonce: answer(b"[" * MAX_BYTES), "no JSON"),
    "the-truth-and-ten-megabytes": (
        lambda nonce: health(nonce, padding="x" * 10_000_000),
        f"more than {MAX_BYTES} bytes",
    ),
    "without-an-end": (
        lambda nonce: health(nonce, padding="x" * 1_000_000)[:-500_000] + DRIPPING,
        f"more than {MAX_BYTES} bytes",
    ),
    "packed": (
        lambda nonce: answer(gzip.compress(health(nonce).partition(b"\r\n\r\n")[2]), "Content-Encoding: gzip"),
        "packed body",
    ),
    "no-http": (lambda nonce: b"SSH-2.0-OpenSSH_9.6\r\n", "the connection ended"),
    "cut": (lambda nonce: health(nonce)[:-5], "the connection ended"),
    "closed": (lambda nonce: b"", "the connection ended"),
}


@pytest.mark.parametrize(("told", "why"), NO_PROOF.values(), ids=NO_PROOF)
def test_anything_else_is_taken_for_the_real_service(told: Callable[[str], bytes], why: str) -> None:
    with stranger(told) as server:
        reason = doubt(server.url)
        assert isinstance(reason, TransportError)
        assert not isinstance(reason, NotSent)
        assert why in reason.problem
        assert server.targets == [f"GET {OF_THE_FAKE}"]


@pytest.mark.parametrize("status", ["301 Moved Permanently", "302 Found", "303 See Other", "307 Temporary Redirect",
                                    "308 Permanent Redirect"])  # fmt: skip
def test_a_redirect_to_a_fake_is_no_proof_and_is_not_followed(status: str) -> None:
    with stranger(health) as fake:

        def elsewhere(nonce: str) -> bytes:
            return answer(b"{}", f"Location: {fake.url}{OF_THE_FAKE}?nonce={nonce}", status=status)

        with stranger(elsewhere) as server:
            assert isinstance(doubt(server.url), NotAnAnswer)
        assert fake.connections == 0


def test_each_nonce_is_new_and_one_that_was_asked_with_before_proves_nothing() -> None:
    with stranger(lambda nonce: health(server.nonces[0])) as server:
        assert doubt(server.url) is None
        assert isinstance(doubt(server.url), NotAnAnswer)
        assert isinstance(doubt(server.url), NotAnAnswer)
        assert len(set(server.nonces)) == 3
        assert {len(nonce) for nonce in server.nonces} == {32}


@pytest.mark.parametrize(
    "told",
    [None, DRIPPING, health("").partition(b"Content-Length")[0] + b"Content-Length: 4000\r\n\r\n" + DRIPPING],
    ids=["silence", "a-head-that-drips", "a-body-that-drips"],
)
def test_who_never_ends_is_given_up(told: bytes | None) -> None:
    """Where it drips no wait between two reads is long: only the time of the whole ends it."""
    with stranger(lambda nonce: told) as server:
        reason = doubt(server.url, seconds=0.3)
        assert isinstance(reason, AnswerTimeout)


def test_who_is_not_there_was_not_reached() -> None:
    with stranger(health) as server:
        url = server.url
    assert isinstance(doubt(url), NotSent)


def test_what_the_http_client_raises_beyond_exceptions_reaches_who_asked() -> None:
    """A guard against the real network stops a test with a BaseException: it must not become a timeout."""

    class Stop(BaseException):
        pass

    class Guarded:
        def build_request(self, *_: object, **__: object) -> None:
            raise Stop

    with pytest.raises(Stop):
        why_real(Guarded(), "http://127.0.0.1:1/")  # type: ignore[arg-type]
