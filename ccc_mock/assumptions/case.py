"""One exchange that is over, and what it would have been told had something else been so.

It is run again on a copy of its account as that stood before, at the same moment and with the same ids.  So one
exchange at a time is enough: as long as no answer differs, neither does what the account has, with either reading.
The one thing that differs and does not show (`refused_attempts_count`) is kept up beside the account (`Shadow`).
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from functools import cached_property

from ccc_contract.errors import ApiError
from ccc_contract.http import Request

from ..accounts import Account
from ..exchange import Exchange, NotSupportedByFake
from ..hosts import SERVICE
from ..parameters import read
from ..pipeline import Pipeline
from ..stages import Stage
from ..world.counts import Recent

EXECUTE = "execute"
"""The stage of what an action itself does; those before it are the gateway's."""

PLAN = "plan"
"""The check that is ours."""


class Twins:
    """A pipeline, and the same with one thing changed: each is made once."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.pipeline = pipeline
        self._made: dict[object, Pipeline] = {}

    def with_(self, key: object, make: Callable[[Pipeline], Pipeline]) -> Pipeline:
        """The one of that name, which `make` makes of the pipeline."""
        if key not in self._made:
            self._made[key] = make(self._that_can_be_repeated)
        return self._made[key]

    @cached_property
    def _that_can_be_repeated(self) -> Pipeline:
        """STS gives keys out for good: of its answers only the verdict is repeated."""
        if self.pipeline.backend.service == SERVICE:
            return self.pipeline
        stages = (_without_behaviour(stage) for stage in self.pipeline.stages)
        return self.pipeline.but(stages=tuple(stages))


def _without_behaviour(stage: Stage) -> Stage:
    return Stage(stage.name, tuple(check for check in stage.checks if check.name != "behaviour"))


class Shadow:
    """What would be counted of an account if refused attempts counted, too."""

    def __init__(self) -> None:
        self._beside: Recent | None = None
        self._interval = self._day = Recent(0)

    def stands_in(self, real: Account, copied: Account) -> None:
        """Let a copy of the account have counted so."""
        real_interval = real.world.interval
        if self._beside is real_interval and self._interval.seconds == real_interval.seconds:
            copied.world.interval, copied.world.day = self._interval.copied(), self._day.copied()

    def keep(self, real: Account, copied: Account) -> None:
        """This is what the copy has counted now; it holds until the account counts anew."""
        self._beside = real.world.interval
        self._interval, self._day = copied.world.interval, copied.world.day


class Case:
    """An exchange, the pipeline that it ran through, and its account as that stood before."""

    def __init__(self, exchange: Exchange, twins: Twins, before: Account, shadow: Shadow) -> None:
        self.exchange = exchange
        self.twins = twins
        self.shadow = shadow
        self._before = before
        self.verdict = exchange.verdict
        """Before a plan spoils the answer."""
        self.answer = self.answer_of(exchange)

    def answer_of(self, exchange: Exchange) -> tuple[str, object]:
        """What a client is told: the code, or what came out."""
        comparable = self.twins.pipeline.backend.service == SERVICE
        return exchange.verdict, exchange.result if comparable else None

    def again(
        self, pipeline: Pipeline, *, request: Request | None = None, prepare: Callable[[Account], None] | None = None
    ) -> Exchange:
        """The exchange through another pipeline, or of another request, in an account that was prepared."""
        made = self._anew(pipeline, request or self.exchange.request)
        if prepare is not None:
            prepare(made.account)
        pipeline.run(made)
        return made

    def _anew(self, pipeline: Pipeline, request: Request) -> Exchange:
        was = self.exchange
        unsigned = pipeline.takes_unsigned(request.headers.get(b"x-tc-action"))
        parameters = read(request, pipeline.backend.settings, unsigned=unsigned)
        account = self._before.copied()
        made = Exchange(
            request, parameters, account, was.secret_id, was.grant, was.request_id, was.received_at, was.signing_at
        )
        made.stranger = was.stranger
        return made

    def otherwise(self, pipeline: Pipeline, *, request: Request | None = None) -> str:
        """What it would be told by another pipeline; "" for the same."""
        return self.differs(self.again(pipeline, request=request))

    def differs(self, again: Exchange) -> str:
        """The verdict of an exchange that was run again; "" where its answer is the same."""
        if self.answer_of(again) == self.answer:
            return ""
        return again.verdict if again.verdict != self.verdict else f"{again.verdict}, with another result"

    def passed(self, check: str) -> bool:
        """Did it get beyond that check?"""
        names = [name for _, name in self.twins.pipeline.steps_of(self.exchange).values()]
        return check in names and names.index(check) < names.index(self.exchange.check)

    @cached_property
    def refusing(self) -> dict[str, str]:
        """Check of the gateway → the code with which it refuses, were it reached; the plan is none of the service's.

        A check that fails without what another one would have found out cannot be reached without it, and refuses
        nothing.
        """
        pipeline = self.twins.pipeline
        made, codes = self._anew(pipeline, self.exchange.request), {}
        _read_what_is_there(made)
        for run, (stage, check) in pipeline.steps_of(self.exchange).items():
            if stage == EXECUTE:
                break
            with contextlib.suppress(Exception, NotSupportedByFake):
                try:
                    run(made, pipeline.backend)
                except ApiError as refusal:
                    codes[check] = refusal.code
        return {check: code for check, code in codes.items() if check != PLAN}


_NAMED = (("action_name", b"Action"), ("version", b"Version"), ("stamp", b"Timestamp"))


def _read_what_is_there(exchange: Exchange) -> None:
    """Let later checks find what the request names, as if it had been found complete; and miss what it does not."""
    for attribute, name in _NAMED:
        value = (exchange.parameters.common(name) or b"").strip()
        if value:
            setattr(exchange, attribute, value if attribute == "stamp" else value.decode("utf-8", "replace"))
        elif attribute != "stamp":
            delattr(exchange, attribute)
