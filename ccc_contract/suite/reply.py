"""An answer as a property looks at it, and what it says when that is not what the contract promises.  Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from .. import strict
from ..http import Request, Response
from ..model import JSON
from .draft import Draft

NO_BEHAVIOUR = 501
"""HTTP status by which a fake says that it has no answer; the service has no use for it."""


@dataclass(frozen=True)
class Reply:
    """What came back for `draft`, which went out as `request`."""

    draft: Draft
    request: Request
    response: Response

    @cached_property
    def document(self) -> JSON:
        """The body, decoded; None where it is no JSON."""
        try:
            return strict.decode(self.response.body.decode())
        except (ValueError, RecursionError):
            return None

    @property
    def is_envelope(self) -> bool:
        """Is there a Response to look into?"""
        return isinstance(self.document, dict) and isinstance(self.document.get("Response"), dict)

    @property
    def fields(self) -> dict[str, JSON]:
        """What is in Response; nothing where there is none."""
        return self.document["Response"] if self.is_envelope else {}

    @property
    def error(self) -> dict[str, JSON]:
        error = self.fields.get("Error")
        return error if isinstance(error, dict) else {}

    @property
    def code(self) -> str:
        """Error.Code; "" where nothing was refused."""
        code = self.error.get("Code")
        return code if isinstance(code, str) else ""

    @property
    def message(self) -> str:
        message = self.error.get("Message")
        return message if isinstance(message, str) else ""

    @property
    def request_id(self) -> JSON:
        return self.fields.get("RequestId")

    @property
    def result(self) -> dict[str, JSON]:
        """The fields of a success, without RequestId."""
        return {name: value for name, value in self.fields.items() if name not in ("RequestId", "Error")}

    @property
    def has_no_behaviour(self) -> bool:
        """The target says that it does not play this action; nothing can be told of a result then."""
        return self.response.status == NO_BEHAVIOUR

    @property
    def kind(self) -> tuple[str, bool, bool]:
        """What two answers have to have in common to be the same: a page has no code either, and is no success."""
        return self.code, self.is_envelope, self.has_no_behaviour

    def __str__(self) -> str:
        """In a few words, for a report."""
        if self.has_no_behaviour:
            return "no behaviour (HTTP 501)"
        if self.code:
            return f"{self.code}: {self.message[:200]}"
        if self.is_envelope:
            return "an answer without an error"
        return f"HTTP {self.response.status}, {len(self.response.body)} bytes that are no answer of the service"


class Violation(AssertionError):
    """The target does not keep to the contract: what was expected, and what came."""

    def __init__(self, expected: str, got: str, reply: Reply | None = None) -> None:
        super().__init__(f"expected {expected}; got {got}")
        self.expected = expected
        self.got = got
        self.reply = reply
        """The answer that shows it; None where several do."""


class Unreachable(Exception):
    """There was no answer at all, so nothing can be told; the message says how far it came."""


class Lost(Unreachable):
    """The request was under way when the connection failed: it may have had its effect.

    `came` is what there was of an answer by then.
    """

    def __init__(self, text: str, came: Response | None = None) -> None:
        super().__init__(text)
        self.came = came


class HeldBack(Exception):
    """It was not sent: the target is real, and it could ring somebody or change something; the message says why."""


class Rehearsed(Exception):
    """It would have gone out, and nothing does; so nothing can come back."""
