"""What each fault makes of an answer, and what a connection has to do to bring it."""

from __future__ import annotations

import gzip
import json
from random import Random
from typing import Any

import pytest

from answers import endpoint_for
from ccc_contract import Request, load_api
from ccc_mock import Delivery, Reply
from ccc_mock.plans.faults import FAULTS, Fault, make_fault
from ccc_mock.plans.grammar import parse
from ccc_mock.plans.words import Spread
from ccc_mock.script import Script, Write, script
from drafts import NOW, Draft

BODY = b'{"Response":{"SessionId":"s","RequestId":"r"}}'
ANSWER = Reply.envelope(BODY, NOW)
ASKS_FOR_GZIP = Request.post("x", {"accept-encoding": "gzip, deflate"})
ASKS_FOR_NOTHING = Request.post("x", {})


def spoiled(step: str, request: Request = ASKS_FOR_NOTHING, reply: Reply = ANSWER) -> Reply:
    """What a step makes of an answer."""
    (draft,) = parse(step, load_api()).drafts
    return draft.steps[0].spoil(reply, request, NOW, Random(1))


def delivery(step: str) -> Delivery:
    return spoiled(step).delivery


def response(step: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(spoiled(step).body)["Response"]
    return answer


def header(reply: Reply, name: bytes) -> bytes | None:
    return dict(reply.headers).get(name)


BODIES = {
    "truncate(5)": BODY[:5],
    "truncate": BODY[:20],
    "truncate(1000)": BODY,
    "empty": b"",
    "braces": b"{}",
    "bare": b'{"SessionId":"s","RequestId":"r"}',
    "null(SessionId)": b'{"Response":{"SessionId":null,"RequestId":"r"}}',
    "null(Nobody)": BODY,
    "missing(RequestId)": b'{"Response":{"SessionId":"s"}}',
    "missing(Nobody)": BODY,
    "extra": b'{"Response":{"SessionId":"s","RequestId":"r","Unexpected":"extra"}}',
    "extra(More)": b'{"Response":{"SessionId":"s","RequestId":"r","More":"extra"}}',
    "bare+null(SessionId)": b'{"SessionId":"s","RequestId":"r"}',
    "missing(RequestId)+missing(SessionId)": b'{"Response":{}}',
}


@pytest.mark.parametrize("faults", BODIES)
def test_the_body_becomes(faults: str) -> None:
    assert spoiled(f"ok+{faults}").body == BODIES[faults]


def test_garbage_is_as_long_as_said_and_repeats_from_its_seed() -> None:
    first, second = spoiled("ok+garbage(64)"), spoiled("ok+garbage(64)")
    assert len(first.body) == 64
    assert first == second


def test_the_status_is_another_and_the_answer_stays() -> None:
    assert spoiled("ok+status(503)") == ANSWER._replace(status=503)


@pytest.mark.parametrize("given", ["text/html", "application/json; charset=utf-8", "text/event-stream"])
def test_the_content_type_is_another(given: str) -> None:
    reply = spoiled(f"ok+content-type({given})")
    assert header(reply, b"Content-Type") == given.encode()
    assert len(reply.headers) == len(ANSWER.headers)


def test_the_content_type_can_be_left_out() -> None:
    assert header(spoiled("ok+content-type"), b"Content-Type") is None


def test_the_date_is_away() -> None:
    assert header(spoiled("ok+date(-1h)"), b"Date") == b"Sun, 22 Nov 2026 04:16:53 GMT"


def test_a_body_is_compressed() -> None:
    reply = spoiled("ok+gzip")
    assert header(reply, b"Content-Encoding") == b"gzip"
    assert gzip.decompress(reply.body) == BODY


def test_a_body_is_compressed_only_where_it_is_asked_for() -> None:
    assert spoiled("ok+gzip(asked)") == ANSWER
    assert spoiled("ok+gzip(asked)", ASKS_FOR_GZIP) == spoiled("ok+gzip")


@pytest.mark.parametrize("status", [200, 403, 413, 429, 500, 502, 503, 504])
def test_a_gateway_answers_with_a_page(status: int) -> None:
    reply = spoiled(f"ok+page({status})")
    assert reply.status == status
    assert header(reply, b"Content-Type") == b"text/html"
    assert header(reply, b"Retry-After") is None
    assert b"<html>" in reply.body


def test_a_page_may_say_when_to_come_again() -> None:
    assert header(spoiled("ok+page(503 retry-after=7)"), b"Retry-After") == b"7"


def test_a_redirect_leads_to_where_control_redirects_on() -> None:
    reply = spoiled("ok+redirect")
    assert (reply.status, header(reply, b"Location"), reply.body) == (302, b"/_ccc/redirect", b"")


def test_header_names_can_be_in_lower_case() -> None:
    assert [name for name, _ in spoiled("ok+lower-case").headers] == [b"date", b"content-type"]


DELIVERIES = {
    "delay(1s)": Delivery(delay_seconds=1),
    "delay(1s)+delay(500ms)": Delivery(delay_seconds=1.5),
    "stall(10 5s)": Delivery(stall_after=10, stall_seconds=5),
    "drip(3 50ms)": Delivery(drip_bytes=3, drip_seconds=0.05),
    "reset": Delivery(silent=True, reset=True),
    "reset(9)": Delivery(cut_after=9, reset=True),
    "close": Delivery(silent=True),
    "close(0)": Delivery(cut_after=0),
    "drop": Delivery(drops=True),
    "content-length(3)": Delivery(claimed_length=3),
    "chunked": Delivery(chunked=True),
    "lower-case": Delivery(lower_case=True),
    "delay(2s)+reset": Delivery(delay_seconds=2, silent=True, reset=True),
}


@pytest.mark.parametrize("faults", DELIVERIES)
def test_it_is_brought(faults: str) -> None:
    assert delivery(f"ok+{faults}") == DELIVERIES[faults]


def test_a_page_keeps_what_was_said_of_its_delivery() -> None:
    assert delivery("ok+delay(1s)+page(502)") == Delivery(delay_seconds=1)


def test_only_a_delay_is_plain() -> None:
    assert [faults for faults in DELIVERIES if delivery(f"ok+{faults}").is_plain] == [
        "delay(1s)",
        "delay(1s)+delay(500ms)",
    ]


def test_a_uniform_delay_lies_between() -> None:
    spread, chance = Spread("uniform", 1.0, 3.0), Random(5)
    drawn = [spread.draw(chance) for _ in range(1000)]
    assert 1.0 <= min(drawn) < 1.1
    assert 2.9 < max(drawn) <= 3.0


def test_a_log_normal_delay_has_its_percentiles() -> None:
    spread, chance = Spread("lognormal", 0.12, 0.9), Random(5)
    drawn = sorted(spread.draw(chance) for _ in range(20_000))
    assert drawn[10_000] == pytest.approx(0.12, rel=0.05)
    assert drawn[19_800] == pytest.approx(0.9, rel=0.15)


@pytest.mark.parametrize("kind", FAULTS)
def test_every_fault_says_what_it_does_and_has_a_spoiling(kind: str) -> None:
    fault = FAULTS[kind]
    assert fault.says
    assert fault.spoil is not Fault.spoil


def test_make_fault_is_the_one_reader_of_settings() -> None:
    assert make_fault("page", " 503  retry-after=1 ") == make_fault("page", "503 1")


# --- in the place of the service, or behind it ---------------------------------------------------------------------


def test_what_stands_in_keeps_the_call_from_being_placed() -> None:
    endpoint = endpoint_for()
    endpoint.plan("ok+page(502), ok+page(502)@after")
    before, after = (endpoint.exchange(Draft().request()) for _ in range(2))
    assert (before.verdict, before.placed, before.reply.status) == ("fault", False, 502)
    assert (after.verdict, after.placed, after.reply.status) == ("ok", True, 502)
    assert (before.stage, before.check) == ("inject", "plan")


def test_a_fault_spoils_whatever_is_answered() -> None:
    endpoint = endpoint_for()
    endpoint.plan("ok+status(500)")
    exchange = endpoint.exchange(Draft(params={}).request())
    assert (exchange.verdict, exchange.reply.status) == ("MissingParameter", 500)


def test_a_code_after_the_call_was_placed_is_told_as_a_failure() -> None:
    endpoint = endpoint_for()
    endpoint.plan("InternalError@after")
    exchange = endpoint.exchange(Draft().request())
    assert (exchange.verdict, exchange.placed) == ("InternalError", True)
    assert json.loads(exchange.reply.body)["Response"]["Error"]["Code"] == "InternalError"


def test_a_code_after_does_not_cover_a_refusal_of_the_service() -> None:
    endpoint = endpoint_for()
    endpoint.plan("InternalError@after")
    assert endpoint.exchange(Draft(params={}).request()).verdict == "MissingParameter"


# --- scripts -------------------------------------------------------------------------------------------------------

HEAD = b"HTTP/1.1 200 OK\r\nDate: Sun, 22 Nov 2026 05:16:53 GMT\r\nContent-Type: application/json\r\n"


def written(step: str) -> tuple[list[tuple[float, bytes]], bool]:
    """(waits and bytes, does it end with a reset?)"""
    found: Script = script(spoiled(step))
    return [(write.wait_seconds, write.data) for write in found.writes], found.reset


def test_nothing_is_written_before_a_reset_or_a_close() -> None:
    assert written("ok+reset") == ([(0.0, b"")], True)
    assert written("ok+close") == ([(0.0, b"")], False)
    assert written("ok+delay(1s)+reset") == ([(1.0, b"")], True)


def test_an_answer_is_cut_and_does_not_say_so() -> None:
    head = HEAD + b"Content-Length: %d\r\nConnection: keep-alive\r\n\r\n" % len(BODY)
    assert written("ok+close(5)@after") == ([(0.0, head + BODY[:5])], False)
    assert written("ok+reset(0)@after") == ([(0.0, head)], True)


def test_another_length_is_claimed() -> None:
    ((_, data),), _ = written("ok+content-length(999)")
    assert b"\r\nContent-Length: 999\r\n" in data
    assert data.endswith(BODY)


def test_an_answer_in_chunks_has_no_length() -> None:
    writes, _ = written("ok+chunked")
    data = b"".join(data for _, data in writes)
    assert data == HEAD + b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n2e\r\n%b\r\n0\r\n\r\n" % BODY


def test_an_answer_in_lower_case_is_so_everywhere() -> None:
    ((_, data),), _ = written("ok+lower-case")
    names = [line.partition(b":")[0] for line in data.partition(b"\r\n\r\n")[0].split(b"\r\n")[1:]]
    assert names == [b"date", b"content-type", b"content-length", b"connection"]


@pytest.mark.parametrize("after", [0, 1, 20])
def test_an_answer_stalls(after: int) -> None:
    (first, second), reset = written(f"ok+stall({after} 5s)")
    assert first[1].endswith(b"\r\n\r\n" + BODY[:after])
    assert second == (5.0, BODY[after:])
    assert not reset


def test_an_answer_drips() -> None:
    writes, _ = written("ok+drip(20 10ms)")
    assert [wait for wait, _ in writes] == [0.0, 0.01, 0.01]
    assert writes[1:] == [(0.01, BODY[20:40]), (0.01, BODY[40:])]


def test_an_answer_drips_in_chunks() -> None:
    writes, _ = written("ok+drip(20 10ms)+chunked")
    assert writes[1] == (0.01, b"14\r\n%b\r\n" % BODY[20:40])
    assert writes[-1] == (0.0, b"0\r\n\r\n")


def test_an_empty_body_is_brought_in_every_way() -> None:
    for faults in ("chunked", "drip", "stall(0 1s)", "close(5)@after", "lower-case"):
        writes, _ = written(f"ok+empty+{faults}")
        assert writes[0][1].startswith(b"HTTP/1.1 200 OK\r\n")


def test_a_delay_comes_before_the_first_byte() -> None:
    assert script(spoiled("ok+delay(2s)+stall(3 5s)")).writes[0].wait_seconds == 2.0


def test_the_answer_to_a_head_has_no_body() -> None:
    assert script(spoiled("ok+lower-case"), with_body=False).writes[0].data.endswith(b"\r\n\r\n")


def test_a_status_without_a_phrase_has_none() -> None:
    assert script(spoiled("ok+status(299)+lower-case")).writes[0].data.startswith(b"HTTP/1.1 299 \r\n")


def test_a_write_is_a_value() -> None:
    assert Write(0.0, b"") == Write(0.0, b"")
