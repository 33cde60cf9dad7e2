"""Whatever mistake is made and whatever is odd: what the client put into its request is not told with it.

Passwords, keys and tokens appear nowhere.  A phone number stands whole in the journal's data, and so in a canonical
request that is to be compared byte for byte; in no sentence, header or line.
"""

from __future__ import annotations

import json
import string
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import wrong_signers as by
from by_hand import SECRETS, as_request
from ccc_contract.http import Headers, Request
from ccc_mock import Clock, Credential, Endpoint, Settings
from ccc_mock.adapters import terminal
from ccc_mock.clock import Stopwatch
from ccc_mock.forensics import diagnose
from ccc_mock.forensics.shown import one_line
from ccc_mock.languages import CHINESE, ENGLISH
from oddities import SHOWN

AnySigner = type[by.Signer] | type[by.OlderSigner]
STANDS_STILL = Stopwatch(lambda: 0.0, lambda: 0.0)


class Canaries(NamedTuple):
    """What must not be told; drawn, so that no list of ours knows it."""

    password: str
    key: str
    token: str
    phone: str

    @property
    def members(self) -> dict[str, str]:
        return {"Password": self.password, "APIKey": self.key, "Callee": self.phone}

    @property
    def query(self) -> str:
        return "&".join(f"{name}={quote(value)}" for name, value in {**self.members, "Token": self.token}.items())

    @property
    def secret(self) -> tuple[str, ...]:
        return self.password, self.key, self.token


_WORDS = st.text(string.ascii_lowercase + string.digits, min_size=12, max_size=40).filter(
    lambda word: any(map(str.isdigit, word))
)
CANARIES = st.builds(Canaries, _WORDS, _WORDS, _WORDS, st.from_regex(r"00861[3-9][0-9]{9}", fullmatch=True))
ONE = Canaries("hunter2xxhunter2xx", "canary4key3f9a1c", "canary7token51d2", "008613800138000")


def with_canaries(signer: AnySigner, hidden: Canaries) -> Request:
    """That client's request, with something to hide wherever a request has room for it."""
    if issubclass(signer, by.OlderSigner):
        return as_request(_older(signer, hidden)().send())
    sent = signer.request.with_header("X-TC-Token", hidden.token)
    if sent.method == "GET" or sent.query:
        sent = replace(sent, query=f"{sent.query}&{hidden.query.replace('Callee', 'Callers.0')}")
    if sent.body:
        indent = 3 if b"\n" in sent.body else None
        body = {**json.loads(sent.body), **hidden.members}
        text = json.dumps(body, indent=indent, ensure_ascii=False, separators=None if indent else (",", ":"))
        sent = replace(sent, body=text.encode())
    return as_request(type(signer.__name__, (signer,), {"request": sent})().send())


def _older(signer: type[by.OlderSigner], hidden: Canaries) -> type[by.OlderSigner]:
    def parameters(self: by.OlderSigner) -> dict[str, str]:
        return {**signer.parameters(self), **hidden.members, "Token": hidden.token}

    return type(signer.__name__, (signer,), {"parameters": parameters})


class Shown(NamedTuple):
    """Everything that anybody gets to see of one request."""

    data: str
    """The journal, where numbers may stand whole."""
    told: str
    """All else."""
    found: list[str]


def shown(request: Request, stamp: int = by.NOW) -> Shown:
    endpoint = Endpoint(
        credentials=[Credential(each.secret_id, each.secret_key) for each in SECRETS],
        clock=Clock(at=stamp),
        settings=Settings(diagnosis_header=True),
        stopwatch=STANDS_STILL,
    )
    exchange = endpoint.exchange(request)
    (entry,) = endpoint.journal()
    diagnosis = entry.get("diagnosis") or {}
    of_sentences = [value for name, value in diagnosis.items() if name not in ("canonical_request", "string_to_sign")]
    told = [
        terminal.as_line(exchange),
        terminal.as_json(exchange),
        *(repr(each) for each in (exchange, exchange.diagnosis, exchange.reply)),
        *(exchange.diagnosis.told(language)[0] for language in (ENGLISH, CHINESE) if exchange.diagnosis),
        json.dumps(of_sentences),
    ]
    return Shown(json.dumps(entry), "\n".join(told), [made["name"] for made in diagnosis.get("found", ())])


def check_hidden(request: Request, hidden: Canaries, stamp: int = by.NOW) -> Shown:
    seen = shown(request, stamp)
    for word in hidden.secret:
        assert word not in seen.data
        assert word not in seen.told
    assert hidden.phone.lstrip("0") not in seen.told
    return seen


@pytest.mark.parametrize("signer", [*by.NEWER, *by.OLDER], ids=lambda each: each.__name__)
def test_nothing_that_a_client_hid_is_told_with_its_mistake(signer: AnySigner) -> None:
    @settings(max_examples=3)
    @given(CANARIES)
    def drawn(hidden: Canaries) -> None:
        check_hidden(with_canaries(signer, hidden), hidden, getattr(signer, "stamp", by.NOW))

    drawn()


