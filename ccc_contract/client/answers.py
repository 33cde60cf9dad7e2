"""What came back, judged: the answer of the service, its refusal, or nothing that anybody should act on.  Pure.

Stricter than official clients, which take whatever parses for a success (sdk-captures-2026-11): the status is 200, the
type is application/json, the form is the envelope, an action that dials names what it began.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ..conform import Violation, violations
from ..envelope import NotAnEnvelope, decode
from ..errors import NotAnAnswer, without_numbers
from ..http import Response
from ..model import JSON, Action, Api

MAX_ANSWER_BYTES = 16 * 1024 * 1024
"""More than any answer of the service (its own limit is 10 MB: ResponseSizeLimitExceeded)."""


@dataclass(frozen=True)
class Answer(Mapping[str, JSON]):
    """What an action answered: its fields as a mapping, the RequestId beside them."""

    result: Mapping[str, JSON]
    request_id: str
    attempts: int = 1

    def __getitem__(self, name: str) -> JSON:
        return self.result[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.result)

    def __len__(self) -> int:
        return len(self.result)

    def __bool__(self) -> bool:
        return True  # one without fields is an answer, too

    def __repr__(self) -> str:
        return f"<Answer {self.request_id} {', '.join(self.result)}>"


def judged(api: Api, action: Action, response: Response, *, check: bool) -> Answer:
    """The answer in `response`; `check` holds its fields against the model.

    Raises ApiError, of the class for its code, where the service said no; NotAnAnswer for everything else.
    """
    _expect_kind(response)
    try:
        result, request_id = decode(response.body)
    except NotAnEnvelope as reason:
        raise NotAnAnswer(without_numbers(str(reason)), answer=response) from reason
    wrong = list(_wrong(api, action, result) if check else _without_identity(action, result))
    if wrong:
        listed = "; ".join(map(str, wrong[:8]))
        raise NotAnAnswer(f"a success that is none (RequestId {request_id}): {listed}", answer=response)
    return Answer(result, request_id)


def _expect_kind(response: Response) -> None:
    given = response.header.get(b"content-type", b"").decode("latin-1")
    if response.status != 200 or given.partition(";")[0].strip().lower() != "application/json":
        came = f"{response.status} and {without_numbers(given[:80]) or 'no type'} with {len(response.body)} bytes"
        raise NotAnAnswer(f"expected HTTP 200 and application/json, got {came}{_start(response)}", answer=response)


def _start(response: Response) -> str:
    """What a plain text says, for people: a fake says there what it cannot do."""
    if not response.header.get(b"content-type", b"").lower().startswith(b"text/plain"):
        return ""
    text = " ".join(response.body[:300].decode("utf-8", "replace").split())
    return f": {without_numbers(text)}" if text.isprintable() and text else ""


def _wrong(api: Api, action: Action, result: Mapping[str, JSON]) -> Iterator[Violation]:
    """What the model does not allow.  Fields that it does not know are none: the service may be newer."""
    yield from _without_identity(action, result)
    for name, member in action.output.members.items():
        if member.output_required and not member.nullable and result.get(name) is None:
            yield Violation(name, "missing", member.type, "nothing")
    yield from (found for found in violations(api, action.output, result) if found.rule == "type")


def _without_identity(action: Action, result: Mapping[str, JSON]) -> Iterator[Violation]:
    for name in _identity(action):
        if not result.get(name):
            yield Violation(name, "missing", action.output.members[name].type, "nothing")


def _identity(action: Action) -> list[str]:
    """The fields without which nobody finds again what an action that dials began: SessionId, TaskId, CampaignId."""
    if not action.dials:
        return []
    return [name for name in action.output.members if name.endswith("Id") and name != "RequestId"]
