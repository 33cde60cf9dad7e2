"""What keeps a call from being placed: each rule is broken alone, in a world that is described for it.

Beside the broken rule stands the same world with it mended, in which the call is placed: a target that refuses
everything keeps none of these.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from hypothesis import strategies as st

from ..model import JSON
from .draft import Draft
from .property import Family
from .service import NOW, Service
from .worlds import AGENT, ANOTHER, APP, CALLEE, CALLER, app, call, callee, number, open_world, ruled

rules = Family("rules", "what keeps a call from being placed")

_holds = partial(rules.holds, needs=("described world",), dials=True, at_most=12)

CREATE, RULES, STATUS, GO, PACKAGES = (
    "doc-create-ai-agent-call", "doc-outbound-rules", "doc-end-status", "go-sdk-1.3.166", "doc-ai-packages"
)  # fmt: skip
VALUE, NO_APP = "InvalidParameterValue", "InvalidParameterValue.InstanceNotExist"
TOO_OFTEN = "FailedOperation.CalloutRuleMaxCallCountCalleeIntervalTime"
TOO_OFTEN_TODAY = "FailedOperation.CalloutRuleMaxCallCountCalleePerDayAppID"
BUSY, FULL = "FailedOperation.CallerOverFrequency", "FailedOperation.AcquireQuota"

DAY, MONTH = 24 * 3600, 30 * 24 * 3600
callees = st.sampled_from([CALLEE, ANOTHER, "008675512345678", "008618600000000"])
few = st.integers(1, 3)


def _place(service: Service, times: int = 1, **params: JSON) -> list[str]:
    """The sessions; raises Violation where one is refused."""
    return [service.answers(call(**params)).result.get("SessionId", "") for _ in range(times)]


def _begin(service: Service, world: Mapping[str, JSON]) -> None:
    """No calls so far, in that world."""
    service.reset()
    service.describe(world)


def _tells(
    service: Service, code: str, broken: Mapping[str, JSON], mended: Mapping[str, JSON] | None = None, **params: Any
) -> None:
    """In the one world the call is refused with the code, in the other it is placed."""
    _begin(service, mended or open_world())
    _place(service, **params)
    _begin(service, broken)
    service.refuses(call(**params), code)


# --- who may call --------------------------------------------------------------------------------------------------


@_holds(GO, "inferred", app_id=st.integers(1, 2**31).filter(lambda each: each != APP))
def an_app_that_is_not_there_is_told(service: Service, app_id: int) -> None:
    """A call of an SdkAppId that the account does not have is InvalidParameterValue.InstanceNotExist."""
    _tells(service, NO_APP, open_world(), open_world(app=[app(app_id)]), SdkAppId=app_id)


@_holds(CREATE, "inferred", agent=st.integers(1, 2**31).filter(lambda each: each != AGENT))
def an_agent_that_is_not_there_is_told(service: Service, agent: int) -> None:
    """A call by an AIAgentId that the app does not have is InvalidParameterValue."""
    has_it = open_world(app=[app(agent=[{"AIAgentId": agent}])])
    _tells(service, VALUE, open_world(), has_it, AIAgentId=agent)


@_holds(CREATE, "inferred", app_id=st.integers(1, 2**31).filter(lambda each: each != APP))
def agents_are_looked_for_in_an_app(service: Service, app_id: int) -> None:
    """Where neither the app nor the agent is there it is the app that is told: agents are those of an app."""
    _begin(service, open_world())
    _place(service)
    service.refuses(call(SdkAppId=app_id, AIAgentId=AGENT + 1), NO_APP)


@_holds("assumed", "assumed", whom=callees)
def an_app_that_may_not_call_is_told(service: Service, whom: str) -> None:
    """An app that is not permitted to call is FailedOperation.PermissionDenied."""
    _tells(service, "FailedOperation.PermissionDenied", open_world(app=[app(permitted=False)]), Callee=whom)


@_holds(PACKAGES, "inferred", minutes=st.integers(1, 10_000), used_up=st.booleans())
def where_no_minutes_are_left_it_is_told(service: Service, minutes: int, used_up: bool) -> None:
    """Where all packages are used up or have ended the code is LimitExceeded.BasePackageExpired."""
    package = {"minutes": minutes, "used": minutes} if used_up else {"minutes": minutes, "ends": NOW - 1}
    _tells(
        service, "LimitExceeded.BasePackageExpired",
        open_world(package=[package]), open_world(package=[package, {"minutes": minutes, "ends": NOW + MONTH}]),
    )  # fmt: skip


@_holds(GO, "inferred", seconds=st.integers(DAY, MONTH))
def a_licence_that_has_ended_is_told(service: Service, seconds: int) -> None:
    """After the end of the AI licence the code is FailedOperation.AILicenseHasExpired."""
    ended, lasts = ({"ends": NOW + each} for each in (-seconds, seconds))
    code = "FailedOperation.AILicenseHasExpired"
    _tells(service, code, open_world(licence=ended), open_world(licence=lasts))


# --- numbers to call from ------------------------------------------------------------------------------------------

_UNUSABLE = [{"State": 2}, {"State": 4}, {"State": 5}, {"CostType": 0}]


@_holds(CREATE, "inferred", numbers=st.lists(st.sampled_from(_UNUSABLE), max_size=2))
def without_a_usable_number_nobody_is_called(service: Service, numbers: list[dict[str, int]]) -> None:
    """Where no number of the app is in use and its own the code is FailedOperation.NoCallOutNumber."""
    broken = [number(f"00860215506689{n}", **each) for n, each in enumerate(numbers)]
    _tells(
        service, "FailedOperation.NoCallOutNumber",
        open_world(app=[app(number=broken)]), open_world(app=[app(number=[*broken, number()])]),
    )  # fmt: skip


@_holds(CREATE, "inferred", callers=st.lists(st.sampled_from(["008601012345678", "0086400123456"]), min_size=1))
def only_numbers_of_the_app_are_called_from(service: Service, callers: list[str]) -> None:
    """Where none of Callers is a number of the app the code is FailedOperation.NoCallOutNumber."""
    own = [number(each) for each in dict.fromkeys(callers)]
    has_them = open_world(app=[app(number=own)])
    _tells(service, "FailedOperation.NoCallOutNumber", open_world(), has_them, Callers=callers)


@_holds(CREATE, "inferred", whom=callees)
def a_broken_trunk_is_told(service: Service, whom: str) -> None:
    """Where the line itself fails the code is FailedOperation.CallOutFailed."""
    broken = open_world(app=[app(number=[number(trunk="broken")])])
    _tells(service, "FailedOperation.CallOutFailed", broken, Callee=whom)


@_holds(RULES, "inferred", channels=few)
def a_number_carries_as_many_calls_as_it_has_channels(service: Service, channels: int) -> None:
    """While each channel of the only number is in use the code is FailedOperation.CallerOverFrequency; one call less,
    and the next is placed."""
    _begin(service, ruled(channels=channels))
    sessions = _place(service, channels)
    service.refuses(call(Callee=ANOTHER), BUSY)
    _hang_up(service, sessions[0])
    _place(service, Callee=ANOTHER)


@_holds(CREATE, "inferred", concurrency=few)
def an_app_has_as_many_calls_as_its_agents_hold(service: Service, concurrency: int) -> None:
    """While the agents are all taken, and none is waited for, the code is FailedOperation.AcquireQuota."""
    _begin(service, ruled(concurrency=concurrency))
    sessions = _place(service, concurrency)
    service.refuses(call(AcquireTimeoutSecond=0), FULL)
    _hang_up(service, sessions[-1])
    _place(service, AcquireTimeoutSecond=0)


def _hang_up(service: Service, session: str) -> None:
    service.answers(Draft("HangUpCall", {"SdkAppId": APP, "SessionId": session}))


# --- who is called, and when ---------------------------------------------------------------------------------------


@_holds(CREATE, "inferred", text=st.sampled_from(["", "x", "0086", "00861370000000x", "张三"]))
def who_has_no_number_is_told(service: Service, text: str) -> None:
    """A Callee that is no telephone number is InvalidParameterValue."""
    _begin(service, open_world())
    _place(service)
    service.refuses(call(Callee=text), VALUE)


@_holds(STATUS, "inferred", whom=callees)
def who_complained_is_not_called(service: Service, whom: str) -> None:
    """A callee on the black list is FailedOperation.CalleeIsBlackUser."""
    listed, others = callee(whom, blacklisted=True), callee("008613900000000", blacklisted=True)
    code = "FailedOperation.CalleeIsBlackUser"
    _tells(service, code, open_world(callee=[listed]), open_world(callee=[others]), Callee=whom)


_MIDNIGHT = 1795276800
"""2026-11-22T00:00 in Beijing."""


@_holds(RULES, needs=("described world", "moved clock"), begin=st.integers(1, 21), hours=st.integers(1, 12))
def nobody_is_called_out_of_hours(service: Service, begin: int, hours: int) -> None:
    """Outside of the hours for calling out, in Beijing, the code is FailedOperation.CalloutRuleNotWorkTime."""
    end = min(begin + hours, 23)
    _begin(service, ruled(working_hours=f"{begin:02}:00-{end:02}:00"))
    # Whether a call in the very first and last minute is let out is not documented.
    for minute in (begin * 60 + 1, end * 60 - 1):
        service.at(_MIDNIGHT + minute * 60)
        _place(service)
    for minute in (begin * 60 - 1, end * 60 + 1):
        service.at(_MIDNIGHT + minute * 60)
        service.refuses(call(), "FailedOperation.CalloutRuleNotWorkTime")


@_holds(RULES, whom=callees, area=st.sampled_from(["XJ", "XZ"]))
def who_lives_in_a_blind_area_is_not_called(service: Service, whom: str, area: str) -> None:
    """A callee who belongs to a blind area is FailedOperation.CalloutRuleBlindArea."""
    there, elsewhere = ({"rules": ruled(blind_areas=["XJ", "XZ"])["rules"], "callee": [callee(whom, area=each)]}
                        for each in (area, "BJ"))  # fmt: skip
    code = "FailedOperation.CalloutRuleBlindArea"
    _tells(service, code, open_world(**there), open_world(**elsewhere), Callee=whom)


# --- how often -----------------------------------------------------------------------------------------------------

_timed = partial(_holds, needs=("described world", "moved clock"))


@_timed(RULES, most=few, seconds=st.integers(2, 600), gap=st.integers(0, 30))
def nobody_is_called_too_often_within_minutes(service: Service, most: int, seconds: int, gap: int) -> None:
    """A callee who got as many calls within the interval as are allowed gets no other one."""
    _begin(service, ruled(interval_calls=most, interval_seconds=seconds))
    for _ in range(most):
        _place(service)
        service.later(min(gap, (seconds - 1) // most))
    service.refuses(call(), TOO_OFTEN)


@_timed(RULES, most=few, seconds=st.integers(1, 600))
def after_the_interval_somebody_may_be_called_again(service: Service, most: int, seconds: int) -> None:
    """When the interval has passed since, the callee may be called as often again."""
    _begin(service, ruled(interval_calls=most, interval_seconds=seconds))
    _place(service, most)
    service.later(seconds + 1)
    _place(service, most)


@_holds(RULES, most=few, rule=st.sampled_from(["interval_calls", "day_calls"]))
def callees_are_counted_apart(service: Service, most: int, rule: str) -> None:
    """How often one callee was called does not count for another."""
    _begin(service, ruled(**{rule: most}))
    _place(service, most)
    _place(service, most, Callee=ANOTHER)


_SPELLINGS = ["008613700000000", "+8613700000000", "13700000000"]


@_holds("assumed", "assumed", spelled=st.lists(st.sampled_from(_SPELLINGS), min_size=2, max_size=4, unique=True))
def a_callee_is_one_in_every_spelling(service: Service, spelled: Sequence[str]) -> None:
    """Calls to one number count together, with +86, with 0086, or without."""
    _begin(service, ruled(interval_calls=len(spelled) - 1))
    for each in spelled[:-1]:
        _place(service, Callee=each)
    service.refuses(call(Callee=spelled[-1]), TOO_OFTEN)


@_timed(RULES, most=few, hours=st.integers(0, 3))
def nobody_is_called_too_often_within_a_day(service: Service, most: int, hours: int) -> None:
    """A callee who got as many calls of the app in a day as are allowed gets no other one, until 24 hours later."""
    _begin(service, ruled(day_calls=most))
    _place(service, most)
    service.later(hours * 3600)
    service.refuses(call(), TOO_OFTEN_TODAY)
    service.later(DAY + 1)
    _place(service, most)


@_holds(RULES, "inferred", most=few)
def a_day_is_counted_by_app(service: Service, most: int) -> None:
    """What one app has called in a day does not count for another: the code names the app's id."""
    _begin(service, open_world(app=[app(), app(APP + 1, number=[number("008602155066898")])],
                               rules=ruled(day_calls=most)["rules"]))  # fmt: skip
    _place(service, most)
    _place(service, most, SdkAppId=APP + 1)


