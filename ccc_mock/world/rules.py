"""The rules that a call must pass, in their order: the second visible list beside the stages.

A rule looks at one attempt and says whether it breaks it; it changes nothing of the world.  Which codes they are and
what provokes them is of §2.2 of our notes on the product; the order is not documented, hence a setting
(`rule_order`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ccc_contract.model import JSON

from ..numbers import is_number, normalised
from ..settings import Settings
from .counts import DAY_SECONDS, midnight, second_of_day
from .description import IMPLIED_APP, NO_SUCH_AGENT, App, Description, Number

if TYPE_CHECKING:
    from .world import World


@dataclass(slots=True)
class Attempt:
    """A call that is to be placed, and what the rules found out about it."""

    app_id: int
    agent_id: int
    callee: str
    """Normalised."""
    params: Mapping[str, JSON]
    now: float
    exempt: bool = False
    """A magic number: its calls are not counted."""
    app: App | None = None
    """instance: what `app_id` names."""
    usable: list[Number] | None = None
    """The numbers that it may go out from, once somebody asked (usable_numbers)."""
    blocked: Rule | None = None
    """The rule that will end the call as soon as it is placed, where such calls are accepted."""
    wrong: str = ""
    """values: the parameter that is wrong."""
    starts_at: float = 0.0
    """concurrency: when there is room for it; now, or at most AcquireTimeoutSecond later."""
    waits: float = 0.0
    """concurrency: how long it waited in vain."""

    @property
    def callers(self) -> list[str]:
        return self.params.get("Callers") or []


Run = Callable[[Attempt, "World", Settings], bool]


@dataclass(frozen=True, slots=True)
class Rule:
    """`breaks` says whether an attempt breaks it, which is refused with `code`."""

    name: str
    code: str
    breaks: Run
    on: Callable[[Description], object]
    """Is there anything to look at in such a world?"""
    arises: str
    """For people: what provokes it."""
    confidence: str
    source: str


def rule(
    name: str, code: str, *, on: Callable[[Description], object], arises: str, confidence: str, source: str
) -> Callable[[Run], Rule]:
    """Make a rule of a function."""
    return lambda breaks: Rule(name, code, breaks, on, arises, confidence, source)


def _always(description: Description) -> bool:
    return True


@rule(
    "instance", "InvalidParameterValue.InstanceNotExist", on=_always, confidence="inferred", source="go-sdk-1.3.166",
    arises="SdkAppId names no app of the account, or is 1400000404",
)  # fmt: skip
def app_is_unknown(attempt: Attempt, world: World, settings: Settings) -> bool:
    attempt.app = world.app(attempt.app_id)
    return attempt.app is None


@rule(
    "permission", "FailedOperation.PermissionDenied",
    on=lambda described: any(not app.permitted for app in described.app),
    confidence="assumed", source="assumed",
    arises="the app has `permitted = false`",
)  # fmt: skip
def app_may_not_call(attempt: Attempt, world: World, settings: Settings) -> bool:
    return not _app(attempt, world).permitted


@rule(
    "package", "LimitExceeded.BasePackageExpired", on=lambda described: described.package,
    confidence="inferred", source="doc-ai-packages",
    arises="no [[package]] has minutes left, or all have ended",
)  # fmt: skip
def no_minutes_are_left(attempt: Attempt, world: World, settings: Settings) -> bool:
    return not world.minutes.any_left(world.description.package, attempt.now)


@rule(
    "licence", "FailedOperation.AILicenseHasExpired", on=lambda described: described.licence.ends is not None,
    confidence="inferred", source="go-sdk-1.3.166",
    arises="[licence] has ended",
)  # fmt: skip
def licence_has_ended(attempt: Attempt, world: World, settings: Settings) -> bool:
    ends = world.description.licence.ends
    return ends is not None and attempt.now >= ends


@rule(
    "number", "FailedOperation.NoCallOutNumber",
    on=lambda described: described.app,
    confidence="inferred", source="doc-create-ai-agent-call",
    arises="none of Callers, or without them no number of the app, has State 1 and CostType 1",
)  # fmt: skip
def no_number_is_usable(attempt: Attempt, world: World, settings: Settings) -> bool:
    return not usable_numbers(attempt, world)


@rule(
    "blacklist", "FailedOperation.CalleeIsBlackUser",
    on=lambda described: any(each.blacklisted for each in described.callee),
    confidence="inferred", source="doc-end-status",
    arises="the [[callee]] is `blacklisted`",
)  # fmt: skip
def callee_is_blacklisted(attempt: Attempt, world: World, settings: Settings) -> bool:
    callee = world.callee(attempt.callee)
    return callee is not None and callee.blacklisted


@rule(
    "working-hours", "FailedOperation.CalloutRuleNotWorkTime", on=lambda described: described.rules.working_hours,
    confidence="documented", source="doc-outbound-rules",
    arises="the world's clock is outside of rules.working_hours, in Beijing",
)  # fmt: skip
def it_is_out_of_hours(attempt: Attempt, world: World, settings: Settings) -> bool:
    begin, _, end = world.description.rules.working_hours.partition("-")
    if not begin or not settings.own_numbers_are_subject:
        return False
    # From the first minute on, and up to the last one, which is out; hours may span midnight.
    now, first, last = int(second_of_day(attempt.now)), _second(begin), _second(end)
    return not (first <= now < last if first < last else now >= first or now < last)


def _second(hour: str) -> int:
    return int(hour[:2]) * 3600 + int(hour[3:]) * 60


@rule(
    "blind-area", "FailedOperation.CalloutRuleBlindArea", on=lambda described: described.rules.blind_areas,
    confidence="documented", source="doc-outbound-rules",
    arises="the callee belongs to one of rules.blind_areas, by its [[callee]] or its area code (0991…, 0891…)",
)  # fmt: skip
def callee_is_in_a_blind_area(attempt: Attempt, world: World, settings: Settings) -> bool:
    callee = world.callee(attempt.callee)
    area = (callee and callee.area) or area_of(attempt.callee)
    blind = map(str.upper, world.description.rules.blind_areas)
    return area.upper() in blind and settings.own_numbers_are_subject


_AREAS = {"XJ": re.compile(r"0?(99[0-9]|90[1-9])[0-9]{7,8}"), "XZ": re.compile(r"0?89[1-7][0-9]{7,8}")}
"""Area codes of general knowledge: 0898 is Hainan.  Mobile numbers belong where a [[callee]] says."""


def area_of(number: str) -> str:
    """The area that a normalised landline number's code says, as far as a rule looks at it; else ""."""
    return next((area for area, codes in _AREAS.items() if codes.fullmatch(number)), "")


