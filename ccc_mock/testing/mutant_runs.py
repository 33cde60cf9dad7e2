"""The tests of a run once more, in a process of its own for each mutant: does any of them notice?"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple

from ..mutants import MUTANTS

TESTS = "CCC_MOCK_MUTANT_TESTS"
"""The file that names the tests to be run, one a line."""

Verdict = Literal["noticed", "not noticed", "not finished", "could not tell"]
_VERDICTS: Mapping[int, Verdict] = {0: "not noticed", 1: "noticed"}
"""By pytest's exit code."""

_LEFT_OUT = ("COV_CORE_SOURCE", "COV_CORE_CONFIG", "COV_CORE_DATAFILE", "PYTEST_CURRENT_TEST")


class Tried(NamedTuple):
    """One mutant, and what came of it."""

    name: str
    tests: Sequence[str]
    """Those whose answers it changes."""
    verdict: Verdict
    by: str = ""
    """The first test that noticed, or why nobody can tell."""


@dataclass(slots=True)
class Again:
    """How the tests are run again: by the same command, in the same folder."""

    arguments: Sequence[str]
    folder: Path
    seconds: float
    now: Callable[[], float] = time.monotonic
    _ends: float = field(init=False, default=0.0)

    def try_all(self, seen: Mapping[str, Sequence[str]]) -> Iterator[Tried]:
        """Mutant → the tests whose answers it changes; the most telling first, as long as there is time."""
        self._ends = self.now() + self.seconds
        for name in most_telling_first(seen):
            left = self._ends - self.now()
            if left <= 0:
                return
            yield self._try(name, seen[name], left)

    def _try(self, name: str, tests: Sequence[str], seconds: float) -> Tried:
        with tempfile.TemporaryDirectory(prefix="ccc-mock-") as folder:
            listed = Path(folder, "tests")
            listed.write_text("\n".join(tests), encoding="utf-8", errors="surrogateescape")
            command = [sys.executable, "-m", "pytest", *self.arguments, *_quietly(Path(folder)), "--ccc-mutant", name]
            try:
                done = subprocess.run(
                    command,
                    cwd=self.folder,
                    env={**_environment(), TESTS: str(listed)},
                    stdin=subprocess.DEVNULL,
                    capture_output=True,
                    encoding="utf-8",
                    errors="replace",
                    timeout=seconds,
                    check=False,
                )
            except subprocess.TimeoutExpired:
                return Tried(name, tests, "not finished")
        verdict = _VERDICTS.get(done.returncode, "could not tell")
        return Tried(name, tests, verdict, _told(verdict, done))


def _quietly(folder: Path) -> list[str]:
    """What overrules the run's own options: nothing that the first run wrote is written over."""
    return ["-x", "-q", "-rfE", "--tb=no", "--no-header", "--junitxml=", "-o", f"cache_dir={folder / 'cache'}"]


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in _LEFT_OUT}


def _told(verdict: Verdict, done: subprocess.CompletedProcess[str]) -> str:
    lines = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    if verdict == "noticed":
        failed = (line for line in lines if line.startswith(("FAILED ", "ERROR ")))
        return next(failed, "").partition(" ")[2].partition(" - ")[0]
    return f"pytest ended with {done.returncode}: {lines[-1] if lines else ''}" if verdict == "could not tell" else ""


def most_telling_first(seen: Mapping[str, Sequence[str]]) -> list[str]:
    """The mutants that change the answers of the most tests, one of each family in turn: a short budget has all."""
    by_family: dict[str, list[str]] = {}
    for name in sorted(seen, key=lambda name: (-len(seen[name]), name)):
        by_family.setdefault(MUTANTS[name].family, []).append(name)
    turns = max(map(len, by_family.values()), default=0)
    return [names[turn] for turn in range(turns) for names in by_family.values() if turn < len(names)]


def report(tried: Sequence[Tried], seen: Mapping[str, Sequence[str]], asked: int, seconds: float) -> Iterator[str]:
    """What is told at the end of the run; `asked` is how many mutants there were to be looked for."""
    by_verdict: dict[Verdict, list[Tried]] = {}
    for each in tried:
        by_verdict.setdefault(each.verdict, []).append(each)
    survivors, untried = by_verdict.get("not noticed", []), len(seen) - len(tried)
    yield (
        f"{len(seen)} of {asked} mutants change what the tests were answered; "
        f"{len(by_verdict.get('noticed', []))} were noticed, {len(survivors)} were not"
    )
    for each in survivors:
        known = MUTANTS[each.name]
        yield f"  not noticed: {each.name} ({known.family})  {known.says}"
        more = f" and {len(each.tests) - 1} more" if len(each.tests) > 1 else ""
        yield f"    it changes answers of {each.tests[0]}{more}; see: pytest --ccc-mutant {each.name}"
    for each in by_verdict.get("could not tell", []):
        yield f"  could not tell: {each.name}  {each.by}"
    late = untried + len(by_verdict.get("not finished", []))
    if late:
        yield f"  {late} were not tried to the end within {seconds:g} s; --ccc-mutants-seconds gives them more"
