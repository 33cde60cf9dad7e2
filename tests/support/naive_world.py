"""A world as naive as can be: lists of everything that ever was, looked through from the beginning each time.

It takes the description as the plain JSON that a test sends, with every key, and imports nothing of the world under
test.  `tests/mock/test_world_machine.py` holds the two beside each other.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

DAY = 86_400

SPELLINGS: Mapping[str, str] = {
    "008613800000001": "13800000001", "+86 138-0000-0001": "13800000001", "13800000002": "13800000002",
    "008613800000003": "13800000003", "+8613800000004": "13800000004", "13800000005": "13800000005",
    "09912345678": "09912345678", "008608912345678": "08912345678", "08981234567": "08981234567",
    "12": "12", "+86x": "x",
}  # fmt: skip
"""Callees as they are sent → the number that is meant."""

LINES: Mapping[str, str] = {
    "008602155066897": "02155066897", "+86 021-5506-6897": "02155066897", "02155066898": "02155066898",
    "02155066899": "02155066899", "008612300009000": "12300009000", "no number": "nonumber",
}  # fmt: skip
"""Numbers to call from as they are written → the number that is meant."""

AREAS = {"09912345678": "XJ", "08912345678": "XZ"}
"""0898 is Hainan, and not among them."""

UNNAMED_LINE, UNNAMED_AGENT = "008612300009000", {"AIAgentId": 1}
NO_APP, NO_AGENT = 1400000404, 999_999_404

ENDS: Mapping[str, tuple[int, bool, float, str]] = {
    "ok": (1, True, 5.0, "user"), "notAnswer": (202, False, 60.0, "user"), "busy": (206, False, 2.0, "user"),
    "operatorError": (208, False, 2.0, "system"), "aiAgentEndCall": (233, True, 5.0, "system"),
}  # fmt: skip
"""The word → (EndStatus, is it taken first, how long it rings, who ends it)."""

BLOCKED = {
    "FailedOperation.CalleeIsBlackUser": 108,
    "FailedOperation.CalloutRuleMaxCallCountCalleeIntervalTime": 109,
    "FailedOperation.CalloutRuleMaxCallCountCalleePerDayAppID": 109,
    "FailedOperation.CalloutRuleBlindArea": 110,
    "FailedOperation.CalloutRuleNotWorkTime": 111,
}
INSTANCE, VALUE = "InvalidParameterValue.InstanceNotExist", "InvalidParameterValue"


def beijing(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC) + timedelta(hours=8)


@dataclass
class Call:
    """A session, with its future."""

    n: int
    session_id: str
    app: int
    agent: int
    caller: str
    callee: str
    starts: float
    taken: float | None
    ends: float
    status: int
    by: str
    state: str
    accepted: float | None = None
    ended: float | None = None
    end_status: int | None = None
    hung_up_by: str | None = None

    @property
    def due(self) -> float | None:
        """When something happens to it by itself."""
        if self.state == "finished":
            return None
        if self.state == "waiting":
            return self.starts
        return self.taken if self.state == "ringing" and self.taken is not None else self.ends


@dataclass
class Told:
    """What came of an attempt: a code, or when the call starts; and how late the answer comes."""

    code: str = ""
    starts: float | None = None
    late: float = 0.0

    @property
    def is_let_through(self) -> bool:
        """Also where it is blocked for that code afterwards."""
        return self.starts is not None


@dataclass
class NaiveWorld:
    description: dict[str, Any]
    settings: dict[str, Any]
    now: float = 0.0
    calls: list[Call] = field(default_factory=list)
    events: list[tuple[float, str, str, int | None]] = field(default_factory=list)
    attempts: list[tuple[str, float]] = field(default_factory=list)
    """(callee, when), as far as it was within rules.interval_seconds ever since."""
    attempts_of_app: list[tuple[int, str, float]] = field(default_factory=list)
    """(app, callee, when), as far as it was within a day ever since."""
    used: list[tuple[int, str, int]] = field(default_factory=list)
    """(position of a package, its month, minutes)."""

    @property
    def rules(self) -> dict[str, Any]:
        rules: dict[str, Any] = self.description["rules"]
        return rules

    @property
    def live(self) -> list[Call]:
        return [call for call in self.calls if call.state != "finished"]

    # --- time -------------------------------------------------------------------------------------------------------

    def observe(self, now: float) -> None:
        """The world is looked at: what is due has happened, and what is out of a window is forgotten."""
        self.now = now
        seconds = self.rules["interval_seconds"]
        self.attempts = [each for each in self.attempts if now - seconds < each[-1] <= now]
        self.attempts_of_app = [each for each in self.attempts_of_app if now - DAY < each[-1] <= now]
        while True:
            due = [(call.due, call.n, call) for call in self.live if call.due is not None and call.due <= now]
            if not due:
                return
            at, _, call = min(due, key=lambda each: each[:2])
            if call.state == "waiting":
                call.state = "ringing"
                self.events.append((at, call.session_id, "ringing", None))
            elif call.state == "ringing" and call.taken is not None:
                self.take(call, at)
            else:
                self.end(call, at, call.status, call.by)

    def next_due(self) -> float | None:
        return min((call.due for call in self.live if call.due is not None), default=None)

    def take(self, call: Call, at: float) -> None:
        call.state, call.accepted = "inProgress", at
        self.events.append((at, call.session_id, "inProgress", None))

    def end(self, call: Call, at: float, status: int, by: str) -> None:
        call.state, call.ended, call.end_status, call.hung_up_by = "finished", at, status, by
        self.events.append((at, call.session_id, "finished", status))
        if call.accepted is None or at <= call.accepted:
            return
        for n, package in enumerate(self.description["package"]):
            if self.minutes_left(n, package, at) > 0:
                self.used.append((n, self.month(package, at), math.ceil((at - call.accepted) / 60)))
                return

    def borders(self, now: float) -> list[float]:
        """The moments around which a rule says another thing than before."""
        midnight = now - (now + 8 * 3600) % DAY
        ends = [self.description["licence"]["ends"]]
        for package in self.description["package"]:
            ends += [package["begins"], package["ends"]]
        counted = [at + self.rules["interval_seconds"] for _, at in self.attempts]
        counted_of_app = [at + DAY for _, _, at in self.attempts_of_app]
        hours = [midnight + hour * 3600 for hour in (0, 8, 21, 24)]
        return [*(end for end in ends if end is not None), *hours, *counted[-3:], *counted_of_app[-5:]]

    # --- what is there ----------------------------------------------------------------------------------------------

    def month(self, package: dict[str, Any], at: float) -> str:
        return beijing(at).strftime("%Y-%m") if package["monthly"] else ""

    def minutes_left(self, n: int, package: dict[str, Any], at: float) -> int:
        if package["begins"] is not None and at < package["begins"]:
            return 0
        if package["ends"] is not None and at >= package["ends"]:
            return 0
        used = sum(minutes for m, month, minutes in self.used if (m, month) == (n, self.month(package, at)))
        return int(package["minutes"] - package["used"] - used)

    def named(self, app_id: int) -> dict[str, Any] | None:
        return next((app for app in self.description["app"] if app["SdkAppId"] == app_id), None)

    def app(self, app_id: int) -> dict[str, Any] | None:
        if self.named(app_id) is not None or self.description["exists"] == "named" or app_id == NO_APP:
            return self.named(app_id)
        return {"permitted": True, "concurrency": None, "number": [line(UNNAMED_LINE)], "agent": [UNNAMED_AGENT]}

    def someone(self, number: str) -> dict[str, Any] | None:
        return next((each for each in self.description["callee"] if SPELLINGS[each["number"]] == number), None)

    def usable(self, params: Mapping[str, Any]) -> list[dict[str, Any]]:
        app = self.app(params["SdkAppId"]) or {"number": []}
        lines = app["number"]
        if params.get("Callers"):
            lines = []
            for caller in params["Callers"]:
                known = [each for each in app["number"] if LINES[each["Number"]] == LINES[caller]]
                if known or (self.description["exists"] == "anything" and self.named(params["SdkAppId"]) is None):
                    lines.append(known[0] if known else line(caller))
        return [each for each in lines if each["State"] == 1 and each["CostType"] == 1]

    def free(self, params: Mapping[str, Any]) -> list[dict[str, Any]]:
        free = []
        for each in self.usable(params):
            channels = self.rules["channels"] if each["channels"] is None else each["channels"]
            if not channels or self.busy(each["Number"]) < channels:
                free.append(each)
        return free

    def busy(self, number: str) -> int:
        return len([call for call in self.live if call.caller and LINES[call.caller] == LINES[number]])

    def goes_out_from(self, params: Mapping[str, Any]) -> dict[str, Any] | None:
        free = self.free(params)
        working = [each for each in free if each["trunk"] == "ok"]
        return next(iter(working or free), None)

    def room(self, params: Mapping[str, Any]) -> tuple[float | None, float]:
        """(when there is an agent for a call, how long it is ready to wait)."""
        wait = params.get("AcquireTimeoutSecond")
        patience = self.settings["acquire_seconds"] if wait is None else wait
        app = self.app(params["SdkAppId"])
        most = self.rules["concurrency"] if app is None or app["concurrency"] is None else app["concurrency"]
        of_app = [call for call in self.live if call.app == params["SdkAppId"]]
        for at in sorted([self.now, *[call.ends for call in of_app]]):
            if self.now <= at <= self.now + patience:
                still_on = [call for call in of_app if call.ends > at]
                if not most or len(still_on) < most:
                    return at, patience
        return None, patience

    # --- the rules --------------------------------------------------------------------------------------------------

    def breaks(self, rule: str, params: Mapping[str, Any]) -> str:
        """The code with which this rule refuses, or ""."""
        callee, rules, now = SPELLINGS[params["Callee"]], self.rules, self.now
        someone, subject = self.someone(callee), self.settings["own_numbers_are_subject"]
        app = self.app(params["SdkAppId"])
        if rule == "instance" and app is None:
            return INSTANCE
        if rule == "permission" and app is not None and not app["permitted"]:
            return "FailedOperation.PermissionDenied"
        packages = self.description["package"]
        if rule == "package" and packages and all(self.minutes_left(n, p, now) <= 0 for n, p in enumerate(packages)):
            return "LimitExceeded.BasePackageExpired"
        ends = self.description["licence"]["ends"]
        if rule == "licence" and ends is not None and now >= ends:
            return "FailedOperation.AILicenseHasExpired"
        if rule == "number" and not self.usable(params):
            return "FailedOperation.NoCallOutNumber"
        if rule == "blacklist" and someone is not None and someone["blacklisted"]:
            return "FailedOperation.CalleeIsBlackUser"
        if rule == "working-hours" and subject and rules["working_hours"]:
            begin, end = rules["working_hours"].split("-")
            clock = beijing(now).strftime("%H:%M")
            inside = begin <= clock < end if begin < end else clock >= begin or clock < end
            return "" if inside else "FailedOperation.CalloutRuleNotWorkTime"
        if rule == "blind-area" and subject:
            area = (someone["area"] if someone is not None else "") or AREAS.get(callee, "")
            return "FailedOperation.CalloutRuleBlindArea" if area in rules["blind_areas"] else ""
        if rule == "interval" and subject and rules["interval_calls"]:
            recent = [at for to, at in self.attempts if to == callee and now - rules["interval_seconds"] < at]
            if len(recent) >= rules["interval_calls"]:
                return "FailedOperation.CalloutRuleMaxCallCountCalleeIntervalTime"
        if rule == "day" and subject and rules["day_calls"]:
            ours = [at for by, to, at in self.attempts_of_app if (by, to) == (params["SdkAppId"], callee)]
            if self.settings["day_is"] == "calendar":
                ours = [at for at in ours if beijing(at).date() == beijing(now).date()]
            if len(ours) >= rules["day_calls"]:
                return "FailedOperation.CalloutRuleMaxCallCountCalleePerDayAppID"
        if rule == "channel" and self.usable(params) and not self.free(params):
            return "FailedOperation.CallerOverFrequency"
        if rule == "concurrency" and self.room(params)[0] is None:
            return "FailedOperation.AcquireQuota"
        if rule == "values" and self.has_a_wrong_value(params):
            return VALUE
        if rule == "trunk":
            number = self.goes_out_from(params)
            return "FailedOperation.CallOutFailed" if number is not None and number["trunk"] == "broken" else ""
        return ""

    def has_a_wrong_value(self, params: Mapping[str, Any]) -> bool:
        app = self.named(params["SdkAppId"])
        if app is not None:
            agent_exists = params["AIAgentId"] in [agent["AIAgentId"] for agent in app["agent"]]
        else:
            agent_exists = self.description["exists"] == "anything" and params["AIAgentId"] != NO_AGENT
        if not agent_exists:
            return True
        off = ("working_hours", "blind_areas", "interval_calls", "day_calls", "channels", "concurrency")
        if self.description["exists"] == "anything" and not any(self.rules[name] for name in off):
            return False  # the open world looks at nothing but ids
        numbers = [SPELLINGS[params["Callee"]], *[LINES[caller] for caller in params.get("Callers") or []]]
        if not all(number.isdigit() and 3 <= len(number) <= 20 for number in numbers):
            return True
        return any(not variable["Key"] for variable in params.get("PromptVariables") or [])

    def judge(self, params: Mapping[str, Any], now: float) -> Told:
        """What a call that arrives now is told; a refusal changes nothing but the counts, where refused ones count."""
        self.observe(now)
        names = self.settings["rule_order"].split(",")
        found = [(name, code) for name in names if (code := self.breaks(name, params))]
        accepted = [each for each in found if self.settings["blocked_calls"] == "accept" and each[1] in BLOCKED]
        broken = next((each for each in found if each not in accepted), None)
        starts, patience = self.room(params)
        waited = [name for name in names if broken is None or names.index(name) < names.index(broken[0])]
        starts_at = starts if starts is not None and "concurrency" in waited else now
        if broken is None:
            return Told(accepted[0][1] if accepted else "", starts_at, starts_at - now)
        if self.settings["refused_attempts_count"]:
            self.count(params)
        return Told(broken[1], None, patience if broken[0] == "concurrency" else 0.0)

    def count(self, params: Mapping[str, Any]) -> None:
        callee = SPELLINGS[params["Callee"]]
        if self.rules["interval_calls"]:
            self.attempts.append((callee, self.now))
        if self.rules["day_calls"]:
            self.attempts_of_app.append((params["SdkAppId"], callee, self.now))

    def place(self, session_id: str, params: Mapping[str, Any], told: Told) -> Call:
        assert told.starts is not None
        number = self.goes_out_from(params)
        taken, ends, status, by = self.script(params, told.starts, told.code)
        state = "ringing" if told.starts <= self.now else "waiting"
        call = Call(
            len(self.calls) + 1, session_id, params["SdkAppId"], params["AIAgentId"],
            "" if number is None else number["Number"], params["Callee"], told.starts, taken, ends, status, by, state,
        )  # fmt: skip
        self.count(params)
        self.calls.append(call)
        if state == "ringing":
            self.events.append((told.starts, session_id, "ringing", None))
        return call

    def script(self, params: Mapping[str, Any], starts: float, code: str) -> tuple[float | None, float, int, str]:
        if code:
            return None, starts, BLOCKED[code], "system"
        script = self.someone(SPELLINGS[params["Callee"]]) or self.description["callees"]
        status, is_taken, rings, by = ENDS[script["ends"]]
        rings = rings if script["rings"] is None else script["rings"]
        patience = params.get("MaxRingTimeoutSecond") or math.inf
        if patience < rings:
            return None, starts + patience, ENDS["notAnswer"][0], "system"
        if not is_taken:
            return None, starts + rings, status, by
        return starts + rings, starts + rings + script["talks"], status, by


def line(number: str) -> dict[str, Any]:
    """A number to call from, as it comes."""
    return {"Number": number, "State": 1, "CostType": 1, "channels": None, "trunk": "ok"}