@rule(
    "interval", "FailedOperation.CalloutRuleMaxCallCountCalleeIntervalTime",
    on=lambda described: described.rules.interval_calls,
    confidence="documented", source="doc-outbound-rules",
    arises="the callee got rules.interval_calls calls within rules.interval_seconds",
)  # fmt: skip
def callee_was_called_too_often_just_now(attempt: Attempt, world: World, settings: Settings) -> bool:
    rules = world.description.rules
    counted = world.interval.count(attempt.callee, attempt.now - rules.interval_seconds)
    return 0 < rules.interval_calls <= counted and settings.own_numbers_are_subject


@rule(
    "day", "FailedOperation.CalloutRuleMaxCallCountCalleePerDayAppID", on=lambda described: described.rules.day_calls,
    confidence="documented", source="doc-outbound-rules",
    arises="the callee got rules.day_calls calls from the app within 24 hours",
)  # fmt: skip
def callee_was_called_too_often_today(attempt: Attempt, world: World, settings: Settings) -> bool:
    # A calendar day's first moment counts, a window's does not: it is as long ago as the window is long.
    since = midnight(attempt.now) - 1e-6 if settings.day_is == "calendar" else attempt.now - DAY_SECONDS
    counted = world.day.count((attempt.app_id, attempt.callee), since)
    return 0 < world.description.rules.day_calls <= counted and settings.own_numbers_are_subject


@rule(
    "channel", "FailedOperation.CallerOverFrequency",
    on=lambda described: described.rules.channels or any(each.channels for app in described.app for each in app.number),
    confidence="inferred", source="doc-outbound-rules",
    arises="every usable number has as many live calls as it has channels",
)  # fmt: skip
def every_number_is_busy(attempt: Attempt, world: World, settings: Settings) -> bool:
    usable = usable_numbers(attempt, world)
    return bool(usable) and next(free_numbers(usable, world), None) is None


@rule(
    "concurrency", "FailedOperation.AcquireQuota",
    on=lambda described: described.rules.concurrency or any(app.concurrency for app in described.app),
    confidence="inferred", source="doc-create-ai-agent-call",
    arises="the app has as many live calls as its concurrency, and none is due to end within AcquireTimeoutSecond",
)  # fmt: skip
def no_agent_becomes_free(attempt: Attempt, world: World, settings: Settings) -> bool:
    app = _app(attempt, world)
    most = world.description.rules.concurrency if app.concurrency is None else app.concurrency
    ends = world.sessions.ends_of(attempt.app_id) if most else []
    if len(ends) < most or not most:
        return False
    wait = attempt.params.get("AcquireTimeoutSecond")
    patience = settings.acquire_seconds if wait is None else max(0, wait)
    free_at = ends[len(ends) - most]
    if free_at > attempt.now + patience:
        attempt.waits = patience
        return True
    attempt.starts_at = free_at
    return False


