"""Error-path coverage as values: what a journal tells, what adds up, and how a table is written."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccc_contract import Request, load_api
from ccc_mock import Clock, Endpoint
from ccc_mock.coverage.as_html import as_html
from ccc_mock.coverage.as_json import as_json
from ccc_mock.coverage.as_text import as_text
from ccc_mock.coverage.cells import cells_of
from ccc_mock.coverage.record import FORM, MAX_TEXTS, REST, Met, NoRecord, OfTest, Record
from ccc_mock.coverage.report import Report, report_of, shortfall, written
from ccc_mock.coverage.sightings import Sighting, Stretch, met_by, sightings
from ccc_mock.plans.faults import FAULTS
from drafts import NOW

API = load_api()
DIAL = API.actions["CreateAIAgentCall"]
BODY = '{"SdkAppId": 1400000000, "AIAgentId": 15, "Callee": "0086138000000%02d"}'


def played(plan: str, *callees: int, after: float = 0.0, action: str = "CreateAIAgentCall") -> Stretch:
    """What the journal has of calls to these, with so many seconds between."""
    endpoint = Endpoint(clock=Clock(at=NOW), auth="off")
    account = endpoint.accounts.default
    if plan:
        endpoint.plan(plan)
    for n in callees or (0,):
        headers = {"x-tc-action": action, "content-type": "application/json"}
        endpoint.exchange(Request.post("ccc.tencentcloudapi.com", headers, BODY % n))
        account.clock.advance(after)
    entries = account.journal.page(limit=1000).entries
    return Stretch(entries, stood_still=account.clock.world_is_frozen)


def met(plan: str) -> list[str]:
    return [cell for entry in played(plan).entries for cell in met_by(entry)]


# --- what counts ---------------------------------------------------------------------------------------------------


def test_a_cell_is_each_declared_code_each_common_one_and_each_fault() -> None:
    cells = cells_of(DIAL, API)
    assert len({cell.name for cell in cells}) == len(cells)
    of_kind = Counter(cell.kind for cell in cells)
    assert of_kind["declared"] == len(DIAL.errors)
    assert {cell.name.partition("@")[0] for cell in cells if cell.kind == "fault"} == set(FAULTS)
    after = {cell.name for cell in cells if cell.name.endswith("@after")}
    assert after == {"reset@after", "close@after", "page@after", "redirect@after"}


def test_a_list_that_repeats_another_action_s_is_left_out() -> None:
    numbers = API.actions["DescribeNumbers"]
    assert numbers.errors_inherited_from
    assert not [cell for cell in cells_of(numbers, API) if cell.kind == "declared"]


# --- what was met --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("plan", "cells"),
    [
        ("ok", []),
        ("InternalError", ["InternalError"]),
        ("InternalError@after", ["InternalError"]),
        ("!Strange.Code", ["Strange.Code"]),
        ("100%: InternalError", ["InternalError"]),
        ("action=Create*: InternalError*", ["InternalError"]),
        ("ok+reset", ["reset"]),
        ("ok+reset@after", ["reset@after"]),
        ("ok+reset(7)", ["reset@after"]),
        ("ok+content-type(text/html: x)", ["content-type"]),
        ("InternalError+delay(5s)", ["InternalError", "delay"]),
        ("InternalError+gzip", ["InternalError", "gzip"]),
        ("InternalError+reset@after", ["reset@after"]),
        ("InternalError+empty", ["empty"]),
        ("InternalError+missing(Error)", ["missing"]),
        ("ok+gzip(asked)", []),  # it was not asked for
        ("ok+null(SessionId)", ["null"]),
        ("ok+null(Nothing)", []),
        ("ok+bare", ["bare"]),
        ("ok+extra+truncate", ["truncate"]),
    ],
)
def test_met_is_what_the_caller_was_given(plan: str, cells: list[str]) -> None:
    assert met(plan) == cells


def test_the_name_of_a_plan_may_look_like_a_step() -> None:
    (entry,) = played("ok+reset").entries
    assert met_by(entry._replace(plan="a: b, c: ok+reset")) == ["reset"]
    assert met_by(entry._replace(plan="unreadable")) == []


def test_what_the_fake_cannot_answer_is_nothing_that_was_met() -> None:
    (entry,) = played("ok+truncate", action="DescribeCallInMetrics").entries
    assert met_by(entry._replace(verdict="not-supported")) == []


@pytest.mark.parametrize("name", [cell.name for cell in cells_of(DIAL, API)])
def test_every_cell_can_be_met(name: str) -> None:
    fault, _, moment = name.partition("@")
    needed = {
        "delay": "(1s)",
        "stall": "(1 1s)",
        "status": "(500)",
        "content-length": "(9)",
        "date": "(1h)",
        "page": "(502)",
    }
    needed |= {"null": "(SessionId)", "missing": "(SessionId)"}
    moment = f"@{moment}" if moment else ""
    plan = f"ok+{fault}{needed.get(fault, '')}{moment}" if fault in FAULTS else name
    assert met(plan) == [name]


# --- what followed -------------------------------------------------------------------------------------------------


def followed(stretch: Stretch) -> list[tuple[int, float | None]]:
    return [(seen.again, seen.wait) for seen in sightings(stretch)]


def test_the_same_call_again_is_counted_up_to_the_first_success() -> None:
    assert followed(played("InternalError*3, ok*", 1, 1, 1, 1, 1, after=2.5)) == [(3, 2.5), (2, 2.5), (1, 2.5)]


def test_another_call_is_no_attempt() -> None:
    assert followed(played("InternalError*2, ok*", 1, 2, 3)) == [(0, None), (0, None)]


def test_after_a_success_that_was_lost_it_goes_on() -> None:
    assert followed(played("InternalError, ok+reset@after, ok, ok", 1, 1, 1, 1, after=1)) == [(2, 1.0), (1, 1.0)]


def test_spacing_is_not_seen_where_the_world_stood_still() -> None:
    assert followed(played("InternalError, ok", 1, 1)) == [(1, None)]


def test_a_thousand_refusals_of_one_call_are_soon_told() -> None:
    entries = played("InternalError*", *[1] * 1000).entries
    assert len(entries) == 1000
    assert followed(Stretch(entries))[0] == (999, 0.0)


# --- what adds up --------------------------------------------------------------------------------------------------

TEXTS = st.dictionaries(st.sampled_from(["an answer", "raised OSError", "a"]), st.integers(1, 9)).map(Counter)
METS = st.builds(
    Met,
    st.integers(1, 9),
    st.integers(0, 9),
    st.integers(0, 9),
    st.none() | st.tuples(st.floats(0, 9), st.floats(9, 99)),
    TEXTS,
    TEXTS,
    TEXTS,
)
CELLS = st.dictionaries(st.sampled_from(["InternalError", "reset"]), METS)
TESTS = st.builds(
    OfTest,
    st.dictionaries(st.sampled_from(["passed", "failed"]), st.integers(1, 9)).map(Counter),
    st.dictionaries(st.sampled_from(["CreateAIAgentCall", "HangUpCall"]), st.integers(1, 9)).map(Counter),
    st.integers(0, 9),
    st.dictionaries(st.sampled_from(["CreateAIAgentCall", "HangUpCall"]), CELLS),
)
RECORDS = st.builds(Record, st.dictionaries(st.sampled_from(["a", "b", "\ud800<c>\x1b[2J"]), TESTS), st.just({}))


def together(*records: Record) -> Any:
    whole = Record()
    for record in records:
        whole.add(Record.of_json(record.as_json()))
    return json.dumps(whole.as_json(), sort_keys=True)


@settings(max_examples=40)
@given(RECORDS)
def test_a_record_comes_back_from_its_json(record: Record) -> None:
    assert Record.of_json(json.loads(json.dumps(record.as_json()))) == record


@settings(max_examples=40)
@given(RECORDS, RECORDS, RECORDS)
def test_runs_add_up_in_any_order(one: Record, two: Record, three: Record) -> None:
    assert together(one, two, three) == together(three, one, two)
    both = Record()
    both.add(Record.of_json(one.as_json()))
    both.add(two)
    assert together(both, three) == together(one, two, three)


@settings(max_examples=40)
@given(RECORDS)
def test_every_record_is_told(record: Record) -> None:
    report = report_of(record, API)
    page, text = as_html(report), "\n".join(as_text(report, missing=True))
    assert json.loads(as_json(report))["version"] == 1
    assert page.isascii()
    assert "<c>" not in page
    assert "\x1b" not in page + text
    assert 0 <= report.met <= report.counted
    assert not report.falls_short_of(0)


def test_texts_are_bounded() -> None:
    met = Met()
    for n in range(1000):
        met.sight(Sighting(n, "CreateAIAgentCall", "InternalError", 0, None, "", f"raised E{n}", ""))
    assert len(met.ended) == MAX_TEXTS + 1
    assert (met.ended[REST], met.ended.total()) == (1000 - MAX_TEXTS, 1000)


@pytest.mark.parametrize(
    "form",
    [
        None,
        [],
        {},
        {"ccc_mock_coverage": FORM + 1},
        {"ccc_mock_coverage": FORM},
        {"ccc_mock_coverage": FORM, "tests": [], "excluded": {}},
        {"ccc_mock_coverage": FORM, "tests": {"a": {}}, "excluded": {}},
        {"ccc_mock_coverage": FORM, "tests": {}, "excluded": {"a": 1}},
    ],
)
def test_other_json_is_refused(form: Any) -> None:
    with pytest.raises(NoRecord):
        Record.of_json(form)


# --- the sum -------------------------------------------------------------------------------------------------------


def a_report(*names: str, retries: str = "", excluded: dict[str, str] | None = None) -> Report:
    seen = [Sighting(1, DIAL.name, name, 0, None, "", "", retries) for name in names]
    test = OfTest(Counter(["passed"]), Counter({DIAL.name: 1}))
    test.sight(seen)
    return report_of(Record({"test": test}, excluded or {}), API)


def test_a_percentage_is_never_rounded_up() -> None:
    assert [written(each) for each in (None, 0.0, 99.99, 100.0, 3.846)] == [
        "nothing",
        "0 %",
        "99.9 %",
        "100 %",
        "3.8 %",
    ]


def test_what_is_excluded_does_not_count_either_way() -> None:
    whole, less = a_report("reset"), a_report("reset", excluded={"*/AuthFailure.*": "why", "*/reset": "why"})
    assert (whole.met, less.met) == (1, 0)
    assert len([cell for cell in cells_of(DIAL, API) if cell.name.startswith("AuthFailure.")]) == 8
    assert whole.counted - less.counted == 9
    assert "CreateAIAgentCall/reset was met and is excluded" in "\n".join(as_text(less))


def test_all_of_it_can_be_met() -> None:
    whole = a_report(*(cell.name for cell in cells_of(DIAL, API)))
    assert whole.percent == 100
    assert shortfall(whole, 100) == ""
    assert "never met" not in "\n".join(as_text(whole, missing=True))


def last_column(report: Report) -> list[str]:
    return [line.rpartition("  ")[2] for line in list(as_text(report))[1:3]]


def test_the_last_column_has_what_the_audit_says_of_the_retries() -> None:
    found, nothing = a_report("reset", retries="no-jitter"), a_report("reset")
    assert last_column(found) == ["retries", "1 no-jitter"]
    assert last_column(nothing) == ["retries", "nothing found"]
    assert "<td>1 no-jitter</td>" in as_html(found)
