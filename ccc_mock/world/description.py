"""What an account has, as a test describes it: values only, read from TOML or JSON by `keys`.

Names with capitals are the vendor's; the others are ours.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from ccc_contract.model import JSON
from ccc_contract.spelling import perhaps

from ..numbers import normalised
from . import keys
from .endings import ENDINGS, RINGS, TALKS
from .keys import Path, WorldError, key

DEFAULT_MINUTES = 8000  # doc-ai-packages


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A number that an app calls from."""

    Number: str = key(keys.NUMBER, "as the console shows it")
    State: int = key(
        keys.one_of(1, 2, 4, 5), "1 usable, 2 in arrears, 4 stopped by the administrator, 5 by the rules", 1
    )
    CostType: int = key(keys.one_of(0, 1), "1 a number of one's own, which AI calls need; 0 one applied for", 1)
    channels: int | None = key(
        keys.optional(keys.whole(0, 10_000)),
        "how many calls it carries at once, 0 for any; usually rules.channels",
        None,
    )
    trunk: str = key(keys.one_of("ok", "broken"), "through a broken one every call is CallOutFailed", "ok")


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """An AI agent of an app."""

    AIAgentId: int = key(keys.whole(1), "the id that a call names")
    AIAgentName: str = key(keys.TEXT, "as the list of agents shows it", "")
    VariableNames: tuple[str, ...] = key(keys.TEXTS, "the variables that it declares", ())


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """An application: what SdkAppId names."""

    SdkAppId: int = key(keys.whole(1), "the id that a call names")
    permitted: bool = key(keys.FLAG, "whether it may place calls; false is PermissionDenied", True)
    concurrency: int | None = key(
        keys.optional(keys.whole(0, 1_000_000)),
        "how many calls its agents hold at once, 0 for any number; usually rules.concurrency",
        None,
    )
    number: tuple[Number, ...] = key((Number,), "the numbers that it calls from")
    agent: tuple[Agent, ...] = key((Agent,), "its agents")


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """Minutes that were bought."""

    minutes: int = key(keys.whole(), "how many there are", DEFAULT_MINUTES)
    used: int = key(keys.whole(), "how many of them were used before", 0)
    monthly: bool = key(keys.FLAG, "whether they are new in each month, by Beijing's calendar", True)
    begins: float | None = key(keys.optional(keys.MOMENT), "from when on they count", None)
    ends: float | None = key(keys.optional(keys.MOMENT), "when they expire", None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence:
    """The package that lets agents call at all."""

    ends: float | None = key(keys.optional(keys.MOMENT), "when it expires", None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """What happens to a call to those who are not described one by one."""

    ends: str = key(keys.one_of(*ENDINGS), "how a call ends; `ok` is that somebody takes it and hangs up", "ok")
    rings: float | None = key(keys.optional(keys.SECONDS), f"how long it rings; usually {RINGS:g} s", None)
    talks: float = key(keys.SECONDS, "how long it lasts from then on", TALKS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Callee:
    """Somebody who is called."""

    number: str = key(keys.NUMBER, "in any spelling")
    blacklisted: bool = key(keys.FLAG, "whether it is on the list of those who complained", False)
    area: str = key(keys.TEXT, "where it belongs, such as XJ or XZ; by default what an area code says", "")
    ends: str = key(keys.one_of(*ENDINGS), "how a call to it ends; `ok` is that somebody takes it and hangs up", "ok")
    rings: float | None = key(keys.optional(keys.SECONDS), f"how long it rings; usually {RINGS:g} s", None)
    talks: float = key(keys.SECONDS, "how long the call lasts from then on", TALKS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """A SecretId that opens a sub-account."""

    secret_id: str = key(keys.SECRET_ID, "what a request names")
    secret_key: str = key(keys.SECRET_KEY, "what it signs with")
    token: str | None = key(keys.optional(keys.TOKEN), "makes it temporary", None)
    ends: float | None = key(keys.optional(keys.MOMENT), "when a temporary one ends, by the signing hand", None)
    disabled: bool = key(keys.FLAG, "whether it is refused as one that does not exist", False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SubAccount:
    """Credentials that are limited together, and what they may not do."""

    name: str = key(keys.TEXT, "for people", "")
    deny: tuple[str, ...] = key(keys.TEXTS, "actions that access management denies it; * is all of them", ())
    credential: tuple[Credential, ...] = key((Credential,), "what opens it")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The rules for calling out (doc-outbound-rules); an empty or zero one is off.

    Channels are of the same page, concurrency of doc-ai-packages.
    """

    working_hours: str = key(keys.HOURS, "when calls are let out, in Beijing", "08:00-21:00")
    blind_areas: tuple[str, ...] = key(keys.TEXTS, "areas that are not called", ("XJ", "XZ"))
    interval_calls: int = key(keys.whole(0, 1000), "how many calls a callee may get within interval_seconds", 3)
    interval_seconds: int = key(keys.whole(1, 86_400), "what that counts in", 300)
    day_calls: int = key(keys.whole(0, 1000), "how many calls a callee may get from an app within 24 hours", 5)
    channels: int = key(keys.whole(0, 10_000), "how many calls a number carries at once", 1)
    concurrency: int = key(keys.whole(0, 1_000_000), "how many calls the agents of an app hold at once", 3)


NO_RULES = Rules(working_hours="", blind_areas=(), interval_calls=0, day_calls=0, channels=0, concurrency=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """An account: `exists` says whether what is not named exists."""

    exists: str = key(
        keys.one_of("named", "anything"),
        "`named`: only what is described here exists; `anything`: every id does",
        "named",
    )
    rules: Rules = key(Rules, "the rules for calling out")
    licence: Licence = key(Licence, "the AI licence")
    callees: Script = key(Script, "what happens to calls to all whom no [[callee]] describes")
    app: tuple[App, ...] = key((App,), "its applications")
    package: tuple[Package, ...] = key((Package,), "its minutes; without any, minutes are not looked at")
    callee: tuple[Callee, ...] = key((Callee,), "those who are called")
    sub_account: tuple[SubAccount, ...] = key((SubAccount,), "who may call, beside the account's own credential")


OPEN = Description(exists="anything", rules=NO_RULES)
"""Every id exists, no rule is on: the documentation's example works any number of times, day and night."""

STRICT = replace(OPEN, rules=Rules(), package=(Package(),))
"""Every id exists, and all documented rules are on, with the documented numbers."""

BASES = {"open": OPEN, "strict": STRICT}

NO_SUCH_APP, NO_SUCH_AGENT = 1400000404, 999_999_404
"""The ids that do not exist where anything else does."""

ANY_NUMBER = Number(Number="008612300009000")
ANY_AGENT = Agent(AIAgentId=1, AIAgentName="ccc-mock")
"""What an app has that nobody described."""


IMPLIED_APP = App(SdkAppId=1400000000, number=(ANY_NUMBER,), agent=(ANY_AGENT,))
"""What an id names that exists without having been described: but for its id, they are all alike."""


def described(given: JSON, actions: Collection[str]) -> Description:
    """The description that decoded TOML or JSON is.  Raises WorldError.

    `base` is a word of BASES, and stands for every key that is not given.
    """
    if not isinstance(given, Mapping) or "base" not in given:
        return checked(keys.read(Description, given), actions)
    base = keys.one_of(*BASES)
    try:
        begun = BASES[base.take(given["base"])]
    except ValueError as reason:
        raise WorldError(("base",), base.says, keys.told(given["base"]), str(reason)) from None
    rest = {name: value for name, value in given.items() if name != "base"}
    read = keys.read(Description, rest)
    return checked(replace(begun, **{name: getattr(read, name) for name in rest}), actions)


def checked(description: Description, actions: Collection[str]) -> Description:
    """The same, where nothing is given twice and each denied action is one.  Raises WorldError."""
    _once((("app", n, "SdkAppId"), app.SdkAppId) for n, app in enumerate(description.app))
    for n, app in enumerate(description.app):
        _once((("app", n, "agent", m, "AIAgentId"), agent.AIAgentId) for m, agent in enumerate(app.agent))
        _once((("app", n, "number", m, "Number"), normalised(each.Number)) for m, each in enumerate(app.number))
    _once((("callee", n, "number"), normalised(callee.number)) for n, callee in enumerate(description.callee))
    for n, sub_account in enumerate(description.sub_account):
        _check_sub_account(("sub_account", n), sub_account, actions)
    no_secret_id_twice(description, ())
    return description


def _check_sub_account(path: Path, sub_account: SubAccount, actions: Collection[str]) -> None:
    for action in sub_account.deny:
        if action != "*" and action not in actions:
            raise WorldError((*path, "deny"), "actions, or *", keys.told(action), perhaps(action, actions))
    for m, credential in enumerate(sub_account.credential):
        if credential.ends is not None and credential.token is None:
            ends = (*path, "credential", m, "ends")
            raise WorldError(ends, "a token beside it: a permanent credential does not end", f"{credential.ends:.0f}")


def no_secret_id_twice(description: Description, taken: Collection[str]) -> None:
    """Raises WorldError where a SecretId is described twice, or is one of those that are taken."""
    seen = set(taken)
    for n, sub_account in enumerate(description.sub_account):
        for m, credential in enumerate(sub_account.credential):
            if credential.secret_id in seen:
                path = ("sub_account", n, "credential", m, "secret_id")
                raise WorldError(path, "a SecretId that no other credential has", "one that is taken")
            seen.add(credential.secret_id)


def _once(found: Iterable[tuple[Path, JSON]]) -> None:
    seen = set()
    for path, each in found:
        if each in seen:
            raise WorldError(path, "another one than those before", keys.told(each))
        seen.add(each)
