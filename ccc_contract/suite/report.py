"""What came of a run: a table of families for people, JSON and JUnit for programs.  Pure."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import get_args
from xml.etree import ElementTree

from ..model import JSON
from ..reading import load_api
from .judging import Outcome, Verdict
from .showing import clipped, lines_of, snippet

FORM = 1
"""Of the JSON: another number where a program that reads it must change."""
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)


@dataclass(frozen=True)
class Run:
    """Verdicts on one target; `began` is an ISO time."""

    url: str
    began: str
    seed: int
    examples: int
    verdicts: Sequence[Verdict]
    tier: str = ""
    """Of a live target; "" for a fake."""

    def count(self, outcome: Outcome) -> int:
        return sum(verdict.outcome == outcome for verdict in self.verdicts)

    @property
    def families(self) -> dict[str, list[Verdict]]:
        found: dict[str, list[Verdict]] = {}
        for verdict in self.verdicts:
            found.setdefault(verdict.property.family, []).append(verdict)
        return found


# --- for people ----------------------------------------------------------------------------------------------------


def text(run: Run) -> str:
    return "\n".join(_lines(run))


def _lines(run: Run) -> Iterator[str]:
    for verdict in run.verdicts:
        if verdict.outcome == "differs":
            yield from lines_of(verdict, run.url, is_live=bool(run.tier))
            yield ""
    everything = len(load_api().actions)
    rows = [["family", *OUTCOMES, "examples", "requests", f"actions of {everything}"]]
    for family, verdicts in run.families.items():
        rows.append([family, *_counts(verdicts), *_work(verdicts)])
    rows.append(["all", *_counts(run.verdicts), *_work(run.verdicts)])
    yield from _aligned(rows)
    yield ""
    reasons = Counter(v.why for v in run.verdicts if v.outcome in ("not run", "could not tell"))
    for why, count in reasons.most_common():
        yield f"{count} without a verdict: {clipped(why)}"
    ways = Counter[str]()
    for verdict in run.verdicts:
        for (scheme, method, writing), count in verdict.ways.items():
            ways[f"{scheme} {method} {writing}"] += count
    if ways:
        least, fewest = min(ways.items(), key=lambda each: each[1])
        yield f"{len(ways)} ways of writing a request were drawn, the rarest {fewest} times ({least})"
    work, seconds = sum(v.requests for v in run.verdicts), sum(v.seconds for v in run.verdicts)
    yield f"{work} requests in {seconds:.1f} s, seed {run.seed}"
    yield _closing(run)


def _closing(run: Run) -> str:
    if run.count("differs"):
        return f"{run.url} differs from the contract in {run.count('differs')} of {len(run.verdicts)} properties"
    kept = f"{run.url} keeps {run.count('held')} of {len(run.verdicts)} properties"
    return kept + ("" if run.count("held") == len(run.verdicts) else "; of the others nothing is told")


def _counts(verdicts: Iterable[Verdict]) -> list[str]:
    counts = Counter(verdict.outcome for verdict in verdicts)
    return [str(counts[outcome] or "-") for outcome in OUTCOMES]


def _work(verdicts: Sequence[Verdict]) -> list[str]:
    actions = frozenset[str]().union(*(v.actions for v in verdicts)) & load_api().actions.keys()
    return [str(sum(v.examples for v in verdicts)), str(sum(v.requests for v in verdicts)), str(len(actions))]


def _aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        first, *rest = row
        yield "  ".join([first.ljust(widths[0]), *(c.rjust(w) for c, w in zip(rest, widths[1:], strict=True))])


# --- for programs --------------------------------------------------------------------------------------------------


def as_json(run: Run) -> dict[str, JSON]:
    return {
        "form": FORM,
        "target": run.url,
        "tier": run.tier,
        "began": run.began,
        "seed": run.seed,
        "examples": run.examples,
        "properties": [_row(verdict, run.url) for verdict in run.verdicts],
    }


def _row(verdict: Verdict, url: str) -> dict[str, JSON]:
    prop, row = verdict.property, {}
    if verdict.violation is not None:
        row = {
            "expected": verdict.violation.expected,
            "got": verdict.violation.got,
            "requests_shown": [clipped(repr(reply.draft)) for reply in verdict.heard],
            "answers_shown": [clipped(reply.response.text) for reply in verdict.heard],
            "test": "\n".join(snippet(verdict, url)),
        }
    return {
        "property": prop.name,
        "family": prop.family,
        "law": prop.law,
        "source": prop.source,
        "confidence": prop.confidence,
        "outcome": verdict.outcome,
        "why": verdict.why,
        "examples": verdict.examples,
        "requests": verdict.requests,
        "seconds": round(verdict.seconds, 3),
        "actions": sorted(verdict.actions),
        **row,
    }


def dumped(run: Run) -> str:
    return json.dumps(as_json(run), indent=2, ensure_ascii=False) + "\n"


def junit(run: Run) -> str:
    """As test runners write it: a suite for each family."""
    root = ElementTree.Element("testsuites", name="ccc-contract")
    for family, verdicts in run.families.items():
        suite = ElementTree.SubElement(root, "testsuite", name=family, tests=str(len(verdicts)), timestamp=run.began)
        suite.set("failures", str(sum(v.outcome == "differs" for v in verdicts)))
        suite.set("errors", str(sum(v.outcome == "could not tell" for v in verdicts)))
        suite.set("skipped", str(sum(v.outcome == "not run" for v in verdicts)))
        for verdict in verdicts:
            _case(suite, verdict, run)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


_ELEMENT = {"differs": "failure", "could not tell": "error", "not run": "skipped"}


def _case(suite: ElementTree.Element, verdict: Verdict, run: Run) -> None:
    name, family = verdict.property.name, verdict.property.family
    case = ElementTree.SubElement(
        suite, "testcase", name=name, classname=f"ccc_contract.{family}", time=f"{verdict.seconds:.3f}"
    )
    if verdict.outcome in _ELEMENT:
        told = ElementTree.SubElement(case, _ELEMENT[verdict.outcome], message=clipped(verdict.why))
        if verdict.outcome == "differs":
            told.text = "\n".join(lines_of(verdict, run.url, is_live=bool(run.tier)))
