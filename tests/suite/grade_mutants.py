"""Grade the suite against our own mutants, in process, and store the matrix: `python tests/suite/grade_mutants.py`.

`ccc-contract grade --target-command 'ccc-mock serve --port 0 --mutant {}'` asks the same over HTTP, in twice the time.
"""

from __future__ import annotations

import argparse
import os
import sys
from multiprocessing import Pool
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "support"))

from ccc_contract.suite.connecting import reach
from ccc_contract.suite.grading import Matrix, told
from ccc_contract.suite.judging import judge
from ccc_contract.suite.properties import PROPERTIES
from ccc_mock.answering import answering
from ccc_mock.limits import Limits
from ccc_mock.mutants import MUTANTS, made
from suite_targets import no_time

STORED = Path(__file__).parents[2] / "fixtures" / "suite" / "grading.json"
COMMAND = "python tests/suite/grade_mutants.py"


def killers(job: tuple[str, int]) -> tuple[str, tuple[str, ...]]:
    """A mutant's name, and the properties that find it out."""
    name, examples = job
    endpoint = made(name, limits=Limits(), stopwatch=no_time())
    target = reach(answering(endpoint), "http://ccc.localhost/")
    verdicts = (judge(prop, target, examples=examples, seed=0, shrinks=False) for prop in PROPERTIES)
    return name, tuple(verdict.property.name for verdict in verdicts if verdict.outcome == "differs")


def main() -> None:
    parser = argparse.ArgumentParser(description="Grade the suite against our own mutants, and store the matrix.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these; the rows of the others stay")
    parser.add_argument("--examples", type=int, default=25)
    options = parser.parse_args()
    rows = dict(Matrix.read(STORED.read_text("utf-8")).rows) if options.names else {}
    with Pool(os.cpu_count()) as pool:
        jobs = [(name, options.examples) for name in options.names or MUTANTS]
        for n, (name, found) in enumerate(pool.imap_unordered(killers, jobs), 1):
            rows[name] = found
            print(f"[{n}/{len(jobs)}] {name}: {told(found)}", flush=True)
            matrix = _matrix(rows, options.examples)
            STORED.write_text(matrix.dumped(), "utf-8")  # each time: what ends it half way has not lost the half
    print("\n".join(matrix.lines()))


def _matrix(rows: dict[str, tuple[str, ...]], examples: int) -> Matrix:
    ordered = {name: rows[name] for name in MUTANTS if name in rows}
    return Matrix(COMMAND, 0, examples, tuple(prop.name for prop in PROPERTIES), ordered)


if __name__ == "__main__":
    main()
