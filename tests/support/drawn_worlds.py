"""Descriptions of small worlds, and calls into them, for Hypothesis: few of each, so that they meet."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from drafts import NOW, Draft
from naive_world import ENDS, LINES, NO_AGENT, NO_APP, SPELLINGS

APPS = (1400000001, 1400000002)
UNDESCRIBED = 1400000003
DESCRIBED_LINES = ("008602155066897", "02155066898", "02155066899")


def mostly(usual: Any, *others: Any) -> st.SearchStrategy[Any]:
    """`usual` three times in four, or thereabouts."""
    return st.sampled_from([usual] * max(3, 3 * len(others)) + list(others))


def _table(**keys: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(keys)


_RULES = _table(
    working_hours=mostly("", "08:00-21:00", "21:00-08:00", "00:00-24:00"),
    blind_areas=st.sampled_from([[], ["XJ"], ["XJ", "XZ"], ["here"]]),
    interval_calls=st.integers(0, 3),
    interval_seconds=st.sampled_from([60, 300]),
    day_calls=st.sampled_from([0, 2, 4, 5]),
    channels=st.sampled_from([0, 0, 1, 2]),
    concurrency=st.integers(0, 3),
)
_NUMBER = _table(
    State=mostly(1, 2),
    CostType=mostly(1, 0),
    channels=mostly(None, 0, 1, 2),
    trunk=mostly("ok", "broken"),
)
_AGENT = _table(AIAgentId=st.just(15), AIAgentName=st.just("one"), VariableNames=st.just(["orderId"]))
_PACKAGE = _table(
    minutes=st.integers(0, 3),
    used=mostly(0, 1),
    monthly=st.booleans(),
    begins=mostly(None, NOW + 300.0),
    ends=mostly(None, NOW + 300.0, NOW + 86_400.0),
)
_RINGS, _TALKS = st.sampled_from([None, 0.0, 3.0, 4.0]), st.sampled_from([0.0, 1.0, 4.0, 30.0, 61.0])
_SCRIPT = _table(ends=mostly("ok", *ENDS), rings=_RINGS, talks=_TALKS)
_CALLEE = _table(
    blacklisted=mostly(False, True),
    area=mostly("", "XJ", "here"),
    ends=st.sampled_from(tuple(ENDS)),
    rings=_RINGS,
    talks=_TALKS,
)


@st.composite
def _named(draw: st.DrawFn, key: str, names: tuple[Any, ...], table: st.SearchStrategy[dict[str, Any]]) -> Any:
    """A list of tables, each with another name under `key`."""
    chosen = draw(st.lists(st.sampled_from(names), unique=True, min_size=1, max_size=len(names)))
    return [{key: name, **draw(table)} for name in chosen]


_APP = _table(
    permitted=mostly(True, False),
    concurrency=mostly(None, 0, 1, 2),
    number=_named("Number", DESCRIBED_LINES, _NUMBER),
    agent=mostly(1, 0).flatmap(lambda count: st.lists(_AGENT, min_size=count, max_size=count)),
)

DESCRIPTIONS = _table(
    exists=mostly("anything", "named"),
    rules=_RULES,
    licence=_table(ends=mostly(None, None, NOW + 300.0)),
    callees=_SCRIPT,
    app=mostly(1, 0).flatmap(lambda some: _named("SdkAppId", APPS, _APP) if some else st.just([])),
    package=mostly(0, 1, 2).flatmap(lambda count: st.lists(_PACKAGE, min_size=count, max_size=count)),
    callee=st.just([]) | _named("number", ("008613800000001", "13800000002", "+8613800000004", "13800000005"), _CALLEE),
    sub_account=st.just([]),
)
"""As JSON, with every key."""

OPEN: dict[str, Any] = {
    "exists": "anything",
    "rules": {
        "working_hours": "", "blind_areas": [], "interval_calls": 0, "interval_seconds": 300, "day_calls": 0,
        "channels": 0, "concurrency": 0,
    },
    "licence": {"ends": None}, "callees": {"ends": "ok", "rings": None, "talks": 30.0},
    "app": [], "package": [], "callee": [], "sub_account": [],
}  # fmt: skip

STRICT: dict[str, Any] = OPEN | {
    "rules": {
        "working_hours": "08:00-21:00", "blind_areas": ["XJ", "XZ"], "interval_calls": 3, "interval_seconds": 300,
        "day_calls": 5, "channels": 1, "concurrency": 3,
    },
    "package": [{"minutes": 8000, "used": 0, "monthly": True, "begins": None, "ends": None}],
}  # fmt: skip


@st.composite
def calls(draw: st.DrawFn) -> dict[str, Any]:
    """The parameters of CreateAIAgentCall, valid for the gateway."""
    params: dict[str, Any] = {
        "SdkAppId": draw(mostly(APPS[0], *[APPS[1], UNDESCRIBED] * 2, NO_APP)),
        "AIAgentId": draw(mostly(15, 17, NO_AGENT)),
        "Callee": draw(st.sampled_from([*tuple(SPELLINGS)[:-2] * 3, *SPELLINGS])),
    }
    if draw(mostly(False, True)):
        params["Callers"] = draw(
            st.lists(st.sampled_from(tuple(LINES)[:-1]) | st.sampled_from(tuple(LINES)), max_size=3)
        )
    if draw(st.booleans()):
        params["AcquireTimeoutSecond"] = draw(st.integers(0, 5))
    if draw(st.booleans()):
        params["MaxRingTimeoutSecond"] = draw(st.integers(1, 6) | st.just(120))
    if draw(mostly(False, True)):
        params["PromptVariables"] = [{"Key": draw(st.sampled_from(["orderId", ""])), "Value": "1"}]
    return params


CALLS = calls()


def calling(params: dict[str, Any]) -> Draft:
    return Draft(params=params)


def asking(action: str, **params: Any) -> Draft:
    return Draft(params=params).with_headers({"x-tc-action": action})
