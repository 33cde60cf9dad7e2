"""What can go wrong with a call, by what its caller should do.

Exception
└── CccError                   anything below: action, attempts
    ├── InvalidCall            not sent: the call breaks the contract; lists every violation
    ├── CredentialError        not sent: there is no key, or it cannot be one
    ├── ApiError               the service said no, and did nothing: code, message, request_id, repeatable
    │   ├── RequestRefused     the request is wrong: change it
    │   ├── CredentialRefused  key, token, signature or clock: correct the credential
    │   ├── PermissionDenied   the key may not do this: have it granted
    │   ├── AccountExhausted   a package, licence, number or quota is missing: buy, renew or free one
    │   ├── CalleeRefused      this number is not to be called: do not try again
    │   ├── TryLater           the same call may succeed later
    │   │   └── RateLimited    too many calls in this second; the client waits by itself
    │   ├── OperationFailed    the thing is not in a state for it, or the code alone does not say: read the message
    │   └── ServiceFailed      the service failed inside
    ├── TransportError         no answer of the service; `phase` says how far the call came
    │   ├── NotSent            nothing left this machine: repeating it is safe
    │   ├── SendFailed         it broke while the request was being sent
    │   ├── AnswerTimeout      sent, and no whole answer in time
    │   ├── AnswerLost         sent, and the connection broke before the whole answer was here
    │   └── NotAnAnswer        what came is no answer of the service: another status, type or form
    └── CallOutcomeUnknown     one of the last four, or ServiceFailed, on an action with effects: it may have happened

Only what is true of every action is a class of its own.  Match on the class for what to do next and on `code` for the
reason; messages are for people, and change (doc-responses).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from .conform import Violation
    from .http import Response

Phase = Literal["pace", "prepare", "pool", "connect", "send", "receive", "answer"]
"""How far a call came: waiting for its turn, being made, waiting for a free connection, connecting (name, TCP, TLS,
proxy), sending, receiving, and reading what was received."""


_LONG_NUMBER = re.compile(r"(?<!\d)(?!\d{4}-\d\d-\d\d\b)\+?\(?\d(?:[ ./()-]{0,2}\d){6,}")


def without_numbers(text: str) -> str:
    """`text` with the inside of everything that could be a phone number left out."""
    return _LONG_NUMBER.sub(lambda found: f"{found[0][:2]}…{found[0][-2:]}", text)


class CccError(Exception):
    """Any failure of a call.  `action` is what was called, `attempts` how often it was begun."""

    action: str = ""
    attempts: int = 0

    def __repr__(self) -> str:
        return f"<{' '.join(filter(None, (type(self).__name__, self.action)))}>"


# --- not sent ------------------------------------------------------------------------------------------------------


class InvalidCall(CccError, ValueError):
    """The call breaks the contract and was not sent; `violations` are all there are, each with its path."""

    def __init__(self, action: str, violations: Sequence[Violation] = (), *, problem: str = "") -> None:
        super().__init__(action, tuple(violations))
        self.action = action
        self.violations = tuple(violations)
        self.problem = problem

    def __str__(self) -> str:
        told = self.problem or without_numbers("; ".join(map(str, self.violations)))
        return f"{self.action} was not sent: {told}"


class CredentialError(CccError, ValueError):
    """There is no key to sign with, or what there is cannot be one.  Names variables and lengths, never a value."""


# --- the service said no -------------------------------------------------------------------------------------------


class ApiError(CccError):
    """An `Error` of the API: `code` is the vendor's and is what programs act on, `message` is for people.

    `request_id` is what the vendor's support asks for.  As text, long numbers in the message are shortened.

    Source: doc-responses; the vendor warns that messages change and codes do not.
    """

    repeatable: ClassVar[bool] = False
    """May the same call, unchanged, succeed later?"""

    def __init__(self, code: str, message: str, *, request_id: str = "") -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.request_id = request_id

    def __str__(self) -> str:
        known = f" (RequestId {self.request_id})" if self.request_id else ""
        return f"{self.code}: {without_numbers(self.message)}{known}"

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.code}>"


class RequestRefused(ApiError):
    """The request is wrong: change it.  The message names the parameter."""


class CredentialRefused(ApiError):
    """SecretId, SecretKey, token, signature or this machine's clock: correct the credential."""


class PermissionDenied(ApiError):
    """The key is good and may not do this: have it granted."""


class AccountExhausted(ApiError):
    """The account lacks a package, a licence, a number or quota: buy, renew or free one."""


class CalleeRefused(ApiError):
    """This number is not to be called: by black list, region or limit.  Trying again gives the same answer."""


class TryLater(ApiError):
    """The same call may succeed later: an hour, a frequency or a capacity stands against it now."""

    repeatable = True


class RateLimited(TryLater):
    """Too many calls in this second.  Refused before anything was done; the client waits and repeats by itself."""


class OperationFailed(ApiError):
    """The thing is not in a state for it, or the code alone does not say what to do: read the message."""


class ServiceFailed(ApiError):
    """The service failed inside.  On a read the client repeats it; an action with effects may have happened."""

    repeatable = True


