"""A world as a TOML text: reading it, with the line of what is wrong, and writing a commented one to begin with."""

from __future__ import annotations

import contextlib
import json
import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import MISSING, Field, fields
from typing import Any

from ccc_contract.model import JSON

from . import keys
from .description import Description, described
from .keys import Path, WorldError

MAX_CHARACTERS = 4 * 1024 * 1024


def read_toml(text: str, actions: Collection[str], name: str = "the world") -> Description:
    """The description that a text is.  Raises ValueError: `name`, line, key, what was expected and what came."""
    if len(text) > MAX_CHARACTERS:
        raise ValueError(f"{name}: expected at most {MAX_CHARACTERS} characters, got more")
    try:
        given = tomllib.loads(text)
    except (ValueError, RecursionError) as reason:  # not only TOMLDecodeError: a number can have too many digits
        quotes = "; a telephone number stands in quotes" if re.search(r"= *\+?[0-9]{11}", text) else ""
        raise ValueError(f"{name}: no TOML: {reason}{quotes}") from None
    try:
        return described(given, actions)
    except WorldError as wrong:
        raise ValueError(f"{name} line {line_of(text, wrong.path)}: {wrong}") from None


def line_of(text: str, path: Path) -> int:
    """The line, from 1, on which the value at `path` begins; where there is none, what it would stand in.

    Read off the parser itself: it is the last one of the first so many lines that hold the value.
    """
    lines = text.replace("\r\n", "\n").split("\n")  # not splitlines: TOML knows no other ends of lines
    while path and not _holds(tomllib.loads(text), path):
        path = path[:-1]
    without, upto = 0, len(lines)
    while path and upto - without > 1:
        middle = (without + upto) // 2
        if _holds(_begun(lines, middle), path):
            upto = middle
        else:
            without = middle
    return upto if path else 1


_ENDS = ("", "\n]", '\n"""', "\n'''", "\n]}", "\n]}]", "\n]]")
"""What makes a whole value of one that was cut through: a list, a text, a list in a table of a list, in a list."""

MOST_LINES_BACK = 100
"""How far to look for the beginning of what is cut through and no end makes whole."""


def _begun(lines: list[str], most: int) -> JSON:
    """What the first `most` lines hold, with the value that the last of them only begins."""
    for n in range(most, max(0, most - MOST_LINES_BACK), -1):
        for end in _ENDS:
            with contextlib.suppress(tomllib.TOMLDecodeError):
                return tomllib.loads("\n".join(lines[:n]) + end)
    return {}


def _holds(value: JSON, path: Path) -> bool:
    for part in path:
        if isinstance(part, int):
            if not isinstance(value, list) or part >= len(value):
                return False
        elif not isinstance(value, dict) or part not in value:
            return False
        value = value[part]
    return True


# --- a file to begin with --------------------------------------------------------------------------------------------

_SAMPLE: Mapping[str, JSON] = {
    "exists": "named",
    "rules": {},
    "licence": {"ends": "2099-01-01T00:00:00+08:00"},
    "callees": {},
    "package": [{"minutes": 8000}],
    "app": [{
        "SdkAppId": 1400000000,
        "number": [{"Number": "008602155066897"}],
        "agent": [{"AIAgentId": 15, "AIAgentName": "a first agent", "VariableNames": ["orderId"]}],
    }],
    "callee": [
        {"number": "008613800000001", "blacklisted": True},
        {"number": "008613800000002", "ends": "notAnswer"},
        {"number": "008613800000003", "area": "XJ"},
    ],
    "sub_account": [{
        "name": "may only look",
        "deny": ["CreateAIAgentCall"],
        "credential": [{"secret_id": "AKID-ccc-mock-looks-only", "secret_key": "ccc-mock-looks-only-key"}],
    }],
}  # fmt: skip


def sample() -> str:
    """A file that describes a small account and tells of each key what it may hold."""
    lines = [
        "# An account for `ccc-mock serve --world FILE`.  A key that is commented out stands there with what it is",
        "# without being written; times are Unix seconds or have an offset; docs/world.md tells the rest.",
        "# A key `base` with the word strict or open begins with that world, and the file changes what it gives.",
        "",
    ]
    _write(Description, _SAMPLE, (), lines)
    return "\n".join(lines).rstrip() + "\n"


def _write(thing: type, given: Mapping[str, JSON], path: tuple[str, ...], lines: list[str], told: bool = True) -> None:
    """The lines of a table: its own keys, then the tables in it.  Only the first of a kind explains its keys."""
    inner = []
    for each in fields(thing):
        kind = each.metadata["kind"]
        if isinstance(kind, keys.Kind):
            _write_key(each, kind, given, lines, told)
        else:
            inner.append((each.name, kind, each.metadata["says"]))
    for name, kind, says in inner:
        here = (*path, name)
        if told:
            lines += ["", f"# {says}"]
        if not isinstance(kind, tuple):
            lines.append(f"[{'.'.join(here)}]")
            _write(kind, given.get(name, {}), here, lines, told)
            continue
        for n, table in enumerate(given.get(name, [])):
            lines += [] if told and n == 0 else [""]
            lines.append(f"[[{'.'.join(here)}]]")
            _write(kind[0], table, here, lines, told and n == 0)


def _write_key(each: Field[Any], kind: keys.Kind, given: Mapping[str, JSON], lines: list[str], told: bool) -> None:
    if each.name in given:
        line = f"{each.name} = {_toml(given[each.name])}"
    elif not told:
        return
    elif each.default is MISSING or each.default is None:
        line = f"# {each.name} ="
    else:
        line = f"# {each.name} = {_toml(each.default)}"
    lines += [f"# {each.metadata['says']} ({kind.says})", line] if told else [line]


def _toml(value: JSON) -> str:
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_toml, value))}]"
    return json.dumps(value, ensure_ascii=False)
