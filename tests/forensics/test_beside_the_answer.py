"""A search stands beside the answer: it keeps nobody waiting but its own client, and cannot take an answer away."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import wrong_signers as by
from by_hand import ACTIONS, SECRETS, as_request
from ccc_contract.http import Headers, Request
from ccc_contract.signing import sign
from ccc_mock import Clock, Credential, Endpoint, Settings
from ccc_mock.clock import Stopwatch
from ccc_mock.exchange import Exchange
from ccc_mock.forensics import diagnose, search
from ccc_mock.languages import CHINESE, ENGLISH
from ccc_mock.mismatch import HEADER

PATIENCE_SECONDS = 30.0
"""Until a thread counts as stuck; nothing waits for it where all is well."""


class Stranger(by.Signer):
    def secret(self) -> str:
        return "a-key-that-nobody-here-has"


class HeldUp:
    """A stopwatch whose thread time is not told before `go`: a search asks for it at once and again and again."""

    def __init__(self) -> None:
        self.searching, self.go = threading.Event(), threading.Event()

    def busy(self) -> float:
        self.searching.set()
        assert self.go.wait(PATIENCE_SECONDS)
        return 0.0

    @property
    def stopwatch(self) -> Stopwatch:
        return Stopwatch(lambda: 0.0, self.busy)


def endpoint_with(stopwatch: Stopwatch, *, header: bool = False) -> Endpoint:
    return Endpoint(
        credentials=[Credential(by.ID, by.KEY)],
        clock=Clock(at=by.NOW),
        settings=Settings(diagnosis_header=header),
        stopwatch=stopwatch,
    )


def in_a_thread(does: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=does, daemon=True)
    thread.start()
    return thread


@pytest.fixture
def held_up() -> HeldUp:
    return HeldUp()


def test_a_good_call_of_the_same_account_does_not_wait_for_a_search(held_up: HeldUp) -> None:
    endpoint, told = endpoint_with(held_up.stopwatch, header=True), []
    searching = in_a_thread(lambda: told.append(endpoint.exchange(as_request(by.CharsetMissing().send()))))
    assert held_up.searching.wait(PATIENCE_SECONDS)
    good: list[str] = []
    calling = in_a_thread(lambda: good.append(endpoint.exchange(as_request(by.Signer().send())).verdict))
    calling.join(PATIENCE_SECONDS)
    assert good == ["ok"]
    assert searching.is_alive()
    assert [(entry["verdict"], "diagnosis" in entry) for entry in endpoint.journal()] == [
        ("AuthFailure.SignatureFailure", False),
        ("ok", False),
    ]
    held_up.go.set()
    searching.join(PATIENCE_SECONDS)
    bad, after = endpoint.journal()
    assert [made["name"] for made in bad["diagnosis"]["found"]] == ["content-type-charset"]
    assert HEADER.decode() in dict(bad["reply"]["headers"])
    assert after["verdict"] == "ok"
    assert HEADER in dict(told[0].reply.headers)


def test_a_journal_that_was_emptied_during_a_search_stays_empty(held_up: HeldUp) -> None:
    endpoint = endpoint_with(held_up.stopwatch)
    told: list[Exchange] = []
    searching = in_a_thread(lambda: told.append(endpoint.exchange(as_request(by.CharsetMissing().send()))))
    assert held_up.searching.wait(PATIENCE_SECONDS)
    with endpoint.accounts.default.lock:
        endpoint.accounts.default.reset()
    assert endpoint.exchange(as_request(by.Signer().send())).verdict == "ok"
    held_up.go.set()
    searching.join(PATIENCE_SECONDS)
    (entry,) = endpoint.journal()
    assert (entry["n"], entry["verdict"], "diagnosis" in entry) == (2, "ok", False)
    assert told[0].diagnosis is not None


def test_what_is_found_weighs_in_the_journal() -> None:
    endpoint = endpoint_with(Stopwatch(lambda: 0.0, lambda: 0.0))
    journal = endpoint.accounts.default.journal
    endpoint.exchange(as_request(by.CharsetMissing().send()))
    (entry,) = journal.page().entries
    assert journal._bytes == journal._weights[0] > len(entry.diagnosis) + len(entry.body)
    assert type(journal._entries[0]) is tuple


@pytest.mark.parametrize("header", [True, False])
def test_a_bug_in_the_search_takes_neither_the_answer_nor_the_entry(
    monkeypatch: pytest.MonkeyPatch, header: bool
) -> None:
    def with_a_bug(*_: object) -> None:
        raise ValueError(f"no hexadecimal number: {by.KEY}")

    monkeypatch.setattr(search, "_searched", with_a_bug)
    endpoint = endpoint_with(Stopwatch(lambda: 0.0, lambda: 0.0), header=header)
    exchange = endpoint.exchange(as_request(by.CharsetMissing().send()))
    assert exchange.verdict == "AuthFailure.SignatureFailure"
    assert (HEADER in dict(exchange.reply.headers)) == header
    (entry,) = endpoint.journal()
    assert entry["diagnosis"]["not_searched"] == "bug"
    for language in (ENGLISH, CHINESE):
        assert f"ValueError in {__name__}:" in entry["diagnosis"]["told"][language][0]
    assert by.KEY not in json.dumps(entry) + str(exchange.reply)


# What can be sent wrongly signed, and what any text can hold.
_HEX64 = hashlib.sha256(b"").hexdigest().encode()
_BODIES = st.one_of(
    st.binary(max_size=200),
    st.binary(min_size=64, max_size=64),
    st.text("0123456789abcdefABCDEF", min_size=64, max_size=64).map(str.encode),
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
        max_leaves=8,
    ).map(lambda value: json.dumps(value).encode()),
)
_VALUES = st.one_of(
    st.binary(max_size=60),
    st.sampled_from(
        [b"", b" ", b"\xff", b"9" * 20, "\u0663".encode(), b"UNSIGNED-PAYLOAD", b"unsigned-payload", _HEX64]
    ),
)
_NAMES = st.sampled_from(
    [b"host", b"content-type", b"x-tc-timestamp", b"x-tc-action", b"x-tc-region", b"x-tc-content-sha256",
     b"x-forwarded-host", b"content-length", b"x-other", b"x-\xff"]
)  # fmt: skip


@st.composite
def signed_and_changed(draw: st.DrawFn) -> Request:
    """Signed by the rule with some key, and then anything of it is another, but the claim."""
    signer = draw(st.sampled_from([by.Signer, Stranger, by.OlderSigner, by.OlderSigner256, by.OldKey]))
    request = as_request(signer().send())
    lines = dict(request.headers.lines)
    lines |= draw(st.dictionaries(_NAMES, _VALUES, max_size=3))
    return request._replace(
        headers=Headers(lines.items()),
        body=draw(st.just(request.body) | _BODIES),
        query=draw(
            st.just(request.query) | st.builds(bytes.__add__, st.just(request.query + b"&"), st.binary(max_size=80))
        ),
        method=draw(st.sampled_from([request.method, "GET", "POST", "PUT"])),
        path=draw(st.sampled_from([b"/", b"", b"/%ff\xff", b"/a?b"])),
    )


def wrongly_signed(body: bytes) -> Request:
    headers = {"content-type": "application/json", "x-tc-action": "CreateAIAgentCall", "x-tc-version": "2020-02-10"}
    return sign(Request.post(by.HOST, headers, body), by.ID, "another", timestamp=by.NOW)


@settings(max_examples=60)
@given(signed_and_changed())
@example(wrongly_signed(b"x" * 64))
@example(wrongly_signed(b'{"a": "' + b"z" * 55 + b'"}'))
@example(wrongly_signed(_HEX64))
@example(wrongly_signed(_HEX64.upper()))
def test_a_search_raises_nothing_whatever_was_sent(request: Request) -> None:
    tried = iter(range(600))
    diagnosis = diagnose(request, SECRETS, actions=ACTIONS, over=lambda: next(tried, None) is None)
    assert diagnosis.told(ENGLISH)
    assert diagnosis.told(CHINESE)


@settings(max_examples=15)
@given(st.binary(min_size=64, max_size=64))
@example(b"x" * 64)
@example(b'{"a": "' + b"z" * 55 + b'"}')
@example(_HEX64)
def test_a_wrongly_signed_body_of_64_bytes_is_searched_to_the_end(body: bytes) -> None:
    diagnosis = diagnose(wrongly_signed(body), SECRETS, actions=ACTIONS)
    assert (diagnosis.not_searched, diagnosis.found, diagnosis.stopped) == ("", (), False)


@settings(max_examples=30)
@given(signed_and_changed())
def test_an_endpoint_answers_and_records_whatever_was_sent(request: Request) -> None:
    endpoint = endpoint_with(Stopwatch(time.perf_counter, time.thread_time), header=True)
    exchange = endpoint.exchange(request)
    (entry,) = endpoint.journal()
    assert entry["verdict"] == exchange.verdict
    assert json.dumps(entry)
    assert exchange.diagnosis is None or exchange.diagnosis.not_searched != "bug"
