"""A draft is written as it was meant, spoiled where it should be, and shows how to make it again."""

from __future__ import annotations

import re

import pytest

from ccc_contract.client.credentials import Credential
from ccc_contract.http import Request
from ccc_contract.suite.draft import SCHEMES, Draft, Spoil
from ccc_contract.suite.judging import judge
from ccc_contract.suite.mistakes import MISTAKES
from ccc_contract.suite.of_identity import a_missing_token_fails
from ccc_contract.suite.of_signature import a_malformed_authorization_is_invalid
from ccc_contract.suite.showing import snippet
from ccc_contract.suite.spoiling import Appending, Claiming, Digit, Sending, in_capitals, without_signature
from ccc_contract.suite.target import Target
from suite_targets import Send, target_of
from wrong_targets import letting_in

CREDENTIAL = Credential("AKID-of-a-test", "key-of-a-test")
NOW = 1795324797


def sent(draft: Draft) -> Request:
    return draft.request(CREDENTIAL, NOW, "ccc.localhost")


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistaken_draft_shows_how_to_make_it_again(mistake: str) -> None:
    draft = MISTAKES[mistake].wrong(Draft(scheme="HmacSHA1", writing="go"))
    assert sent(eval(repr(draft), {"Draft": Draft})) == sent(draft)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(
    "spoil", [Digit(3), Digit(61), Appending(b"&"), in_capitals], ids=["digit 3", "digit 61", "more", "capitals"]
)
@pytest.mark.parametrize("method", ["POST", "GET"])
def test_what_is_spoiled_differs_in_that_alone(scheme: str, method: str, spoil: Spoil) -> None:
    good = Draft().but(scheme=scheme, method=method)
    was, now = sent(good), sent(good.but(spoil=spoil))
    assert was != now
    parts = [was.query != now.query, was.body != now.body, was.headers != now.headers]
    assert parts.count(True) == 1


def test_a_header_is_replaced_and_left_out() -> None:
    assert sent(Draft(spoil=Sending("x-tc-action", b"A"))).headers.get(b"x-tc-action") == b"A"
    assert b"x-tc-action" not in sent(Draft(spoil=Sending("X-TC-Action", None))).headers
    assert (
        b"host, "
        not in sent(Draft(spoil=Claiming("SignedHeaders=[^,]+, ", ""))).headers.text(b"authorization").encode()
    )


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_an_older_signature_is_left_out_and_its_method_stays(method: str) -> None:
    request = sent(Draft(scheme="HmacSHA1", spoil=without_signature).but(method=method))
    assert re.findall(rb"Signature\w*", request.query + request.body) == [b"SignatureMethod"]


def test_what_is_said_of_a_client_goes_before_its_habit() -> None:
    assert sent(Draft().with_common(RequestClient="mine")).headers.get(b"x-tc-requestclient") == b"mine"


@pytest.mark.parametrize("scheme", SCHEMES)
def test_padding_makes_a_request_longer_and_leaves_it_short_to_show(scheme: str) -> None:
    padded = Draft(padding=5000).but(scheme=scheme)
    assert len(sent(padded).body) >= len(sent(Draft().but(scheme=scheme)).body) + 5000
    assert len(repr(padded)) < 100


def test_what_is_asked_through_another_account_counts(fake: Target) -> None:
    verdict = judge(a_missing_token_fails, fake, examples=5)
    assert (verdict.outcome, verdict.requests) == ("held", 5)


def test_a_test_to_paste_imports_what_it_names(answer: Send) -> None:
    target = target_of(letting_in("AuthFailure.InvalidAuthorization")(answer))
    lines = list(snippet(judge(a_malformed_authorization_is_invalid, target, examples=25), "http://ccc.localhost/"))
    assert "from ccc_contract.suite.spoiling import Claiming" in lines
    assert "from ccc_contract.suite.of_signature import a_malformed_authorization_is_invalid" in lines
