"""The world of one account: what a test described, and what came of the calls since."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import replace

from ccc_contract.model import JSON

from ..numbers import normalised
from ..settings import Settings
from . import keys
from .counts import DAY_SECONDS, Minutes, Recent
from .description import ANY_NUMBER, IMPLIED_APP, NO_RULES, NO_SUCH_APP, OPEN, App, Callee, Description, Script
from .endings import BLOCKED, ENDINGS
from .keys import WorldError
from .rules import Attempt, Rule, outgoing_number
from .sessions import RINGING, WAITING, Session, Sessions

SNAPSHOT_FORM = 1
SNAPSHOT_KEYS = ("form", "at", "description", "sessions", "interval", "day", "minutes")


class World:
    """Not locked: its account's lock guards it."""

    def __init__(self, description: Description = OPEN) -> None:
        self.began_as = description
        self.restart()

    def restart(self) -> None:
        """Back to how it was made: no sessions, nothing counted."""
        self.at = 0.0
        """The time of the world, as it was told last."""
        self.sessions = Sessions()
        self.minutes = Minutes()
        self.interval = Recent(self.began_as.rules.interval_seconds)
        self.day = Recent(DAY_SECONDS)
        self.describe(self.began_as)

    def describe(self, description: Description) -> None:
        """Let the account be another one; sessions and counts go on."""
        self.description = description
        self.apps: Mapping[int, App] = {app.SdkAppId: app for app in description.app}
        self._callees: Mapping[str, Callee] = {normalised(each.number): each for each in description.callee}
        self.anything_exists = description.exists == "anything"
        no_rules = replace(NO_RULES, interval_seconds=description.rules.interval_seconds)
        self.is_open = self.anything_exists and description.rules == no_rules
        """Is nothing looked at but the ids that never exist?"""
        self._rules: tuple[Rule, ...] | None = None
        self._rules_on: tuple[Rule, ...] = ()
        if self.interval.seconds != description.rules.interval_seconds:
            self.interval.keep(self.at - self.interval.seconds, self.at)
            self.interval.seconds = description.rules.interval_seconds

    # --- what there is ----------------------------------------------------------------------------------------------

    def app(self, app_id: int) -> App | None:
        """What SdkAppId names; None for nothing."""
        app = self.apps.get(app_id)
        if app is None and self.anything_exists and app_id != NO_SUCH_APP:
            return IMPLIED_APP
        return app

    def callee(self, number: str) -> Callee | None:
        """What was described of a normalised number."""
        return self._callees.get(number)

    # --- what happens -----------------------------------------------------------------------------------------------

    def advance(self, now: float) -> None:
        """Let everything happen that is due by `now`, which may be earlier than before: what happened stays so, but
        calls that lie ahead count no more (`Recent`)."""
        if now < self.at:
            for counted in (self.interval, self.day):
                counted.keep(self.at - counted.seconds, now)
        self.at = now
        for ended in self.sessions.advance(now):
            self._account_for(ended)

    def judge(self, attempt: Attempt, rules: tuple[Rule, ...], settings: Settings) -> Rule | None:
        """The first rule that refuses an attempt; None for none.  Changes nothing of the world.

        Where blocked calls are accepted, a rule that blocks is noted in the attempt, and the others go on.
        """
        for rule in self._on(rules):
            if rule.breaks(attempt, self, settings):
                if settings.blocked_calls != "accept" or rule.code not in BLOCKED:
                    return rule
                attempt.blocked = attempt.blocked or rule
        return None

    def _on(self, rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
        """Those of the rules that have something to look at; found once for a description."""
        if self._rules is not rules:
            self._rules, self._rules_on = rules, tuple(rule for rule in rules if rule.on(self.description))
        return self._rules_on

    def count_attempt(self, attempt: Attempt) -> None:
        """Let a call count for the rules that look at how often a callee is called, as far as they are on."""
        if attempt.exempt:
            return
        if self.description.rules.interval_calls:
            self.interval.add(attempt.callee, attempt.now)
        if self.description.rules.day_calls:
            self.day.add((attempt.app_id, attempt.callee), attempt.now)

    def place(self, session_id: str, attempt: Attempt) -> None:
        """The call is placed, and its script settled."""
        caller = self._caller(attempt)
        start = attempt.starts_at or attempt.now
        answers_at, ends_at, ends_with, ends_by = self._script(attempt, start)
        callee = attempt.params["Callee"]
        self.count_attempt(attempt)
        self.sessions.place(
            session_id, attempt.app_id, attempt.agent_id, caller, callee, start, answers_at, ends_at, ends_with,
            ends_by, RINGING if start <= attempt.now else WAITING,
        )  # fmt: skip

    def answer(self, session_id: str, now: float, talks: float | None = None) -> Session:
        """Somebody takes a ringing call.  Raises NoSession and Ended."""
        self.advance(now)
        if talks is None:
            talks = self._script_of(normalised(self.sessions.get(session_id).callee)).talks
        return self.sessions.answer(session_id, now, talks)

    def hang_up(self, session_id: str, now: float, status: int, by: str = "system") -> Session:
        """A call ends by hand.  Raises NoSession and Ended."""
        self.advance(now)
        ended = self.sessions.hang_up(session_id, now, status, by)
        self._account_for(ended)
        return ended

    def _caller(self, attempt: Attempt) -> str:
        """The number that a call goes out from."""
        if self.is_open and not self.apps:  # a short way: each number that is named can be used
            return attempt.callers[0] if attempt.callers else ANY_NUMBER.Number
        number = outgoing_number(attempt, self)
        return "" if number is None else number.Number

    def _account_for(self, ended: Session) -> None:
        if ended.seconds and self.description.package:
            self.minutes.use(self.description.package, ended.seconds, ended.ended_at or 0.0)

    def _script_of(self, callee: str) -> Callee | Script:
        return self._callees.get(callee) or self.description.callees

    def _script(self, attempt: Attempt, start: float) -> tuple[float | None, float, int, str]:
        """(when it is taken, when it ends, with which EndStatus, who hangs up)."""
        if attempt.blocked is not None:
            return None, start, BLOCKED[attempt.blocked.code], "system"
        script = self._script_of(attempt.callee)
        ending = ENDINGS[script.ends]
        rings = ending.rings if script.rings is None else script.rings
        patience = attempt.params.get("MaxRingTimeoutSecond")
        if patience is not None and 0 < patience < rings:
            return None, start + patience, ENDINGS["notAnswer"].status, "system"
        if not ending.answered:
            return None, start + rings, ending.status, ending.side
        return start + rings, start + rings + script.talks, ending.status, ending.side

    # --- snapshots --------------------------------------------------------------------------------------------------

    def copied(self) -> World:
        """Another one that stands as this one does: what happens to either is nothing to the other."""
        other = copy(self)  # a description is a value: only what is counted has to be another's
        other.sessions, other.minutes = self.sessions.copied(), self.minutes.copied()
        other.interval, other.day = self.interval.copied(), self.day.copied()
        return other

    def snapshot(self) -> dict[str, JSON]:
        """Everything, as JSON: the description, the sessions and what was counted.  Numbers are in it, unshortened."""
        return {
            "form": SNAPSHOT_FORM,
            "at": self.at,
            "description": keys.written(self.description),
            "sessions": self.sessions.written(),
            "interval": self.interval.written(self.at),
            "day": self.day.written(self.at),
            "minutes": self.minutes.written(),
        }

    def restore(self, snapshot: Mapping[str, JSON]) -> None:
        """Back to what `snapshot` gave.  Raises WorldError, and changes nothing then."""
        self.become(World.of(snapshot))

    def become(self, other: World) -> None:
        """Have what another one has, which is not used any more."""
        self.at, self.sessions, self.minutes = other.at, other.sessions, other.minutes
        self.interval, self.day = other.interval, other.day
        self.describe(other.description)

    @classmethod
    def of(cls, snapshot: JSON) -> World:
        """What `snapshot` gave, as a world of its own.  Raises WorldError."""
        _check_form(snapshot)
        world = cls(keys.read(Description, snapshot["description"], ("description",)))
        part = "at"
        try:
            (world.at,) = keys.row([snapshot["at"]], (int, float))
            for part in ("sessions", "minutes"):
                getattr(world, part).restore(snapshot[part])
            for part in ("interval", "day"):
                getattr(world, part).restore(snapshot[part], world.at)
        except (KeyError, TypeError, ValueError) as reason:
            raise WorldError((part,), "what a snapshot gave", f"something else: {reason}") from None
        return world


def _check_form(snapshot: JSON) -> None:
    hint = "was it made by `snapshot`?"
    if not isinstance(snapshot, Mapping):
        raise WorldError((), "a table", keys.told(snapshot), hint)
    for name in SNAPSHOT_KEYS:
        if name not in snapshot:
            raise WorldError((name,), "what a snapshot gave", "nothing", hint)
    form = snapshot["form"]
    if type(form) is not int or form != SNAPSHOT_FORM:
        raise WorldError(("form",), str(SNAPSHOT_FORM), keys.told(form), hint)
