"""The journal: the newest exchanges, bounded, numbered for good, and shown in one versioned form."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccc_mock import DEFAULT_CREDENTIAL, Endpoint
from ccc_mock.journal import FORM, Entry, Journal, head_of
from drafts import EXAMPLE, NOW, Draft
from older import OlderDraft

KILOBYTE = 1024

BLANK: dict[str, Any] = {
    "at": 0.0,
    "request_id": "r",
    "verdict": "ok",
    "stage": "execute",
    "check": "behaviour",
    "why": "",
    "hint": "",
    "action": "",
    "secret_id": "",
    "sub_account": "",
    "method": "POST",
    "path": b"/",
    "query": b"",
    "head": b"",
    "body": b"",
    "text_params": b"",
    "plan": "",
    "status": 200,
    "reply_headers": (),
    "reply": b"{}",
    "canonical_request": b"",
    "string_to_sign": b"",
    "diagnosis": "",
}


def record(journal: Journal, **values: Any) -> None:
    journal.record(*{**BLANK, **values}.values())


def numbers(journal: Journal, **page: int) -> list[int]:
    return [entry.n for entry in journal.page(**page).entries]


def filled(count: int, **bounds: int) -> Journal:
    journal = Journal(**bounds)
    for _ in range(count):
        record(journal)
    return journal


def test_an_entry_is_given_in_the_order_of_its_fields() -> None:
    assert ("n", *BLANK) == Entry._fields


# --- bounds --------------------------------------------------------------------------------------------------------


def test_the_newest_entries_are_kept() -> None:
    journal = filled(5, max_entries=3)
    assert numbers(journal) == [3, 4, 5]
    assert (journal.page().last, journal.page().dropped, len(journal)) == (5, 2, 3)


def test_a_thousand_entries_and_16_megabytes_are_kept_by_default() -> None:
    assert len(filled(1001)) == 1000
    assert Journal.MAX_BYTES == 16 * KILOBYTE * KILOBYTE


BIG = b"x" * 64 * KILOBYTE

# Everything that can become big: what a client sends, what is kept of that a second time, and what it is answered.
WEIGHTY: dict[str, dict[str, Any]] = {
    "body": {"body": BIG},
    "values of headers": {"head": head_of(((b"x-mine", BIG),))},
    "names of headers": {"head": head_of(((BIG, b""),))},
    "query": {"query": BIG},
    "parameters of a query": {"text_params": BIG},
    "step of a plan": {"plan": BIG.decode()},
    "path": {"path": BIG},
    "id": {"secret_id": BIG.decode()},
    "action": {"action": BIG.decode()},
    "reply": {"reply": BIG},
    "canonical request": {"canonical_request": BIG},
    "diagnosis": {"diagnosis": BIG.decode()},
}


@pytest.mark.parametrize("case", WEIGHTY)
def test_a_journal_of_a_megabyte_keeps_a_megabyte(case: str) -> None:
    journal = Journal(max_bytes=KILOBYTE * KILOBYTE)
    for _ in range(40):
        record(journal, **WEIGHTY[case])
    assert 1 <= len(journal) <= 16
    assert journal.page().dropped == 40 - len(journal)


def test_an_entry_bigger_than_the_bound_is_kept_while_it_is_the_newest() -> None:
    journal = Journal(max_bytes=KILOBYTE)
    record(journal, body=BIG)
    assert numbers(journal) == [1]
    record(journal)
    assert numbers(journal) == [2]


@given(st.lists(st.integers(0, 5000), max_size=40), st.integers(1, 10), st.integers(0, 20_000))
def test_a_journal_stays_within_both_bounds(sizes: list[int], max_entries: int, max_bytes: int) -> None:
    journal = Journal(max_entries, max_bytes)
    for size in sizes:
        record(journal, body=b"x" * size)
    kept = journal.page().entries
    assert len(kept) <= max_entries
    assert len(kept) <= 1 or sum(len(entry.body) for entry in kept) <= max_bytes
    assert [entry.n for entry in kept] == list(range(len(sizes) - len(kept) + 1, len(sizes) + 1))
    assert journal.page().dropped == len(sizes) - len(kept)


# --- numbers -------------------------------------------------------------------------------------------------------


def test_numbers_run_on_after_clearing() -> None:
    journal = filled(3, max_entries=2)
    journal.clear()
    assert (len(journal), journal.page().last, journal.page().dropped) == (0, 3, 0)
    record(journal)
    assert numbers(journal) == [4]


def test_a_cleared_journal_has_room_again() -> None:
    journal = Journal(max_bytes=70 * KILOBYTE)
    for _ in range(2):
        record(journal, body=BIG)
        journal.clear()
    record(journal)
    record(journal, body=b"x" * 60 * KILOBYTE)
    assert numbers(journal) == [3, 4]


# --- pages ---------------------------------------------------------------------------------------------------------

# (after, limit) → the numbers, of a journal that keeps 4 to 8
PAGES = {
    (0, 100): [4, 5, 6, 7, 8],
    (0, 2): [4, 5],
    (5, 2): [6, 7],
    (7, 2): [8],
    (8, 2): [],
    (99, 2): [],
    (3, 1): [4],
    (2, 1): [4],
    (0, 0): [],
}


@pytest.mark.parametrize(("after", "limit"), PAGES)
def test_a_page_has_the_oldest_entries_after_a_number(after: int, limit: int) -> None:
    journal = filled(8, max_entries=5)
    page = journal.page(after=after, limit=limit)
    assert [entry.n for entry in page.entries] == PAGES[after, limit]
    assert (page.last, page.dropped) == (8, 3)


@given(st.integers(0, 30), st.integers(1, 10), st.integers(1, 7))
def test_pages_partition_the_journal(count: int, max_entries: int, limit: int) -> None:
    journal = filled(count, max_entries=max_entries)
    seen: list[int] = []
    while page := numbers(journal, after=seen[-1] if seen else 0, limit=limit):
        seen += page
    assert seen == numbers(journal)


def test_an_empty_journal_has_an_empty_page() -> None:
    page = Journal().page()
    assert (page.entries, page.last, page.dropped) == ([], 0, 0)


def test_after_clearing_an_old_number_asks_for_what_came_since() -> None:
    journal = filled(3)
    journal.clear()
    record(journal)
    assert numbers(journal, after=1) == [4]
    assert numbers(journal, after=3) == [4]
    assert numbers(journal, after=4) == []


# --- the form ------------------------------------------------------------------------------------------------------


def shown(endpoint: Endpoint, draft: Draft | OlderDraft) -> dict[str, Any]:
    """The newest entry after a request, as it is shown."""
    endpoint.exchange(draft.request())
    account = endpoint.accounts.default
    return account.journal.page().entries[-1].as_json(endpoint.redaction, account.uin)


def test_the_form_of_a_success_has_every_field(endpoint: Endpoint) -> None:
    form = shown(endpoint, Draft(query=b"A=1"))
    grant = endpoint.accounts.default.grants[0]
    reply = form["reply"]
    assert form == {
        "form": FORM,
        "n": 1,
        "at": NOW,
        "account": grant.account.uin,
        "sub_account": grant.sub_account,
        "verified": True,
        "secret_id": "…" + DEFAULT_CREDENTIAL.secret_id[-4:],
        "request_id": reply["body"]["Response"]["RequestId"],
        "action": "CreateAIAgentCall",
        "verdict": "ok",
        "stage": "execute",
        "check": "behaviour",
        "why": None,
        "hint": None,
        "plan": None,
        "params": EXAMPLE,
        "request": {
            "method": "POST",
            "path": "/",
            "query": "A=1",
            "headers": form["request"]["headers"],
            "body_bytes": len(Draft().pieces.body),
            "body_digest": endpoint.redaction.digest(Draft().pieces.body),
        },
        "reply": {
            "status": 200,
            "headers": [["Date", "Sun, 22 Nov 2026 05:16:53 GMT"], ["Content-Type", "application/json"]],
            "body": {
                "Response": {"SessionId": reply["body"]["Response"]["SessionId"], "RequestId": form["request_id"]}
            },
        },
    }


def test_the_form_has_its_version() -> None:
    assert FORM == 1


def test_request_headers_are_shown_in_order_and_the_signature_as_a_digest(endpoint: Endpoint) -> None:
    draft = Draft()
    lines = shown(endpoint, draft)["request"]["headers"]
    *plain, (name, authorization) = lines
    assert plain == [["host", draft.host], *map(list, draft.headers.items())]
    assert name == "authorization"
    assert authorization == (
        "TC3-HMAC-SHA256 Credential=…l-id/2026-11-22/ccc/tc3_request, SignedHeaders=content-type;host, "
        f"Signature={endpoint.redaction.digest(draft.steps.signature)}"
    )


def test_the_form_of_a_refusal_says_where_and_why(endpoint: Endpoint) -> None:
    form = shown(endpoint, Draft(params={}))
    assert (form["verdict"], form["stage"], form["check"]) == ("MissingParameter", "validate", "missing")
    assert form["why"] == form["reply"]["body"]["Response"]["Error"]["Message"]
    assert form["params"] == {}


def test_parameters_that_came_as_text_are_shown_by_their_type(endpoint: Endpoint) -> None:
    form = shown(endpoint, OlderDraft(method="POST"))
    assert form["params"] == EXAMPLE
    assert form["secret_id"] == "…l-id"


def test_the_query_of_the_older_scheme_is_shown_without_its_secrets(endpoint: Endpoint) -> None:
    draft = OlderDraft(pairs=[("APIKey", "a&b"), ("Callee", "1+2")])
    query = dict(pair.split("=", 1) for pair in shown(endpoint, draft)["request"]["query"].split("&"))
    digest = endpoint.redaction.digest
    assert (query["SecretId"], query["APIKey"], query["Callee"]) == ("…l-id", digest("a%26b"), "1%2B2")
    assert query["Signature"] == digest(quote(draft.right_signature, safe=""))


def test_a_mismatch_in_the_older_scheme_shows_the_string_to_sign_without_its_secrets(endpoint: Endpoint) -> None:
    draft = OlderDraft(method="POST", secret_key="another-key", pairs=[("APIKey", "a&Callee=b"), ("Callee", "1+2")])
    form = shown(endpoint, draft)
    expected = draft.string_to_sign.decode().replace(DEFAULT_CREDENTIAL.secret_id, "…l-id")
    assert form["string_to_sign"] == expected.replace("a&Callee=b", endpoint.redaction.digest("a&Callee=b"))
    assert "canonical_request" not in form


def test_what_is_not_known_of_an_exchange_is_null(endpoint: Endpoint) -> None:
    form = shown(endpoint, Draft(method="PUT", authorization=b"", body=b"no JSON"))
    assert [form[name] for name in ("sub_account", "secret_id", "action", "params")] == [None] * 4


def test_a_mismatch_shows_the_steps(endpoint: Endpoint) -> None:
    draft = Draft(signed=("content-type", "host", "x-tc-action"))
    form = shown(endpoint, draft.but(secret_key="wrong"))
    assert form["canonical_request"] == draft.steps.canonical_request.decode()
    assert form["string_to_sign"] == draft.steps.string_to_sign.decode()


def test_a_text_reply_is_shown_as_text(endpoint: Endpoint) -> None:
    form = shown(endpoint, Draft(params={"SdkAppId": 1}).with_headers({"x-tc-action": "DescribeCallInMetrics"}))
    assert form["reply"]["body"].startswith("ccc-mock knows the parameters of DescribeCallInMetrics")
    assert form["reply"]["body"].strip() == form["why"]


def test_an_entry_reads_as_its_number_id_and_verdict() -> None:
    journal = filled(1)
    assert repr(journal.page().entries[0]) == "<Entry 1 r ok>"


# --- headers, kept as one piece ------------------------------------------------------------------------------------

LINES = {
    "none": (),
    "one": ((b"host", b"x"),),
    "empty value": ((b"x-tc-region", b""), (b"host", b"x")),
    "colons": ((b"host", b"http://127.0.0.1:1"),),
    "twice": ((b"a", b"1"), (b"a", b"2")),
    "any bytes": ((b"a", bytes(set(range(256)) - {10})),),
}


@pytest.mark.parametrize("case", LINES)
def test_header_lines_come_back_as_they_were(case: str) -> None:
    journal = Journal()
    record(journal, head=head_of(LINES[case]))
    assert journal.page().entries[0].headers == LINES[case]


def test_a_line_feed_in_a_value_makes_no_other_header_of_what_follows() -> None:
    journal = Journal()
    record(journal, head=head_of(((b"x-mine", b"a\nhost:canary"), (b"host", b"x"))))
    assert journal.page().entries[0].headers == ((b"x-mine", b"a host:canary"), (b"host", b"x"))
