"""The value that travels the pipeline: one exchange."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ccc_contract.errors import ApiError
from ccc_contract.http import Request
from ccc_contract.model import JSON
from ccc_contract.signing import Authorization, Working

from .journal import FAULT, NOT_SUPPORTED, OK
from .languages import CHINESE, ENGLISH
from .messages import sentence
from .reply import AT_ONCE, Delivery, Reply

if TYPE_CHECKING:
    from ccc_contract.conform import Violation
    from ccc_contract.model import Action

    from .accounts import Account, Grant
    from .forensics import Diagnosis
    from .parameters import Parameters
    from .plans.plan import Drawn


class StoodIn(Exception):
    """A fault of a plan answers in place of the service: the call gets no further."""


class NotSupportedByFake(BaseException):
    """The request is right and the fake has no answer to it: an action without behaviour.

    No Exception, so that no client takes it for an answer of the service: the official SDKs wrap every Exception.
    Over a socket it is HTTP 501, text/plain, which no service answers.
    """


@dataclass(slots=True, repr=False)
class Exchange:
    """One request on its way through the stages.

    Fields without a default are set by the stage that is named; touching one too early is an AttributeError.
    """

    request: Request
    parameters: Parameters
    account: Account
    """The account whose SecretId the request claims; the default one where it claims none that exists."""
    secret_id: str
    """What the request names, well-formed or not; "" without one."""
    grant: Grant | None
    """The credential of that SecretId, where there is one."""
    request_id: str
    received_at: float
    """The time of the account's world, read once: what limits, rules and sessions go by."""
    signing_at: float
    """The time that judges timestamps and tokens, of the same moment; also the Date of the answer."""

    stranger: str = ""
    """Without a grant, where an unknown SecretId is accepted: the Uin of the sub-account that it is taken for."""
    action_name: str = ""
    version: str = ""
    result: dict[str, JSON] = field(default_factory=dict)
    delivery: Delivery = AT_ONCE
    proven: bool = False
    """authenticate: the request is signed by `grant`."""
    refused: ApiError | None = None
    unsupported: NotSupportedByFake | None = None
    planned: Drawn | None = None
    """inject: the step of a plan that this call drew."""
    unreadable: Exception | None = None
    """inject: why there are no `params`."""
    stood_in: bool = False
    """A fault of the plan answered in place of the service."""
    spoiled: bool = False
    """The plan keeps the client from the answer that was meant."""
    placed: bool = False
    """execute: a phone was dialled, whatever is answered."""
    mismatch: Working | None = None
    """authenticate: what the fake computed, where the client's signature differs."""

    diagnosis: Diagnosis | None = None
    """authenticate: why it differs, as far as that was found."""
    explanation: str = ""
    """It as JSON, fit to be shown."""

    hint: str = ""
    """For the fake's user, not for the client: how to cure this refusal, where its message does not tell."""

    stamp: bytes = field(init=False)
    """identify: the timestamp as sent."""
    claim: Authorization = field(init=False)
    """identify: what the Authorization header says; not in the older scheme, which has none."""
    action: Action = field(init=False)
    """route."""
    params: dict[str, JSON] = field(init=False)
    """inject; not where they cannot be read."""
    violations: list[Violation] = field(init=False)
    """validate."""
    reply: Reply = field(init=False)
    """After the last stage."""
    stage: str = field(init=False)
    """The stage and the check that decided; for a success the last ones."""
    check: str = field(init=False)

    @property
    def verdict(self) -> str:
        """`ok`, the code of the refusal, `fault` where one of a plan answered in place of the service, or
        `not-supported` where the fake itself has no answer."""
        if self.refused is not None:
            return self.refused.code
        if self.stood_in:
            return FAULT
        return OK if self.unsupported is None else NOT_SUPPORTED

    @property
    def sub_account(self) -> str:
        """Whose call it counts as: proven or not; "" where nobody is asking who would be let in."""
        return self.stranger if self.grant is None else self.grant.sub_account

    @property
    def language(self) -> str:
        return CHINESE if self.parameters.common(b"Language") == CHINESE.encode() else ENGLISH

    def refusal(self, code: str, key: str, **values: object) -> ApiError:
        """The error that the service answers with, in the client's language."""
        return ApiError(code, sentence(key, self.language, **values))

    def __repr__(self) -> str:
        return f"<Exchange {self.request_id} {self.action_name or self.request.method}>"
