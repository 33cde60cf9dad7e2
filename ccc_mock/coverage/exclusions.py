"""What is not to be counted, and why: lines of `Action/Code  # reason`, with wildcards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

from ccc_contract.model import Api
from ccc_contract.spelling import did_you_mean, perhaps

from .cells import Cell, cells_of


def exclusions(lines: Iterable[str], api: Api) -> dict[str, str]:
    """Pattern → reason.  Raises ValueError with the line that has no reason, or that matches nothing there is."""
    excluded = {}
    for n, line in enumerate(lines, 1):
        pattern, _, reason = (part.strip() for part in line.partition("#"))
        if not pattern:
            continue  # a comment
        if not reason:
            raise ValueError(f"line {n}: expected a reason, as in `{pattern}  # why not`, got none")
        _check(n, pattern, api)
        excluded[pattern] = reason
    return excluded


def _check(n: int, pattern: str, api: Api) -> None:
    action, slash, name = pattern.partition("/")
    if not slash:
        raise ValueError(f"line {n}: expected Action/Code or Action/fault, such as */reset@after, got {pattern!r}")
    cells = [cell for known in api.actions.values() for cell in cells_of(known, api)]
    if any(fnmatchcase(str(cell), pattern) for cell in cells):
        return
    if not any(fnmatchcase(known, action) for known in api.actions):
        raise ValueError(f"line {n}: {pattern!r} matches nothing; {did_you_mean(action, tuple(api.actions))}")
    names = tuple(dict.fromkeys(cell.name for cell in cells if fnmatchcase(cell.action, action)))
    families = tuple(dict.fromkeys(known.partition(".")[0] + ".*" for known in names if "." in known))
    meant = perhaps(name, families) if "*" in name else ""
    raise ValueError(f"line {n}: {pattern!r} matches nothing; {meant or did_you_mean(name, names)}")


def reason_for(cell: Cell, excluded: Mapping[str, str]) -> str:
    """Why a cell is not counted; "" where it is."""
    return next((reason for pattern, reason in excluded.items() if fnmatchcase(str(cell), pattern)), "")