# --- what is left of a refusal -------------------------------------------------------------------------------------


@_holds("assumed", "assumed", most=few, refused=st.integers(1, 4))
def what_was_refused_is_not_counted(service: Service, most: int, refused: int) -> None:
    """A call that was refused does not count for how often the callee was called."""
    _begin(service, ruled(interval_calls=most, day_calls=most))
    for _ in range(refused):
        service.refuses(call(AIAgentId=AGENT + 1), VALUE)
    _place(service, most)


@_holds(RULES, "inferred", refused=few)
def what_was_refused_holds_no_line(service: Service, refused: int) -> None:
    """A call that was refused takes no channel and no agent."""
    _begin(service, open_world(rules=ruled(channels=1, concurrency=1)["rules"],
                               callee=[callee(ANOTHER, blacklisted=True)]))  # fmt: skip
    for _ in range(refused):
        service.refuses(call(Callee=ANOTHER), "FailedOperation.CalleeIsBlackUser")
    _place(service, AcquireTimeoutSecond=0, Callers=[CALLER])


PROPERTIES = (
    an_app_that_is_not_there_is_told, an_agent_that_is_not_there_is_told, agents_are_looked_for_in_an_app,
    an_app_that_may_not_call_is_told,
    where_no_minutes_are_left_it_is_told, a_licence_that_has_ended_is_told,
    without_a_usable_number_nobody_is_called, only_numbers_of_the_app_are_called_from, a_broken_trunk_is_told,
    a_number_carries_as_many_calls_as_it_has_channels, an_app_has_as_many_calls_as_its_agents_hold,
    who_has_no_number_is_told, who_complained_is_not_called, nobody_is_called_out_of_hours,
    who_lives_in_a_blind_area_is_not_called, nobody_is_called_too_often_within_minutes,
    after_the_interval_somebody_may_be_called_again, callees_are_counted_apart, a_callee_is_one_in_every_spelling,
    nobody_is_called_too_often_within_a_day, a_day_is_counted_by_app,
    what_was_refused_is_not_counted, what_was_refused_holds_no_line,
)  # fmt: skip
