"""How a call ends: the vendor's EndStatus, and what a described callee may do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Ending(NamedTuple):
    """A way for a call to end (doc-end-status)."""

    status: int
    """EndStatus."""
    answered: bool
    """Does somebody take the call first?"""
    rings: float
    """Seconds until it is taken, or ends untaken; no source tells them, a world can."""
    side: str = "user"
    """Who hung up."""


NO_ANSWER_SECONDS = 60.0
"""How long a call rings that nobody takes; a carrier's usual time, assumed."""
RINGS = 5.0
TALKS = 30.0

ENDINGS: Mapping[str, Ending] = {
    "ok": Ending(1, True, RINGS),
    "notAnswer": Ending(202, False, NO_ANSWER_SECONDS),
    "userReject": Ending(203, False, RINGS),
    "powerOff": Ending(204, False, 2.0),
    "numberNotExist": Ending(205, False, 2.0),
    "busy": Ending(206, False, 2.0),
    "outOfCredit": Ending(207, False, 2.0),
    "operatorError": Ending(208, False, 2.0, "system"),
    "callerCancel": Ending(209, False, 2.0, "system"),
    "notInService": Ending(210, False, 2.0),
    "carrierBlocked": Ending(212, False, 2.0, "system"),
    "callReminder": Ending(213, False, RINGS),
    "numberInvalid": Ending(215, False, 2.0),
    "callRestricted": Ending(216, False, 2.0),
    "calleeRestricted": Ending(217, False, 2.0),
    "areaRestricted": Ending(218, False, 2.0),
    "promptCallForwarding": Ending(219, False, RINGS),
    "callerCancelWhileRing": Ending(220, False, RINGS, "system"),
    "callerCancelWithoutRing": Ending(221, False, 2.0, "system"),
    "voiceMailReached": Ending(222, False, RINGS),
    "asrError": Ending(225, True, RINGS, "system"),
    "llmasrError": Ending(226, True, RINGS, "system"),
    "ttsError": Ending(227, True, RINGS, "system"),
    "functionCallHangup": Ending(228, True, RINGS, "system"),
    "maxCallDurationReached": Ending(229, True, RINGS, "system"),
    "userInactivity": Ending(230, True, RINGS, "system"),
    "callTerminatedByAPI": Ending(231, True, RINGS, "system"),
    "aiAgentEndCall": Ending(233, True, RINGS, "system"),
}
"""The vendor's word → what happens.  Which of them come after an answer is told by their meaning."""

BLOCKED: Mapping[str, int] = {
    "FailedOperation.CalleeIsBlackUser": 108,
    "FailedOperation.CalloutRuleMaxCallCountCalleeIntervalTime": 109,
    "FailedOperation.CalloutRuleMaxCallCountCalleePerDayAppID": 109,
    "FailedOperation.CalloutRuleBlindArea": 110,
    "FailedOperation.CalloutRuleNotWorkTime": 111,
}
"""A code of the rules → the EndStatus of a call that was let through and then blocked for that reason."""

STATUSES: Mapping[str, int] = {word: ending.status for word, ending in ENDINGS.items()} | {
    "restrictedCallee": 108, "tooManyRequest": 109, "restrictedArea": 110, "restrictedTime": 111,
}  # fmt: skip
"""The vendor's word → EndStatus, of every ending: also of those that no callee's script can have."""

_WORDS = {status: word for word, status in STATUSES.items()}


def word_of(status: int) -> str:
    """The vendor's word for an EndStatus; the number itself where there is none that we know."""
    return _WORDS.get(status, str(status))


def hung_up_by(status: int) -> str:
    """Who hangs up where a call ends with that EndStatus: user or system."""
    ending = ENDINGS.get(word_of(status))
    return "system" if ending is None else ending.side


HUNG_UP_BY_API = STATUSES["callTerminatedByAPI"]