@rule(
    "values", "InvalidParameterValue", on=_always, confidence="inferred", source="doc-create-ai-agent-call",
    arises="AIAgentId names no agent of the app, or is 999999404; Callee or one of Callers is no number; a variable "
    "has no Key",
)  # fmt: skip
def a_value_is_wrong(attempt: Attempt, world: World, settings: Settings) -> bool:
    attempt.wrong = _wrong_value(attempt, world)
    return bool(attempt.wrong)


def _wrong_value(attempt: Attempt, world: World) -> str:
    if not _agent_exists(attempt, world):
        return "AIAgentId"
    if world.is_open:
        return ""
    if not is_number(attempt.callee):
        return "Callee"
    for n, caller in enumerate(attempt.callers):
        if not is_number(normalised(caller)):
            return f"Callers.{n}"
    for name in ("Variables", "PromptVariables"):
        for n, variable in enumerate(attempt.params.get(name) or []):
            if not variable.get("Key"):
                return f"{name}.{n}.Key"
    return ""


def _agent_exists(attempt: Attempt, world: World) -> bool:
    if world.anything_exists and attempt.app_id not in world.apps:
        return attempt.agent_id != NO_SUCH_AGENT
    return any(agent.AIAgentId == attempt.agent_id for agent in _app(attempt, world).agent)


@rule(
    "trunk", "FailedOperation.CallOutFailed",
    on=lambda described: any(each.trunk == "broken" for app in described.app for each in app.number),
    confidence="inferred", source="doc-create-ai-agent-call",
    arises="the number that the call would go out from has `trunk = \"broken\"`",
)  # fmt: skip
def trunk_is_broken(attempt: Attempt, world: World, settings: Settings) -> bool:
    number = outgoing_number(attempt, world)
    return number is not None and number.trunk == "broken"


RULES: tuple[Rule, ...] = (
    app_is_unknown, app_may_not_call, no_minutes_are_left, licence_has_ended, no_number_is_usable,
    callee_is_blacklisted, it_is_out_of_hours, callee_is_in_a_blind_area, callee_was_called_too_often_just_now,
    callee_was_called_too_often_today, every_number_is_busy, no_agent_becomes_free, a_value_is_wrong, trunk_is_broken,
)  # fmt: skip


def in_order(order: str) -> tuple[Rule, ...]:
    """The rules as the setting `rule_order` puts them: their names, all of them.  Raises ValueError."""
    named = {each.name: each for each in RULES}
    names = [name.strip() for name in order.split(",")]
    if sorted(names) != sorted(named):
        raise ValueError(f"rule_order: expected each of {','.join(named)} once, got {order[:300]}")
    return tuple(named[name] for name in names)


# --- numbers to call from --------------------------------------------------------------------------------------------


def _app(attempt: Attempt, world: World) -> App:
    """The attempt's app, also where another order of the rules did not look it up before."""
    return attempt.app or world.app(attempt.app_id) or IMPLIED_APP


def usable_numbers(attempt: Attempt, world: World) -> list[Number]:
    """The numbers that the call may go out from: those of Callers, else those of the app, in their order."""
    if attempt.usable is None:
        numbers = _called_from(attempt, world) if attempt.callers else _app(attempt, world).number
        attempt.usable = [each for each in numbers if each.State == 1 and each.CostType == 1]
    return attempt.usable


def _called_from(attempt: Attempt, world: World) -> Iterator[Number]:
    """Those of Callers that the app has; all of them, where it was not described."""
    own = {normalised(each.Number): each for each in _app(attempt, world).number}
    implied = world.anything_exists and attempt.app_id not in world.apps
    for caller in attempt.callers:
        number = own.get(normalised(caller)) or (Number(Number=caller) if implied else None)
        if number is not None:
            yield number


def free_numbers(numbers: list[Number], world: World) -> Iterator[Number]:
    """Those that have a free channel."""
    for number in numbers:
        channels = world.description.rules.channels if number.channels is None else number.channels
        if not channels or world.sessions.busy(normalised(number.Number)) < channels:
            yield number


def outgoing_number(attempt: Attempt, world: World) -> Number | None:
    """The first usable number that is free and whose trunk works; a broken one where there is none."""
    broken = None
    for number in free_numbers(usable_numbers(attempt, world), world):
        if number.trunk == "ok":
            return number
        broken = broken or number
    return broken
