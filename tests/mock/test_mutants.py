"""Each mutant is wrong in the one way that it says, and in no other."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from ccc_contract import Headers, Request
from ccc_contract.suite.judging import judge
from ccc_contract.suite.properties import PROPERTIES
from ccc_mock import Endpoint, Limits
from ccc_mock.answering import answering
from ccc_mock.mutants import MUTANTS, NoMutant, made, mutant
from ccc_mock.mutants.mutant import FAMILIES, without
from mutants_asked import Asked, Row, call
from mutants_rows import FAMILIES as ROWS_OF_FAMILIES
from mutants_rows import GOOD, ROWS
from older import OlderDraft, get_draft
from suite_targets import no_time, target_of

SEEN_IN_EVERY_SUCCESS = {
    "request-id-lost", "request-id-no-uuid", "null-error-in-success", "response-left-out", "charset-added",
    "undeclared-field-in-success", "region-required", "session-id-is-a-number",
}  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.mutant)
def test_a_mutant_is_wrong_where_it_says(row: Row) -> None:
    assert row.act(Asked(None)) == row.true
    assert row.act(Asked(row.mutant)) == row.wrong


@pytest.mark.parametrize("name", MUTANTS)
def test_a_good_request_gets_a_good_answer_unless_its_fault_is_there(name: str) -> None:
    same = Asked(name).reply(GOOD) == Asked(None).reply(GOOD)
    assert same is (name not in SEEN_IN_EVERY_SUCCESS)


# --- found out by the property that it names -----------------------------------------------------------------------

PROPERTY = {prop.name: prop for prop in PROPERTIES}

FEW = 25
MORE = {
    "hmac-sha256-unknown": (100, "one of three schemes signs so"),
    "bounds-excluded": (300, "one value at one end of one parameter's range"),
    "place-not-told": (100, "it is wrong only where a wrong type stands inside of a list or an object"),
    "code-of-another-action": (100, "one of six actions is wrong, and only for an app that is not there"),
    "many-headers-get-a-page": (200, "only above 40 headers, and small numbers are drawn first"),
}
"""Mutants that few examples may miss: of twelve seeds one at least needed more, or nearly all, of FEW."""


def test_each_names_a_property_of_the_suite() -> None:
    assert {each.property for each in MUTANTS.values()} <= set(PROPERTY)
    assert set(MORE) <= set(MUTANTS)


@pytest.mark.parametrize("name", MUTANTS)
def test_the_property_that_it_names_finds_it_out_alone(name: str) -> None:
    wrong = target_of(answering(made(name, limits=Limits(), stopwatch=no_time())))
    examples, _ = MORE.get(name, (FEW, ""))
    assert judge(PROPERTY[MUTANTS[name].property], wrong, examples=examples, shrinks=False).outcome == "differs"


# --- whatever is sent ----------------------------------------------------------------------------------------------

NOTHING = Request("GET", b"/", b"", Headers(()), b"")
ODD = {
    "nothing at all": NOTHING,
    "a method nobody knows": NOTHING._replace(method="BREW"),
    "a PUT that is signed": GOOD.but(method="PUT").request(),
    "no action": GOOD.without_header("x-tc-action").request(),
    "no Authorization": GOOD.unsigned_request(),
    "half an Authorization": GOOD.but(authorization=b"TC3-HMAC-SHA256 Credential=a/b").request(),
    "a claim of nothing": GOOD.but(authorization=b"TC3-HMAC-SHA256 Credential=a/2026-11-22/ccc/tc3_request, "
                                   b"SignedHeaders=;, Signature=0").request(),
    "another product": GOOD.but(host="cvm.tencentcloudapi.com").request(),
    "no timestamp": GOOD.with_headers({"x-tc-timestamp": "soon"}).request(),
    "bytes in the headers": GOOD.with_headers({"x-tc-action": "拨打", "x-tc-language": "中文"}).request(),
    "an empty body": GOOD.but(body=b"").request(),
    "a list": GOOD.but(body=b"[1]").request(),
    "bytes": GOOD.but(body=bytes(range(256))).request(),
    "depth": GOOD.but(body=b"[" * 2000).request(),
    "half a character": GOOD.but(body=b'{"Callee":"\\ud800","SdkAppId":1,"AIAgentId":1}').request(),
    "wrong types everywhere": GOOD.but(body=b'{"SdkAppId":{},"AIAgentId":[],"Callee":{},"Callers":[[1],{}],'
                                       b'"Variables":[1,null,[]],"AcquireTimeoutSecond":1e300}').request(),
    "numbers in lists": call().with_params({"Callers": [5, None], "Variables": [{"Key": 1, "Value": 2}]}).request(),
    "no objects in lists": call().with_params({"Callers": [[1], {}], "Variables": ["x", 1, [], None]}).request(),
    "null everywhere": GOOD.but(body=b'{"SdkAppId":null,"AIAgentId":null,"Callee":null,"Callers":[null]}').request(),
    "garbage in a query": get_draft().but(query=b"%zz&=1&a&a=1&a=2&A.0=1&A.5=1&" + bytes(range(128, 256))).request(),
    "a query that is signed and odd": get_draft().but(query=b"Callers.1=a&SdkAppId.x=1&Callee=%ff").request(),
    "an older one without a signature": OlderDraft(signature=b"").request(),
    "an older form": OlderDraft(method="POST").request(),
    "an action without behaviour": GOOD.with_headers({"x-tc-action": "DescribeCallInMetrics"}).request(),
    "a page that is none": GOOD.with_headers({"x-tc-action": "DescribeNumbers"}).but(
        body=b'{"SdkAppId":1,"PageNumber":18446744073709551615,"PageSize":0}').request(),
    "a session of nobody": GOOD.with_headers({"x-tc-action": "DescribeTelSession"}).but(
        body=b'{"SdkAppId":1,"SessionId":""}').request(),
}  # fmt: skip


@pytest.mark.parametrize("name", MUTANTS)
def test_whatever_is_sent_a_mutant_answers(name: str) -> None:
    fake = Asked(name).describe()
    statuses = {odd: fake.reply(request).status for odd, request in ODD.items()}
    assert set(statuses.values()) <= {200, 400, 431, 500, 501}


def test_every_mutant_is_shown() -> None:
    assert [row.mutant for row in ROWS] == list(MUTANTS)


@pytest.mark.parametrize("rows", ROWS_OF_FAMILIES, ids=FAMILIES)
def test_no_two_of_a_family_answer_all_its_questions_alike(rows: tuple[Row, ...]) -> None:
    slow = {"small-body-limit", "large-body-limit", "body-limit-refused", "large-body-with-http-413"}
    asked = [row for row in rows if row.mutant not in slow]
    told = {row.mutant: repr([_answer(other, row.mutant) for other in asked]) for row in asked}
    assert [names for names, count in Counter(told.values()).items() if count > 1] == []
    assert repr([row.true for row in asked]) not in told.values()


def _answer(row: Row, name: str) -> object:
    try:
        return row.act(Asked(name))
    except (LookupError, AttributeError, TypeError, ValueError) as broken:  # its answer has no such form
        return repr(broken)


def test_names_are_told_as_facts_and_families_have_three() -> None:
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", name) for name in MUTANTS)
    assert all(re.fullmatch(r".+\.", each.says) and each.says.count(". ") == 0 for each in MUTANTS.values())
    assert list(dict.fromkeys(each.family for each in MUTANTS.values())) == list(FAMILIES)
    assert min(Counter(each.family for each in MUTANTS.values()).values()) >= 3
    assert len({each.says for each in MUTANTS.values()}) == len(MUTANTS)


def test_an_unknown_name_is_told_with_the_nearest() -> None:
    with pytest.raises(NoMutant, match="no mutant 'charset-aded'; did you mean charset-added"):
        mutant("charset-aded")


def test_the_true_fake_is_untouched_by_a_mutant_beside_it() -> None:
    before = Asked(None).reply(GOOD)
    for name in MUTANTS:
        made(name)
    assert Asked(None).reply(GOOD) == before
    assert type(Endpoint()._services["ccc"]).__name__ == "Pipeline"


def test_what_a_mutant_remembers_is_its_own_endpoint_s() -> None:
    first, second = Asked("request-id-repeats"), Asked("request-id-repeats")
    second.account.new_uuid()
    assert first.fields(GOOD)["RequestId"] != second.fields(GOOD)["RequestId"]


def test_the_journal_has_what_a_mutant_sent() -> None:
    fake = Asked("charset-added")
    fake.reply(GOOD)
    (entry,) = fake.endpoint.journal()
    assert "charset" in str(entry["reply"])


def test_a_check_that_is_not_there_cannot_be_left_out() -> None:
    from ccc_mock.mutants.mutant import Parts

    with pytest.raises(ValueError, match="no check 'nonsense'"):
        without("nonsense")(Parts())
