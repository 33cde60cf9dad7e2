"""Fakes that tell codes which the action does not declare, or which nobody knows."""

from __future__ import annotations

from ..exchange import Exchange
from ..reply import Reply
from .mutant import Mutant, answering
from .replies import Fields, fields, recoded, refused_with, told_as

_NO_APP = "InvalidParameterValue.InstanceNotExist"


def _first_part(exchange: Exchange, code: str) -> str:
    return code.partition(".")[0]


def _as_a_number(exchange: Exchange, fields: Fields) -> Fields:
    if "Error" in fields and fields["Error"]["Code"] == "MissingParameter":
        fields["Error"]["Code"] = 4000
    return fields


def _words_apart(exchange: Exchange, reply: Reply) -> Reply:
    """FailedOperation.CalleeIsBlackUser → FailedOperation.CALLEE_IS_BLACK_USER."""
    if exchange.refused is None or "." not in exchange.refused.code:
        return reply
    first, _, second = exchange.refused.code.partition(".")
    apart = "".join(f"_{letter}" if n and letter.isupper() else letter for n, letter in enumerate(second))
    return refused_with(exchange, reply, f"{first}.{apart.upper()}")


CODES = (
    Mutant("code-of-another-action", "codes",
           "CreateAIAgentCall tells an unknown app with the code of another action.",
           "an_action_refuses_with_what_it_declares",
           told_as("InvalidParameter.InstanceNotExist", of=_NO_APP, action="CreateAIAgentCall")),
    Mutant("code-nobody-knows", "codes", "DescribeTelSession tells an unknown session with a code that is in no list.",
           "an_action_refuses_with_what_it_declares",
           told_as("ResourceNotFound.SessionNotFound", of=_NO_APP, action="DescribeTelSession")),
    Mutant("end-tells-undeclared-code", "codes",
           "HangUpCall tells an unknown app with a code that it does not declare.",
           "an_action_refuses_with_what_it_declares",
           told_as(_NO_APP, of="InternalError.DBError", action="HangUpCall")),
    Mutant("second-part-left-out", "codes", "Of a code only what stands before the dot is told.",
           "every_code_is_a_known_one", recoded(_first_part)),
    Mutant("code-is-a-number", "codes", "In place of MissingParameter the code is the number 4000.",
           "every_code_is_a_known_one", fields(_as_a_number)),
    Mutant("code-in-capitals", "codes", "Behind the dot a code is written in capitals.",
           "every_code_is_a_known_one", answering(_words_apart)),
)  # fmt: skip
