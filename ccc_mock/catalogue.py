"""What can be provoked and how, as rows: every code, every fault, every action."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ccc_contract.model import JSON, Action, Api, ErrorCode

from .domain import HANDLERS
from .languages import LANGUAGES
from .magic import DEFAULT_PREFIX, NUMBERS
from .numbers import normalised
from .plans.faults import FAULTS, written
from .plans.words import DEFAULT_ACTION
from .stages import STAGES
from .world.rules import RULES

HEADER = "X-CCC-Mock-Plan"
"""checks.inject.PLAN_HEADER, as people write it."""

WHY: Mapping[str, Mapping[str, str]] = {
    "never": {
        "en": "No: the same call is refused again; change the request or the account first.",
        "zh": "不可：原样重试仍会被拒绝，须先修改请求或账号。",
    },
    "after-fix": {
        "en": "Once it is mended: the call itself is right; the clock, the token or the size of the query is not.",
        "zh": "修正后可以：调用本身没有问题，问题在于时钟、令牌或查询范围。",
    },
    "later": {
        "en": "Yes, unchanged, after a wait: what is in the way passes with time.",
        "zh": "可以：等待一段时间后原样重试，阻碍会随时间消失。",
    },
    "if-idempotent": {
        "en": "Only if a second effect does no harm: the call may have been carried out, and a phone may ring twice.",
        "zh": "仅当重复执行无害时可以：该调用可能已经执行，重试可能使同一电话再次响铃。",
    },
    "depends": {
        "en": "That depends: the code alone does not say whether the same call can succeed.",
        "zh": "视情况而定：仅凭错误码无法判断原样重试能否成功。",
    },
    "unknown": {
        "en": "Not known: nothing that we have seen tells.",
        "zh": "未知：我们所见的资料都没有说明。",
    },
}
"""ErrorCode.retry → may a caller repeat the call, and why."""

_ARISES = {rule.code: [f"{rule.name}: {rule.arises}"] for rule in RULES}

_CHECKS = {f"{stage.name}/{check.name}": check.codes for stage in STAGES for check in stage.checks}


def code_rows(api: Api, language: str = "en", magic_prefix: str = DEFAULT_PREFIX) -> list[dict[str, JSON]]:
    """Every code: what it means, who declares it, may the call be repeated, and every way to provoke it.

    `language` is a key of LANGUAGES; where `magic_prefix` is empty there are no magic numbers.
    """
    return [_code_row(api, error, language, normalised(magic_prefix)) for error in api.errors.values()]


def _code_row(api: Api, error: ErrorCode, language: str, magic: str) -> dict[str, JSON]:
    declaring = [action for action in api.actions.values() if error.code in action.errors]
    return {
        "code": error.code,
        "kind": error.kind,
        "meaning": error.meaning(LANGUAGES[language]),
        "retry": error.retry,
        "why": WHY[error.retry][language],
        "since": error.since or None,
        "actions": [action.name for action in declaring],
        "inherited": [action.name for action in declaring if action.errors_inherited_from],
        "provoke": _ways(api, error, declaring, magic),
    }


def _ways(api: Api, error: ErrorCode, declaring: Iterable[Action], magic: str) -> dict[str, JSON]:
    plans = _plans(api, error, declaring)
    return {
        "plan": plans,
        "header": {HEADER: plans[-1]},
        "control": {"method": "POST", "path": "/_ccc/plans", "body": {"plan": plans[0]}},
        "magic": [international(magic + end) for end, text in NUMBERS.items() if magic and text == error.code],
        "world": _ARISES.get(error.code, []),
        "checks": [place for place, codes in _CHECKS.items() if error.code in codes],
    }


def _plans(api: Api, error: ErrorCode, declaring: Iterable[Action]) -> list[str]:
    """The texts that provoke a code; the last one is a step without narrowing, as a header takes it."""
    if error.kind == "common" or error.code in api.actions[DEFAULT_ACTION].errors:
        return [error.code]
    by_trust = sorted(declaring, key=lambda action: action.errors_inherited_from is not None)
    return [*(f"action={action.name}: {error.code}" for action in by_trust[:1]), f"!{error.code}"]


def international(number: str) -> str:
    """A normalised number as it is written across borders: `+8612300000001`."""
    return "+" + number[2:] if number.startswith("00") else "+86" + number


def fault_rows() -> list[dict[str, JSON]]:
    """Every fault: how it is written, what it does, and when it strikes unless told otherwise."""
    return [
        {"fault": fault.kind, "written": written(fault), "says": fault.says, "moment": fault.moment}
        for fault in FAULTS.values()
    ]


def action_rows(api: Api) -> list[dict[str, JSON]]:
    """Every action: does it answer, and what would it do."""
    return [
        {"action": name, "answers": name in HANDLERS, "effect": action.effect, "dials": action.dials}
        for name, action in api.actions.items()
    ]
