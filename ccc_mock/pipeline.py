"""One request through the stages until a check decides, and the reply that this makes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from ccc_contract.envelope import failure, success
from ccc_contract.errors import ApiError

from .auth import Auth
from .checks.check import Judges
from .exchange import Exchange, NotSupportedByFake, StoodIn
from .parameters import Parameters
from .reply import Reply
from .stages import UNKNOWN, UNSIGNED, VERIFIED, Backend, Run, Stage, runs

# auth → what is not judged of a request whose SecretId is known, and of any other.
_SPARED: Mapping[Auth, tuple[frozenset[Judges], frozenset[Judges]]] = {
    "known": (VERIFIED, VERIFIED),
    "any": (VERIFIED, UNKNOWN),
    "off": (UNSIGNED, UNSIGNED),
}


class Pipeline:
    """Stages over a backend; `unsigned` names actions whose signature is never judged.

    Raises ValueError for stages without a check, or with one in two of them.
    """

    def __init__(
        self, stages: tuple[Stage, ...], backend: Backend, auth: Auth, *, unsigned: Collection[str] = ()
    ) -> None:
        self.stages, self.backend, self.auth = stages, backend, auth
        self._all_unsigned = auth == "off"
        self._some_unsigned = frozenset(action.encode() for action in unsigned)
        self._unsigned = runs(stages, UNSIGNED)
        self._known, self._unknown = (runs(stages, spared) for spared in _SPARED[auth])
        steps = runs(stages, VERIFIED)
        if not steps or len(steps) < sum(len(stage.checks) for stage in stages):
            raise ValueError("expected stages with at least one check, and no check in two of them")

    def takes_unsigned(self, action: bytes | None) -> bool:
        """Is a request for that action taken without a signature?"""
        return self._all_unsigned or (action in self._some_unsigned)

    def asks_who(self, parameters: Parameters) -> bool:
        """Does it matter whose SecretId the request claims?  Not where the signature is never judged: whoever names
        one would get the keys of its account."""
        return not self._some_unsigned or parameters.common(b"Action") not in self._some_unsigned

    def steps_of(self, exchange: Exchange) -> Mapping[Run, tuple[str, str]]:
        """What an exchange runs through, in order, each with its stage and its check."""
        if not self.asks_who(exchange.parameters):
            return self._unsigned
        return self._known if exchange.grant is not None else self._unknown

    def but(self, *, stages: tuple[Stage, ...] | None = None, **changed: object) -> Pipeline:
        """The same with other stages, or with fields of its backend changed."""
        backend = replace(self.backend, **changed)  # type: ignore[arg-type]  # the fields of Backend
        unsigned = [action.decode() for action in self._some_unsigned]
        return Pipeline(self.stages if stages is None else stages, backend, self.auth, unsigned=unsigned)

    def run(self, exchange: Exchange) -> None:
        """Sets the reply of the exchange, and which stage and check decided."""
        backend, steps = self.backend, self.steps_of(exchange)
        try:
            for run in steps:
                run(exchange, backend)
        except ApiError as refusal:
            # Its traceback would hold the frames that hold the exchange: a circle for the garbage collector to find.
            exchange.refused = refusal.with_traceback(None)
            body = failure(refusal, exchange.request_id)
            exchange.reply = Reply.envelope(body, exchange.signing_at, exchange.delivery)
        except StoodIn:
            exchange.stood_in = True
            exchange.reply = Reply.envelope(b"", exchange.signing_at)
        except NotSupportedByFake as unsupported:
            exchange.unsupported = unsupported
            exchange.reply = Reply.not_supported(unsupported, exchange.signing_at)
        else:
            body = success(exchange.result, exchange.request_id)
            exchange.reply = Reply.envelope(body, exchange.signing_at, exchange.delivery)
        exchange.stage, exchange.check = steps[run]
