"""The order stands in one table with its evidence; every adjacent pair that one request can violate at once has a
test, the others are named with the reason.

The table is STAGES.  VIOLATIONS (tests/support/violations.py) has one change of a valid request for each check; a
pair is two of them at once.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
from itertools import pairwise

import pytest

from ccc_contract import ApiError, load_api
from ccc_contract.http import Headers, Request
from ccc_contract.model import CONFIDENCES
from ccc_mock import Endpoint
from ccc_mock.exchange import Exchange
from ccc_mock.stages import STAGES, Backend, Check, Stage
from drafts import EXAMPLE, FORM, Draft
from violations import PLANNED, VIOLATIONS, serving

CHECKS = {check.name: check for stage in STAGES for check in stage.checks}
STAGE_OF = {check.name: stage.name for stage in STAGES for check in stage.checks}
PAIRS = list(pairwise(CHECKS))

TOGETHER = [
    ("method", "product"),
    ("product", "size"),
    ("size", "pairs"),
    ("pairs", "presence"),
    ("presence", "authorization"),
    ("authorization", "scope"),
    ("scope", "numbers"),
    ("age", "common-values"),
    ("common-values", "version"),
    ("version", "action"),
    ("action", "content-type"),
    ("content-type", "secret-id"),
    ("secret-id", "text-size"),
    ("text-size", "signature"),
    ("signature", "digest"),
    ("digest", "token"),
    ("token", "plan"),
    ("plan", "rate"),
    ("rate", "permission"),
    ("permission", "readable"),
    ("missing", "unknown"),
    ("unknown", "type"),
    ("type", "value"),
    ("value", "planned"),
    ("planned", "behaviour"),
]
"""Adjacent checks that one request can violate at once."""

NEVER_TOGETHER = {
    ("numbers", "age"): "what is no number has no age",
    ("readable", "missing"): "a body that is no object has no members to miss",
}
"""Adjacent checks that no one request can violate at once, and why not."""

FORGIVABLE = [pair for pair in TOGETHER if pair[0] not in ("secret-id", "plan")]
"""Pairs whose later check can be run after the earlier has refused: an unknown SecretId has no key to go on with, and
a plan that nobody can read is no refusal of the service."""


def both(earlier: str, later: str) -> Draft:
    return VIOLATIONS[earlier](VIOLATIONS[later](Draft()))


def check_decided_by(check: str, endpoint: Endpoint, request: Request) -> None:
    """The journal names the check, and the reply carries one of its codes."""
    exchange = endpoint.exchange(request)
    (entry,) = endpoint.accounts.default.journal.page().entries
    assert (entry.stage, entry.check) == (STAGE_OF[check], check)
    assert exchange.reply.body == entry.reply
    codes = CHECKS[check].codes or ((PLANNED,) if check == "planned" else ())
    if codes:
        assert json.loads(entry.reply)["Response"]["Error"]["Code"] == entry.verdict
        assert entry.verdict in codes
    else:
        assert (entry.verdict, entry.status) == ("not-supported", 501)


def test_what_is_changed_here_is_valid_before() -> None:
    assert serving().exchange(Draft().request()).verdict == "ok"


def test_every_adjacent_pair_is_in_exactly_one_of_the_two_tables() -> None:
    assert sorted([*TOGETHER, *NEVER_TOGETHER]) == sorted(PAIRS)


def test_every_check_has_a_violation() -> None:
    assert list(VIOLATIONS) == list(CHECKS)


def test_no_two_checks_have_the_same_name() -> None:
    assert len(CHECKS) == sum(len(stage.checks) for stage in STAGES)


@pytest.mark.parametrize("check", VIOLATIONS)
def test_one_violation_is_decided_by_its_check(check: str) -> None:
    check_decided_by(check, serving(), VIOLATIONS[check](Draft()).request())


@pytest.mark.parametrize("pair", TOGETHER, ids=" before ".join)
def test_of_two_violations_the_earlier_check_decides(pair: tuple[str, str]) -> None:
    earlier, later = pair
    check_decided_by(earlier, serving(), both(earlier, later).request())


@pytest.mark.parametrize("pair", FORGIVABLE, ids=" before ".join)
def test_of_two_violations_the_later_check_decides_where_the_earlier_is_forgiven(pair: tuple[str, str]) -> None:
    earlier, later = pair
    check_decided_by(later, serving(*forgiving(earlier)), both(earlier, later).request())


def forgiving(name: str) -> tuple[Stage, ...]:
    """The stages, with one check that refuses nothing."""

    def run(exchange: Exchange, backend: Backend) -> None:
        with contextlib.suppress(ApiError):
            CHECKS[name].run(exchange, backend)

    def forgiven(check: Check) -> Check:
        return dataclasses.replace(check, run=run) if check.name == name else check

    return tuple(Stage(stage.name, tuple(map(forgiven, stage.checks))) for stage in STAGES)


# --- within presence -----------------------------------------------------------------------------------------------

V3_HEADERS = ["X-TC-Action", "X-TC-Timestamp", "X-TC-Version"]
V1_PARAMETERS = ["Timestamp", "Nonce", "SecretId", "Signature", "Action", "Version"]


def missed(request: Request) -> str:
    """The message of a MissingParameter."""
    error = json.loads(serving().handle(request).body)["Response"]["Error"]
    assert error["Code"] == "MissingParameter"
    return str(error["Message"])


@pytest.mark.parametrize("position", range(3), ids=V3_HEADERS)
def test_of_the_common_headers_action_then_timestamp_then_version_is_missed(position: int) -> None:
    draft = Draft(authorization=b"AWS4-HMAC-SHA256 Credential=a")
    for name in V3_HEADERS[position:]:
        draft = draft.without_header(name.lower())
    assert f"`{V3_HEADERS[position]}`" in missed(draft.request())


@pytest.mark.parametrize("name", V3_HEADERS)
def test_an_empty_common_header_is_a_missing_one(name: str) -> None:
    assert f"`{name}`" in missed(Draft(authorization=b"SKIP").with_headers({name.lower(): ""}).request())


@pytest.mark.parametrize("position", range(6), ids=V1_PARAMETERS)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_without_authorization_timestamp_is_missed_first(method: str, position: int) -> None:
    pairs = "&".join(f"{name}=1" for name in reversed(V1_PARAMETERS[:position])).encode()
    if method == "GET":
        request = Request("GET", b"/", pairs, Headers.of({"host": "127.0.0.1"}), b"")
    else:
        request = Request.post("127.0.0.1", {"content-type": FORM}, pairs)
    assert f"`{V1_PARAMETERS[position]}`" in missed(request)


def test_a_bare_get_misses_the_timestamp() -> None:
    assert "`Timestamp`" in missed(Request("GET", b"/", b"", Headers(), b""))


def test_common_headers_do_not_count_without_authorization() -> None:
    assert "`Timestamp`" in missed(Draft().unsigned_request())


def test_any_authorization_at_all_takes_the_newer_scheme() -> None:
    bare = Draft(headers={}, params=EXAMPLE, authorization=b"")
    assert "`X-TC-Action`" in missed(bare.request())


def test_within_the_scope_the_terminator_is_judged_before_the_service() -> None:
    draft = Draft(terminator="tc4_request", service="cvm")
    assert "`Terminator`" in json.loads(serving().handle(draft.request()).body)["Response"]["Error"]["Message"]


# --- the table itself ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CHECKS)
def test_a_check_refuses_with_codes_that_exist(name: str) -> None:
    assert set(CHECKS[name].codes) <= load_api().errors.keys()


@pytest.mark.parametrize("name", CHECKS)
def test_the_place_of_a_check_has_its_evidence(name: str) -> None:
    check = CHECKS[name]
    assert check.source in load_api().sources
    assert check.confidence in CONFIDENCES
    assert check.evidence
    assert (check.source == "assumed") <= (check.confidence == "assumed")