def test_the_mistakes_are_found_with_something_to_hide_too() -> None:
    found = {
        name
        for signer in (*by.NEWER, *by.OLDER)
        for name in shown(with_canaries(signer, ONE), getattr(signer, "stamp", by.NOW)).found
    }
    assert len(found) >= 50


@pytest.mark.parametrize(("name", "request_"), SHOWN, ids=[name for name, _ in SHOWN])
def test_nothing_that_a_client_hid_is_told_with_what_is_odd(name: str, request_: Request) -> None:
    lines = [*request_.headers.lines, (b"X-TC-Token", ONE.token.encode())]
    text = request_.query + (b"&" if request_.query else b"") + ONE.query.encode()
    check_hidden(request_._replace(headers=Headers(lines), query=text), ONE)


class SignedQuery(by.Signer):
    """A client that signs a line of its own choice as the URI, with a query behind it."""

    request = replace(by.GET, query=f"SdkAppId=1400000000&AIAgentId=15&{ONE.query}")
    before = ""

    def uri(self) -> str:
        return f"{self.before}/?{self.meant.query}"


class SignedUrl(SignedQuery):
    before = f"https://{by.HOST}"


class SignedQueryOfAPost(SignedQuery):
    request = replace(by.Sent(), query=ONE.query)


class BodyAsQuery(by.Signer):
    """With a `=` in it, which makes a name of what stands before it."""

    request = replace(by.Sent(), body=json.dumps({**ONE.members, "b": "x=y", "Token": ONE.token}).encode())

    def query(self) -> str:
        return self.meant.body.decode()


class LinesAsQuery(BodyAsQuery):
    request = replace(by.Sent(), body=json.dumps({"Tokens": [ONE.token], **ONE.members}, indent=2).encode())


class FormNotHashed(by.Signer):
    """Short, and of no character that a hash in Base64 has not."""

    request = replace(by.Sent(), body=f"Password={ONE.password}".encode())

    def payload_hash(self) -> str:
        return self.meant.body.decode()


class PhoneInThePath(by.Signer):
    request = replace(by.Sent(), path=f"/calls/{ONE.phone}")

    def uri(self) -> str:
        return self.request.path


@pytest.mark.parametrize(
    "signer", [SignedQuery, SignedUrl, SignedQueryOfAPost, BodyAsQuery, LinesAsQuery, FormNotHashed, PhoneInThePath]
)
def test_what_was_signed_in_a_wrong_place_is_not_told_as_if_it_were_a_path_or_a_hash(signer: type[by.Signer]) -> None:
    seen = check_hidden(as_request(signer().send()), ONE)
    assert seen.found


def test_a_path_that_hides_nothing_is_told() -> None:
    assert "signed was the path `/CreateAIAgentCall`" in shown(as_request(by.ActionInThePath().send())).told


def values() -> Iterator[tuple[str, dict[str, Any]]]:
    """Requests whose harmless headers hold what they should not."""
    plain = by.Sent()
    yield "host", {"request": plain.with_header("Host", f"user:{ONE.password}@{by.HOST}")}
    yield "forwarded", {"request": plain.with_header("X-Forwarded-Host", f"u:{ONE.password}@h"), "host": ""}
    yield "type", {"request": plain.with_header("Content-Type", f"application/json; Token={ONE.token}")}
    yield "service", {"service": ONE.token}
    yield "path", {"request": replace(plain, path=f"/{ONE.key}")}


@pytest.mark.parametrize(("name", "changes"), [*values()], ids=[name for name, _ in values()])
@pytest.mark.parametrize("signer", by.NEWER, ids=lambda each: each.__name__)
def test_a_secret_in_a_harmless_header_is_in_no_sentence(
    signer: type[by.Signer], name: str, changes: dict[str, Any]
) -> None:
    diagnosis = diagnose(as_request(type(name, (signer,), changes)().send()), SECRETS)
    hows = [*(each.how for each in diagnosis.found), *(each.how for each in diagnosis.observations)]
    told = str((diagnosis.told(ENGLISH), diagnosis.told(CHINESE), one_line(diagnosis), hows))
    for word in (*ONE.secret, ONE.phone):
        assert word not in told


def test_a_secret_for_a_signature_method_or_for_a_bare_name_is_in_no_sentence() -> None:
    class Bare(by.AsSent):
        signature_method = ONE.key

        def parameters(self) -> dict[str, str]:
            return {ONE.password: "", f"{ONE.token}[0]": "", **super().parameters()}

    told = shown(as_request(Bare().send())).told
    assert "SignatureMethod" in told
    for word in ONE.secret:
        assert word not in told
