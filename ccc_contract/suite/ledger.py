"""Verdicts per target, with their date, kept over runs: how far each target is known to keep to the contract.  Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ..model import JSON
from .report import Run

FORM = 1


@dataclass(frozen=True)
class Ledger:
    """Target → property → what came of it last: outcome, date, examples, seed."""

    targets: Mapping[str, Mapping[str, Mapping[str, JSON]]]

    @classmethod
    def read(cls, text: str) -> Ledger:
        """Raises ValueError."""
        value = json.loads(text)
        if not isinstance(value, dict) or value.get("form") != FORM or not isinstance(value.get("targets"), dict):
            raise ValueError(f"expected a ledger of form {FORM}")
        return cls(value["targets"])

    def with_run(self, name: str, run: Run) -> Ledger:
        """The verdicts of a run in place of the older ones on the same target; others stay."""
        told = {
            verdict.property.name: {
                "outcome": verdict.outcome,
                "date": run.began[:10],
                "examples": verdict.examples,
                "seed": run.seed,
                **({"why": verdict.why} if verdict.why else {}),
            }
            for verdict in run.verdicts
        }
        return Ledger({**self.targets, name: {**self.targets.get(name, {}), **told}})

    def dumped(self) -> str:
        return json.dumps({"form": FORM, "targets": self.targets}, indent=1, ensure_ascii=False) + "\n"

    def lines(self) -> Iterator[str]:
        """A row for each property, a column for each target."""
        names = dict.fromkeys(name for told in self.targets.values() for name in told)
        rows = [["property", *self.targets]]
        for name in names:
            told = [verdicts.get(name) for verdicts in self.targets.values()]
            rows.append([name, *(f"{each['outcome']} {each['date']}" if each else "-" for each in told)])
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for row in rows:
            yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


EMPTY = Ledger({})
