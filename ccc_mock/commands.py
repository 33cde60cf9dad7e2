"""What each call of control does: `Command -> JSON`, under the lock of the account that it acts on."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from importlib.metadata import version

from ccc_contract.model import JSON
from ccc_contract.spelling import did_you_mean

from .accounts import TooManyAccounts
from .clock import Clock, parse_time
from .languages import LANGUAGES
from .ledger import Call, Incomplete
from .live import LiveSession
from .plans.plan import Plan, PlanExists, TooManyPlans
from .plans.words import PlanError
from .redaction import last_four
from .route import Command, Refused, clipped
from .world.description import BASES, checked, described
from .world.endings import HUNG_UP_BY_API
from .world.keys import written
from .world.sessions import Ended, NoSession, Session
from .world.world import World

MAX_PAGE = 1000
MAX_DURATION_SECONDS = 129_600
"""The longest that the service gives a temporary credential (doc-sts)."""
MAX_TTL_SECONDS = 366 * 86_400
PLAN_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}"
"""What needs no escaping in a path and in a header."""


def health(command: Command) -> JSON:
    """Who answers; `?nonce=` comes back, which proves that this fake and no cache or other server did."""
    return {"name": "ccc-mock", "version": version("ccc-mock"), "ready": True, "nonce": command.query.get("nonce")}


def redirect(command: Command) -> JSON:
    """Where the fault `redirect` leads to."""
    return {"error": "this address redirects to itself"}


def journal(command: Command) -> JSON:
    after, limit = _page(command)
    return command.endpoint.journal_page(command.account, after, limit)


def ledger(command: Command) -> JSON:
    """Every call that was placed, or those to one number; and which of them repeat one whose answer was lost."""
    account = command.account
    callee = command.query.get("callee")
    if callee is not None:
        callee = re.sub("^ ", "+", callee)  # an unescaped + in a query is a blank
    with account.lock:
        kept = account.ledger
        try:
            calls = kept.calls() if callee is None else kept.calls_to(callee)
            duplicates = kept.duplicates()
        except Incomplete as reason:
            raise Refused(409, str(reason)) from None
        lost = [kept.lost(call) for call in calls]
        told = {"account": account.uin, "count": kept.count, "dropped": kept.dropped}
    numbers = {call.n for call in calls}
    return {
        **told,
        "calls": [_call(command, call, was_lost) for call, was_lost in zip(calls, lost, strict=True)],
        "duplicates": [{"first": d.first.n, "again": d.again.n} for d in duplicates if d.again.n in numbers],
    }


def _call(command: Command, call: Call, lost: bool) -> JSON:
    return {
        "n": call.n,
        "at": call.at,
        "request_id": call.request_id,
        "action": call.action,
        "callee": call.callee,
        "params": command.endpoint.redaction.params(call.params),
        "session_id": call.session_id,
        "secret_id": last_four(call.credential),
        "lost": lost,
    }


def get_clock(command: Command) -> JSON:
    with command.account.lock:
        return _clock(command)


def set_clock(command: Command) -> JSON:
    ((key, value),) = command.body.items()
    with command.account.lock:
        try:
            _MOVES[key](command.account.clock, value)
        except (ValueError, OverflowError) as reason:
            raise Refused(400, f"{key}: {clipped(str(reason), 200)}") from None
        return _clock(command)


def _clock(command: Command) -> JSON:
    clock = command.account.clock
    world, signing = clock.read()
    return {
        "account": command.account.uin,
        "world": world,
        "speed": clock.speed,
        "signing": signing,
        "signing_frozen": clock.signing_is_frozen,
        "skew": clock.skew,
    }


def _set_world(clock: Clock, value: JSON) -> None:
    if type(value) not in (int, float, str):
        raise ValueError(f"expected a Unix second, an ISO time or a time of day such as 22:10, got {clipped(value)}")
    clock.freeze_world(value)


def _set_real(clock: Clock, value: JSON) -> None:
    if value is not True:
        raise ValueError(f"expected true, got {clipped(value)}")
    clock.run()


def _number(value: JSON, what: str) -> float:
    if type(value) not in (int, float):
        raise ValueError(f"expected {what}, got {clipped(value)}")
    return value  # type: ignore[no-any-return]  # JSON is Any


_MOVES: Mapping[str, Callable[[Clock, JSON], None]] = {
    "at": lambda clock, value: clock.freeze(_moment(value)),
    "world": _set_world,
    "advance": lambda clock, value: clock.advance(_number(value, "a number of seconds")),
    "speed": lambda clock, value: clock.set_speed(_number(value, "a number above 0")),
    "skew": lambda clock, value: clock.set_skew(_number(value, "a number of seconds")),
    "real": _set_real,
}
"""Each way to move a clock: the key of the body → what it does.  Raises ValueError with a sentence."""


def reset(command: Command) -> JSON:
    account = command.account
    with account.lock:
        account.reset()
        command.endpoint.accounts.describe(account, account.world.began_as)
    return {"account": command.account.uin}


def get_world(command: Command) -> JSON:
    with command.account.lock:
        return {"account": command.account.uin, "world": written(command.account.world.description)}


def set_world(command: Command) -> JSON:
    account = command.account
    try:
        description = described(command.body, command.endpoint.api.actions)
        with account.lock:
            command.endpoint.accounts.describe(account, description)
    except ValueError as reason:
        raise Refused(400, clipped(str(reason), 500)) from None
    return get_world(command)


def get_snapshot(command: Command) -> JSON:
    with command.account.lock:
        return {"account": command.account.uin, **command.account.world_now().snapshot()}


def set_snapshot(command: Command) -> JSON:
    account = command.account
    with account.lock:
        try:
            restored = World.of(command.body)
            description = checked(restored.description, command.endpoint.api.actions)
            command.endpoint.accounts.describe(account, description)
            account.world.become(restored)
        except ValueError as reason:
            raise Refused(400, clipped(str(reason), 500)) from None
    return {"account": account.uin}


def list_sessions(command: Command) -> JSON:
    after, limit = _page(command)
    with command.account.lock:
        sessions = command.account.world_now().sessions
        shown = [session.as_json() for session in sessions if session.n > after][:limit]
        due = sessions.next_due()
        return {"account": command.account.uin, "count": sessions.count, "next_due": due, "sessions": shown}


def get_session(command: Command) -> JSON:
    with command.account.lock:
        return {"account": command.account.uin, "session": _session(command).as_json()}


def move_session(command: Command) -> JSON:
    ((key, value),) = command.body.items()
    hand = LiveSession(command.account, command.name)
    with command.account.lock:
        _session(command)
        try:
            if key == "answer":
                hand.answer(None if value is True else _talks(value))
            else:
                hand.hang_up(HUNG_UP_BY_API if value is True else value)
        except Ended as reason:
            raise Refused(409, str(reason)) from None
        except ValueError as reason:
            raise Refused(400, f"{key}: {reason}") from None
    return get_session(command)


def _session(command: Command) -> Session:
    try:
        return command.account.world_now().sessions[command.name]
    except NoSession:
        raise Refused(404, f"no session {clipped(command.name)} here, or it was dropped since it ended") from None


def _talks(value: JSON) -> float:
    if type(value) not in (int, float) or not 0 <= value <= MAX_TTL_SECONDS:
        raise ValueError(f"expected true, or how many seconds they talk, got {clipped(value)}")
    return float(value)


def events(command: Command) -> JSON:
    after, limit = _page(command)
    with command.account.lock:
        sessions = command.account.world_now().sessions
        shown = [event._asdict() for event in sessions.events(after)[:limit]]
        return {"account": command.account.uin, "last": sessions.events_count, "events": shown}


def add_plans(command: Command) -> JSON:
    text, name = command.body.get("plan"), _plan_name(command.body.get("name"))
    ttl = _seconds("ttl", command.body.get("ttl"), MAX_TTL_SECONDS)
    if not isinstance(text, str):
        raise Refused(400, f"plan: expected a text such as FailedOperation.CallOutFailed, got {clipped(text)}")
    try:
        from .plans.grammar import parse  # where nothing is planned it is not needed

        drafts, warnings = parse(text, command.endpoint.api)
    except PlanError as wrong:
        raise Refused(400, str(wrong), position=wrong.position) from None
    account = command.account
    with account.lock:
        expires_at = None if ttl is None else account.clock.world() + ttl
        try:
            plans = account.plans.add(drafts, name=name, expires_at=expires_at)
        except (PlanExists, TooManyPlans) as reason:
            raise Refused(409, str(reason)) from None
        return {"account": account.uin, "plans": [_shown(plan) for plan in plans], "warnings": warnings}


def list_plans(command: Command) -> JSON:
    with command.account.lock:
        return {"account": command.account.uin, "plans": [_shown(plan) for plan in command.account.plans]}


def get_plan(command: Command) -> JSON:
    with command.account.lock:
        plan = command.account.plans.get(command.name) or _no_plan(command)
        return {"account": command.account.uin, "plans": [_shown(plan)]}


def remove_plan(command: Command) -> JSON:
    with command.account.lock:
        plan = command.account.plans.remove(command.name) or _no_plan(command)
        return {"account": command.account.uin, "removed": [plan.name]}


def remove_plans(command: Command) -> JSON:
    with command.account.lock:
        names = [plan.name for plan in command.account.plans]
        command.account.plans.clear()
        return {"account": command.account.uin, "removed": names}


def _no_plan(command: Command) -> Plan:
    names = [plan.name for plan in command.account.plans]
    raise Refused(404, f"no plan {clipped(command.name)!r} here; {did_you_mean(command.name, names)}")


def _shown(plan: Plan) -> JSON:
    """A plan, what came of it, and by which requests."""
    return {
        "name": plan.name,
        "plan": plan.text,
        "consumed": plan.consumed,
        "count": plan.count,
        "left": plan.left(),
        "used_by": [
            {"request_id": use.request_id, "step": use.step, "instead": use.instead or None} for use in plan.used_by
        ],
        "expires_at": plan.expires_at,
    }


def _plan_name(value: JSON) -> str | None:
    if value is None or (isinstance(value, str) and re.fullmatch(PLAN_NAME, value)):
        return value
    raise Refused(400, f"name: expected up to 100 letters, digits, dots, dashes, underscores, got {clipped(value)}")


def make_account(command: Command) -> JSON:
    seed, at = command.body.get("seed"), command.body.get("at")
    if seed is not None and type(seed) is not int:
        raise Refused(400, f"seed: expected a whole number, got {clipped(seed)}")
    clock = None if at is None else Clock(at=_time(at))
    duration = _seconds("duration_seconds", command.body.get("duration_seconds"), MAX_DURATION_SECONDS)
    base = command.body.get("world")
    if base is not None and (not isinstance(base, str) or base not in BASES):
        raise Refused(400, f"world: expected {' or '.join(BASES)}, got {clipped(base)}")
    world = None if base is None else BASES[base]
    try:
        grant = command.endpoint.accounts.make(seed=seed, clock=clock, duration_seconds=duration, world=world)
    except TooManyAccounts as full:
        raise Refused(409, str(full)) from None
    credential = grant.credential
    return {
        "account": grant.account.uin,
        "sub_account": grant.sub_account,
        "secret_id": credential.secret_id,
        "secret_key": credential.secret_key,
        "token": credential.token,
        "expires_at": credential.expires_at,
        "control_token": grant.account.control_token,
    }


def remove_account(command: Command) -> JSON:
    if "account" not in command.query:
        raise Refused(400, "expected ?account= with the account to remove")
    try:
        command.endpoint.accounts.remove(command.account)
    except ValueError as reason:
        raise Refused(409, str(reason)) from None
    return {"account": command.account.uin}


def errors(command: Command) -> JSON:
    from .catalogue import code_rows

    language = command.query.get("lang", "en")
    if language not in LANGUAGES:
        raise Refused(400, f"lang: expected {' or '.join(LANGUAGES)}, got {clipped(language)}")
    return {"errors": code_rows(command.endpoint.api, language, command.endpoint.magic_prefix)}


def actions(command: Command) -> JSON:
    from .catalogue import action_rows

    return {"actions": action_rows(command.endpoint.api)}


def _page(command: Command) -> tuple[int, int]:
    """After which running number, and how many at most."""
    return (
        _whole(command.query, "after", 0, least=0),
        _whole(command.query, "limit", 100, least=1, most=MAX_PAGE),
    )


def _whole(query: Mapping[str, str], name: str, default: int, *, least: int, most: int = 2**63 - 1) -> int:
    text = query.get(name)
    if text is None:
        return default
    if not re.fullmatch(r"[0-9]{1,19}", text) or not least <= int(text) <= most:
        raise Refused(400, f"{name}: expected a whole number from {least} to {most}, got {clipped(text)}")
    return int(text)


def _seconds(name: str, value: JSON, most: int) -> float | None:
    """A number of seconds above zero; None where none was given."""
    if value is None or (type(value) in (int, float) and 0 < value <= most):
        return None if value is None else float(value)
    raise Refused(400, f"{name}: expected a number of seconds up to {most}, got {clipped(value)}")


def _time(value: JSON) -> float:
    try:
        return _moment(value)
    except ValueError as reason:
        raise Refused(400, f"at: {clipped(str(reason), 200)}") from None


def _moment(value: JSON) -> float:
    if type(value) not in (int, float, str):
        raise ValueError(f"expected a Unix second or an ISO time, got {clipped(value)}")
    return parse_time(str(value))
