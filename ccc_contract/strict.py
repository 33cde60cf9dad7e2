"""JSON as RFC 8259 has it: without NaN and Infinity, and without numbers that are beyond every float or measure."""

from __future__ import annotations

import json
import math

from .model import JSON


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is no JSON")


MAX_DIGITS = 100
"""How long a number may be: reading the longest fractions takes a hundred times as long."""


def _bounded(digits: str) -> str:
    if len(digits) > MAX_DIGITS:
        raise ValueError(f"a number of {len(digits)} characters")
    return digits


def _integer(digits: str) -> int:
    return int(_bounded(digits))


def _finite(digits: str) -> float:
    number = float(_bounded(digits))
    if not math.isfinite(number):
        raise ValueError(f"{digits[:40]} is beyond every number")
    return number


def _unique(pairs: list[tuple[str, JSON]]) -> dict[str, JSON]:
    value = dict(pairs)
    if len(value) < len(pairs):
        raise ValueError("a name twice in an object")
    return value


_decoder = json.JSONDecoder(parse_constant=_refuse, parse_int=_integer, parse_float=_finite)
_plain_decoder = json.JSONDecoder(
    parse_constant=_refuse, parse_int=_integer, parse_float=_finite, object_pairs_hook=_unique
)


def decode(text: str, *, max_values: int | None = None, is_plain: bool = False) -> JSON:
    """Text → value; the last of equal keys counts, unless `is_plain`: then there may be none.

    Raises ValueError, also for more than `max_values` values, and RecursionError for a depth beyond reason.
    """
    if max_values is not None and len(text) > max_values and _values_at_most(text) > max_values:
        raise ValueError(f"more than {max_values} values")
    text = text.strip(" \t\n\r")
    value, end = (_plain_decoder if is_plain else _decoder).raw_decode(text)
    if end != len(text):
        raise ValueError(f"{len(text) - end} characters behind the value")
    return value


def _values_at_most(text: str) -> int:
    """No more values than this can be in it: each but the first of its container follows a comma.

    Decoding megabytes of small values would take seconds and gigabytes; counting takes milliseconds.
    """
    return 1 + text.count(",") + text.count("[") + text.count("{")