_CLASSES: Mapping[str, type[ApiError]] = {
    "ActionOffline": RequestRefused,
    "AuthFailure": CredentialRefused,
    "AuthFailure.MFAFailure": PermissionDenied,
    "AuthFailure.UnauthorizedOperation": PermissionDenied,
    "DryRunOperation": OperationFailed,
    "FailedOperation": OperationFailed,
    "FailedOperation.AIConcurrentNoPackage": AccountExhausted,
    "FailedOperation.AIConcurrentOverFrequency": TryLater,
    "FailedOperation.AILicenseHasExpired": AccountExhausted,
    "FailedOperation.AcquireQuota": TryLater,
    "FailedOperation.CalleeIsBlackUser": CalleeRefused,
    "FailedOperation.CalleeIsLimited": CalleeRefused,
    "FailedOperation.CallerOverFrequency": TryLater,
    "FailedOperation.CalloutRuleBlindArea": CalleeRefused,
    "FailedOperation.CalloutRuleMaxCallCountCalleeIntervalTime": TryLater,
    "FailedOperation.CalloutRuleMaxCallCountCalleePerDayAppID": TryLater,
    "FailedOperation.CalloutRuleNotWorkTime": TryLater,
    "FailedOperation.NoCallOutNumber": AccountExhausted,
    "FailedOperation.PermissionDenied": PermissionDenied,
    "FailedOperation.SeatStatusBusy": TryLater,
    "InternalError": ServiceFailed,
    "InvalidAction": RequestRefused,
    "InvalidParameter": RequestRefused,
    "InvalidParameterValue": RequestRefused,
    "InvalidRequest": RequestRefused,
    "IpInBlacklist": PermissionDenied,
    "IpNotInWhitelist": PermissionDenied,
    "LimitExceeded": AccountExhausted,
    "MissingParameter": RequestRefused,
    "NoSuchProduct": RequestRefused,
    "NoSuchVersion": RequestRefused,
    "OperationDenied": PermissionDenied,
    "OperationDenied.UinDisabled": AccountExhausted,
    "RequestLimitExceeded": RateLimited,
    "RequestSizeLimitExceeded": RequestRefused,
    "ResourceInUse": OperationFailed,
    "ResourceInsufficient": AccountExhausted,
    "ResourceNotFound": OperationFailed,
    "ResourceUnavailable": OperationFailed,
    "ResponseSizeLimitExceeded": RequestRefused,
    "ServiceUnavailable": TryLater,
    "UnauthorizedOperation": PermissionDenied,
    "UnknownParameter": RequestRefused,
    "UnsupportedOperation": RequestRefused,
    "UnsupportedProtocol": RequestRefused,
    "UnsupportedRegion": RequestRefused,
}
"""By code, else by what stands before its dot."""


def class_of(code: str) -> type[ApiError]:
    """The class for a code; ApiError itself for one of a family that nobody has seen."""
    return _CLASSES.get(code) or _CLASSES.get(code.partition(".")[0], ApiError)


# --- no answer of the service --------------------------------------------------------------------------------------


class TransportError(CccError):
    """No answer of the service.  `phase` says how far the call came, `answer` holds what came instead of one."""

    phase: Phase

    def __init__(self, problem: str, *, phase: Phase | None = None, answer: Response | None = None) -> None:
        super().__init__(problem)
        self.problem = problem
        self.phase = phase or self.phase
        self.answer = answer

    def __str__(self) -> str:
        return f"{self.action or 'the call'}: {self.problem}"


class NotSent(TransportError):
    """Nothing left this machine: repeating the call is safe."""

    phase: Phase = "connect"


class SendFailed(TransportError):
    """It broke while the request was being sent: the service may have all of it."""

    phase: Phase = "send"


class AnswerTimeout(TransportError):
    """The request was sent, and no whole answer came in time."""

    phase: Phase = "receive"


class AnswerLost(TransportError):
    """The request was sent, and the connection broke before the whole answer was here."""

    phase: Phase = "receive"


class NotAnAnswer(TransportError):
    """What came is no answer of the service: another status, another type, or another form."""

    phase: Phase = "answer"


def perhaps(*, dials: bool) -> str:
    """What may be true of a call whose outcome nobody knows."""
    return "the person may have been called" if dials else "it may have happened"


class CallOutcomeUnknown(CccError):
    """Nobody here knows whether an action with effects happened: if it `dials`, the person may have been called.

    `reason` is what is known (a TransportError that is not NotSent, or a ServiceFailed), `answer` what came, if
    anything did.  Do not repeat it blindly: look whether it happened first, or ask a person.
    """

    def __init__(
        self, reason: TransportError | ServiceFailed, *, dials: bool = False, answer: Response | None = None
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.dials = dials
        self.answer = answer
        self.action, self.attempts = reason.action, reason.attempts

    def __str__(self) -> str:
        reason = f"{type(self.reason).__name__}: {self._known}"
        return f"{self.action}: outcome unknown, {perhaps(dials=self.dials)}; {reason}"

    @property
    def _known(self) -> str:
        return self.reason.problem if isinstance(self.reason, TransportError) else str(self.reason)

    def __repr__(self) -> str:
        return f"<CallOutcomeUnknown {self.action} {type(self.reason).__name__}>"
