"""The values that travel the pipeline: one exchange, and the reply it ends in."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from ccc_contract.envelope import CONTENT_TYPE
from ccc_contract.errors import ApiError
from ccc_contract.http import Request
from ccc_contract.model import JSON
from ccc_contract.signing import Authorization, Working

from .journal import NOT_SUPPORTED, OK
from .messages import CHINESE, ENGLISH, sentence

if TYPE_CHECKING:
    from ccc_contract.conform import Violation
    from ccc_contract.model import Action

    from .accounts import Account, Grant
    from .parameters import Parameters


class NotSupportedByFake(BaseException):
    """The request is right and the fake has no answer to it: an action without behaviour.

    No Exception, so that no client takes it for an answer of the service: the official SDKs wrap every Exception.
    Over a socket it is HTTP 501, text/plain, which no service answers.
    """


@dataclass(frozen=True, slots=True)
class Delivery:
    """How a reply is to be brought; described here, performed by the adapters."""

    delay_seconds: float = 0.0
    """Before the first byte."""


AT_ONCE = Delivery()


class Reply(NamedTuple):
    """What goes back, without the headers of the connection, which are the adapter's."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes
    delivery: Delivery = AT_ONCE

    @classmethod
    def envelope(cls, body: bytes, at: float, delivery: Delivery = AT_ONCE) -> Reply:
        """An answer of the API: always HTTP 200 (doc-responses)."""
        return cls(200, ((b"Date", http_date(int(at))), (b"Content-Type", CONTENT_TYPE)), body, delivery)

    @classmethod
    def not_supported(cls, reason: NotSupportedByFake, at: float) -> Reply:
        headers = ((b"Date", http_date(int(at))), (b"Content-Type", b"text/plain"))
        return cls(501, headers, f"{reason}\n".encode("utf-8", "replace"))


# English whatever the locale; email.utils would do, at the price of importing sockets.
_DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


@lru_cache(maxsize=64)
def http_date(at: int) -> bytes:
    """A Unix second as HTTP writes it (RFC 9110): `Sun, 22 Nov 2026 05:16:53 GMT`."""
    moment = time.gmtime(at)
    day, month = _DAYS[moment.tm_wday], _MONTHS[moment.tm_mon - 1]
    return time.strftime(f"{day}, %d {month} %Y %H:%M:%S GMT", moment).encode()


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
    """The account's time, read once."""

    action_name: str = ""
    version: str = ""
    result: dict[str, JSON] = field(default_factory=dict)
    delivery: Delivery = AT_ONCE
    proven: bool = False
    """authenticate: the request is signed by `grant`."""
    refused: ApiError | None = None
    unsupported: NotSupportedByFake | None = None
    mismatch: Working | None = None
    """authenticate: what the fake computed, where the client's signature differs."""

    stamp: bytes = field(init=False)
    """identify: the timestamp as sent."""
    claim: Authorization = field(init=False)
    """identify: what the Authorization header says; not in the older scheme, which has none."""
    action: Action = field(init=False)
    """route."""
    params: dict[str, JSON] = field(init=False)
    """validate."""
    violations: list[Violation] = field(init=False)
    """validate."""
    reply: Reply = field(init=False)
    """After the last stage."""
    stage: str = field(init=False)
    """The stage and the check that decided; for a success the last ones."""
    check: str = field(init=False)

    @property
    def verdict(self) -> str:
        """`ok`, the code of the refusal, or `not-supported` where the fake itself has no answer."""
        if self.refused is not None:
            return self.refused.code
        return OK if self.unsupported is None else NOT_SUPPORTED

    @property
    def language(self) -> str:
        return CHINESE if self.parameters.common(b"Language") == CHINESE.encode() else ENGLISH

    def refusal(self, code: str, key: str, **values: object) -> ApiError:
        """The error that the service answers with, in the client's language."""
        return ApiError(code, sentence(key, self.language, **values))

    def __repr__(self) -> str:
        return f"<Exchange {self.request_id} {self.action_name or self.request.method}>"
