"""A property is tried, and what came of it is told."""

from __future__ import annotations

import json

import pytest

from ccc_contract.http import Request, Response
from ccc_contract.suite.draft import Draft
from ccc_contract.suite.judging import judge
from ccc_contract.suite.of_envelope import every_answer_has_a_request_id
from ccc_contract.suite.of_identity import a_timestamp_expires_after_300_seconds
from ccc_contract.suite.of_signature import every_clients_writing_is_let_in
from ccc_contract.suite.properties import PROPERTIES
from ccc_contract.suite.property import Property
from ccc_contract.suite.reply import Lost, Violation
from ccc_contract.suite.service import opened
from ccc_contract.suite.target import Target
from suite_targets import HOST, Send, target_of


@pytest.mark.parametrize("prop", PROPERTIES, ids=lambda prop: prop.name)
def test_the_fake_keeps_every_property(prop: Property, fake: Target) -> None:
    verdict = judge(prop, fake, examples=25)
    assert (verdict.outcome, verdict.why) == ("held", "")


def test_what_differs_is_told_with_the_shortest_conversation_that_shows_it(answer: Send) -> None:
    def without_request_ids(request: Request) -> Response:
        response = answer(request)
        if request.path.startswith(b"/_ccc") or response.status != 200:
            return response
        fields = json.loads(response.body)["Response"]
        fields.pop("RequestId")
        return Response(200, response.headers, json.dumps({"Response": fields}).encode())

    verdict = judge(every_answer_has_a_request_id, target_of(without_request_ids), examples=25)
    assert verdict.outcome == "differs"
    assert "a RequestId that is a UUID" in verdict.why
    (reply,) = verdict.heard
    assert (reply.draft.scheme, reply.draft.writing) == ("TC3-HMAC-SHA256", "python")


@pytest.mark.parametrize("body", [b"<html>431</html>", b'{"Response": []}', b""])
def test_what_is_no_answer_differs_from_a_success_though_neither_has_a_code(body: bytes) -> None:
    def page_for_strangers(request: Request) -> Response:
        return Response(200, (), body if b"x-nothing" in request.headers else b'{"Response": {"RequestId": "r"}}')

    draft = Draft("DescribeNumbers")
    with opened(Target(page_for_strangers, HOST)) as service:
        service.makes_no_difference(draft, draft.with_headers({"X-Other": "1"}))
        with pytest.raises(Violation, match="that are no answer of the service"):
            service.makes_no_difference(draft, draft.with_headers({"X-Nothing": "1"}))


def test_a_property_that_needs_more_than_the_target_offers_is_not_run(answer: Send) -> None:
    verdict = judge(a_timestamp_expires_after_300_seconds, Target(answer, HOST))
    assert verdict.outcome == "not run"
    assert "moved clock" in verdict.why
    assert verdict.requests == 0


def test_where_nobody_answers_nothing_is_told_and_nothing_is_asked_again(answer: Send) -> None:
    asked = []

    def lost(request: Request) -> Response:
        asked.append(request)
        raise Lost("the connection failed: reset")

    verdict = judge(every_clients_writing_is_let_in, Target(lost, HOST, can=frozenset({"credential"})))
    assert verdict.outcome == "could not tell"
    assert len(asked) == 1


def test_the_same_seed_draws_the_same_requests(answer: Send) -> None:
    def drawn() -> list[Request]:
        sent = []

        def noted(request: Request) -> Response:
            sent.append(request)
            return answer(request)

        judge(
            every_clients_writing_is_let_in,
            Target(noted, HOST, now=lambda: 1795324797.0, can=frozenset({"credential"})),
            examples=10,
            seed=7,
        )
        return sent

    assert drawn() == drawn()
