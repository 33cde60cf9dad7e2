"""The small values that plans are written with: durations, numbers of bytes, statuses, names of fields."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any, Literal

Moment = Literal["before", "after"]
"""When something strikes: before the call is placed, or after."""
BEFORE: Moment = "before"
AFTER: Moment = "after"

DEFAULT_ACTION = "CreateAIAgentCall"
"""The action whose codes need no narrowing."""

MAX_LENGTH = 8_000_000
"""Characters: a plan of 100,000 of the longest codes."""

REDIRECT_LOOP = b"/_ccc/redirect"
"""Where control redirects to the same place again."""


class PlanError(ValueError):
    """A plan does not parse: the position in its text (from 0), and a sentence on what was expected."""

    def __init__(self, position: int, sentence: str) -> None:
        super().__init__(f"position {position}: {sentence}")
        self.position = position
        self.sentence = sentence


class BadWord(ValueError):
    """One word is not what it should be; whoever knows where it stands makes a PlanError of it."""


_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
MAX_SECONDS = 24 * 3600.0


def duration(text: str) -> float:
    """`120ms`, `5s`, `1.5m`, `1h` → seconds."""
    match = re.fullmatch(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)(ms|s|m|h)", text)
    if match is None or float(match[1]) * _UNITS[match[2]] > MAX_SECONDS:
        raise BadWord(f"expected a duration of at most 24h such as 120ms, 5s or 1m, got {text!r}")
    return float(match[1]) * _UNITS[match[2]]


def signed_duration(text: str) -> float:
    """`-5m`, `+1h` → seconds."""
    sign = -1.0 if text.startswith("-") else 1.0
    return sign * duration(text[1:] if text[:1] in ("+", "-") else text)


def _checked(text: str, pattern: str, expected: str) -> str:
    if not re.fullmatch(pattern, text):
        raise BadWord(f"expected {expected}, got {text!r}")
    return text


def size(text: str) -> int:
    """A number of bytes."""
    return int(_checked(text, r"[0-9]{1,8}", "a number of bytes"))


def whole(text: str) -> int:
    return int(_checked(text, r"[0-9]{1,9}", "a whole number"))


def status(text: str) -> int:
    return int(_checked(text, r"[2-5][0-9][0-9]", "an HTTP status from 200 to 599"))


def field(text: str) -> str:
    """The name of a field of the answer, such as SessionId."""
    return _checked(text, r"[A-Za-z][A-Za-z0-9_]{0,63}", "the name of a field such as SessionId")


def content_type(text: str) -> str:
    return _checked(text, r"[!-~][ -~]{0,199}", "a content type")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One argument of a fault: its name, how its text is read, and its default (none: it must be given)."""

    name: str
    read: Callable[[str], Any]
    default: Any = None
    required: bool = False
    rest: bool = False
    """It takes the whole text, blanks and all."""


def arguments(takes: tuple[Parameter, ...], text: str) -> dict[str, Any]:
    """Read the text between a fault's parentheses: words in order, or `name=value`.  Raises BadWord."""
    words = text.split() if not (takes and takes[0].rest) else [text] if text else []
    given: dict[str, Any] = {}
    positions = iter(takes)
    for word in words:
        name, equals, value = word.partition("=")
        if equals and any(parameter.name == name for parameter in takes):
            parameter = next(parameter for parameter in takes if parameter.name == name)
        elif equals and re.fullmatch(r"[a-z][a-z0-9-]*", name):
            raise BadWord(f"no setting {name!r}; known: {', '.join(parameter.name for parameter in takes) or 'none'}")
        else:
            parameter, value = _next_free(positions, given, word, takes), word
        if parameter.name in given:
            raise BadWord(f"{parameter.name} is given twice")
        given[parameter.name] = parameter.read(value)
    for parameter in takes:
        if parameter.required and parameter.name not in given:
            raise BadWord(f"expected {_shown(takes)}, got nothing for {parameter.name}")
    return given


def _next_free(positions: Any, given: Mapping[str, Any], word: str, takes: tuple[Parameter, ...]) -> Parameter:
    for parameter in positions:
        if parameter.name not in given:
            found: Parameter = parameter
            return found
    raise BadWord(f"expected {_shown(takes)}, got {word!r} beside it")


def _shown(takes: tuple[Parameter, ...]) -> str:
    return ", ".join(parameter.name for parameter in takes) or "no arguments"


@dataclass(frozen=True, slots=True)
class Spread:
    """A duration that is drawn: constant, uniform between two, or log-normal by its median and 99th percentile."""

    shape: str
    low: float
    high: float

    def draw(self, chance: Random) -> float:
        if self.shape == "constant":
            return self.low
        if self.shape == "uniform":
            return chance.uniform(self.low, self.high)
        sigma = (math.log(self.high) - math.log(self.low)) / _P99
        return min(chance.lognormvariate(math.log(self.low), sigma), MAX_SECONDS)


_P99 = 2.3263478740408408  # of the standard normal distribution: NormalDist().inv_cdf(0.99)


def spread(text: str) -> Spread:
    """`5s`, `uniform 1s 3s` or `lognormal p50=120ms p99=900ms`."""
    shape, *words = text.split() or [""]
    if shape == "uniform":
        given = arguments(
            (Parameter("low", duration, required=True), Parameter("high", duration, required=True)), " ".join(words)
        )
        low, high = given["low"], given["high"]
    elif shape == "lognormal":
        given = arguments(
            (Parameter("p50", duration, required=True), Parameter("p99", duration, required=True)), " ".join(words)
        )
        low, high = given["p50"], given["p99"]
        if not low:
            raise BadWord("expected a p50 above zero")
    elif words:
        raise BadWord(f"expected a duration, `uniform LOW HIGH` or `lognormal p50=… p99=…`, got {text!r}")
    else:
        low = high = duration(shape)
        return Spread("constant", low, high)
    if high < low:
        raise BadWord(f"expected the first duration to be the smaller one, got {text!r}")
    return Spread(shape, low, high)
