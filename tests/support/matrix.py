"""The interop matrix: a row for each client, kept in fixtures/interop/matrix.json and shown in docs/interop.md."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from captures import FIXTURES
from cases import ASKED, CASES, FAULTS, MEASURED_ONLY, REASONS, Case

FILE = FIXTURES / "interop" / "matrix.json"
PAGE = Path(__file__).parents[2] / "docs" / "interop.md"

Rows = Mapping[str, Mapping[str, Any]]


def read() -> dict[str, Any]:
    matrix: dict[str, Any] = json.loads(FILE.read_bytes())
    return matrix


def keep(ran: Rows) -> None:
    """Put these rows in place of theirs, leave the others as they are, and show it."""
    matrix = replaced(read(), ran)
    FILE.write_text(json.dumps(matrix, indent=1, ensure_ascii=False) + "\n", "utf-8")
    PAGE.write_text(shown(PAGE.read_text("utf-8"), matrix), "utf-8")


def replaced(matrix: Mapping[str, Any], ran: Rows) -> dict[str, Any]:
    rows = {**matrix["clients"], **ran}
    return {**matrix, "clients": {client: rows[client] for client in ASKED if client in rows}}


def surprises(client: str, cells: Mapping[str, str]) -> list[str]:
    """A sentence for each cell that is not as expected."""
    return [
        f"{case.name}: expected `{case.expected(client)}`, got `{cells[case.name]}`"
        for case in CASES
        if case.name in cells and cells[case.name] != case.expected(client)
    ]


_MARKED = re.compile(r"(<!-- (\w+), generated -->\n).*?(<!-- end -->)", re.DOTALL)


def shown(page: str, matrix: Mapping[str, Any]) -> str:
    """The page, with what is marked as generated made anew."""
    return _MARKED.sub(lambda marked: f"{marked[1]}\n{PARTS[marked[2]](matrix['clients'])}\n{marked[3]}", page)


def _table(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    rows = [head, ["---"] * len(head), *lines]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _runs(rows: Rows) -> str:
    head = ("client", "what ran", "last run", "as expected")
    return _table(head, [
        (ASKED[client], ", ".join(row["versions"]), row["date"], f"{row['as_expected']} of {row['asked']}")
        for client, row in rows.items()
    ])  # fmt: skip


def _of_all(case: Case) -> str:
    """What all clients are expected to make of it; of what each makes of its own, nothing."""
    return case.expect if isinstance(case.expect, str) else ""


def _cell(case: Case, row: Mapping[str, Any]) -> str:
    got = str(row["cells"].get(case.name, "–"))
    return "✓" if got == _of_all(case) else got


def _cases(rows: Rows) -> str:
    groups = dict.fromkeys(case.group for case in CASES if case.group != FAULTS)
    head = ("", "expected", *(ASKED[client] for client in rows))
    return "\n".join(
        f"### {group.capitalize()}\n\n"
        + _table(head, [
            (case.name, _of_all(case), *(_cell(case, row) for row in rows.values()))
            for case in CASES if case.group == group
        ])
        for group in groups
    )  # fmt: skip


FAULT_CASES = [case for case in CASES if case.group == FAULTS]


def _faults(rows: Rows) -> str:
    head = ("the service answers", *(ASKED[client] for client in rows))
    return _table(head, [(case.name, *(_short(_cell(case, row)) for row in rows.values())) for case in FAULT_CASES])


def _measured(rows: Rows) -> str:
    head = ("the service answers", *MEASURED_ONLY.values())
    measured = [(case.name, *(_short(case.expected(client)) for client in MEASURED_ONLY)) for case in FAULT_CASES]
    return _table(head, measured)


def _short(cell: str) -> str:
    """The cell without the code that the service told, which is the row's."""
    return re.sub(r"refused [\w.]+", "refused", cell)


def _reasons(rows: Rows) -> str:
    return "".join(f"* {', '.join(map(ASKED.__getitem__, clients))}: {because}\n" for clients, because in REASONS)


def _not_asked(rows: Rows) -> str:
    names: dict[tuple[str, str], list[str]] = {}
    for case in CASES:
        for client, why in case.cannot.items():
            names.setdefault((client, why), []).append(case.name)
    return "".join(f"* {ASKED[client]} {why}: {'; '.join(those)}.\n" for (client, why), those in names.items())


PARTS: Mapping[str, Callable[[Rows], str]] = {
    "runs": _runs,
    "cases": _cases,
    "faults": _faults,
    "measured": _measured,
    "reasons": _reasons,
    "not_asked": _not_asked,
}
"""What stands on the page between `<!-- NAME, generated -->` and `<!-- end -->`."""
