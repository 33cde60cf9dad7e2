"""The same questions for two targets: the life of a call, and requests drawn from a seed, right and wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import hypothesis
from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis import strategies as st
from hypothesis.errors import UnsatisfiedAssumption

from ..model import JSON
from .draft import CALL, Draft
from .drawing import drafts
from .service import Service
from .transcript import Answer, Exchange

SESSION = "{SessionId}"
"""Stands for the SessionId that came last."""

_ABOUT = {"SdkAppId": CALL["SdkAppId"], "SessionId": SESSION}
LIFE_OF_A_CALL: tuple[Draft, ...] = (
    Draft(),
    Draft(action="DescribeTelSession", params=_ABOUT),
    Draft(action="HangUpCall", params=_ABOUT),
    Draft(action="HangUpCall", params=_ABOUT),
    Draft(action="DescribeTelSession", params=_ABOUT),
)

WRONG: Mapping[str, Callable[[Draft], Draft]] = {
    "right": lambda draft: draft,
    "undeclared parameter": lambda draft: draft.with_params(Undeclared=1),
    "without a parameter": lambda draft: draft.without(*list(draft.params)[:1]),
    "a parameter of another type": lambda draft: draft.with_params(SdkAppId=["1"]),
    "another version": lambda draft: draft.with_common(Version="2020-02-11"),
    "no version": lambda draft: draft.with_common(Version=None),
    "another action": lambda draft: draft.but(action=draft.action.lower()),
    "in English": lambda draft: draft.with_common(Language="en-US"),
    "stale": lambda draft: draft.but(seconds=-1000),
    "of another service": lambda draft: draft.but(service="cvm"),
    "no timestamp": lambda draft: draft.with_common(Timestamp=None),
}


def questions(seed: int, count: int) -> list[Draft]:
    """The life of a call, and so many drawn ones; the same for the same seed."""
    drawn: list[Draft] = []

    def note(draft: Draft, way: str) -> None:
        drawn.append(WRONG[way](draft))

    how = settings(
        max_examples=count, deadline=None, database=None, phases=(Phase.generate,), verbosity=Verbosity.quiet,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    hypothesis.seed(seed)(how(given(draft=drafts(), way=st.sampled_from(list(WRONG)))(note)))()
    return [*LIFE_OF_A_CALL, *drawn[:count]]


def asked(service: Service, drafts: list[Draft]) -> list[Exchange]:
    """Each with its answer; without one where it was held back from a live target.  Raises Unreachable."""
    session: JSON = SESSION
    exchanges = []
    for draft in drafts:
        params = {name: session if value == SESSION else value for name, value in draft.params.items()}
        try:
            reply = service.ask(draft.but(params=params))
        except UnsatisfiedAssumption:
            exchanges.append(Exchange(draft, None))
            continue
        session = reply.result.get("SessionId", session)
        exchanges.append(Exchange(draft, Answer.of(reply)))
    return exchanges
