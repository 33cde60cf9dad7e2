"""The worst requests: `python tests/benchmarks/worst.py`.  CPU milliseconds of each, beside those of a plain reader.

The exit code is 1 when one takes longer than it may: `--at-most` milliseconds, which is for a machine that does nothing
else.  `--only WORD` takes those whose name has the word.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import parse_qsl

sys.path.append(str(Path(__file__).parents[1] / "support"))

from figures import Figure, Reach, Result, table

from ccc_contract import Request
from ccc_mock import Clock, Endpoint
from drafts import NOW, Draft
from extremes import EXTREMES

MILLISECONDS = 100.0


def measure(rounds: int, names: Sequence[str] = tuple(EXTREMES), at_most: float = MILLISECONDS) -> Result:
    """Each extreme, the best of so many rounds; beside it what the standard library takes to read the same bytes."""
    figures = [_figure(name, rounds, at_most) for name in names]
    missed = [figure.measure for figure in figures if figure.verdict == "missed"]
    worst = max(figures, key=lambda figure: figure.fake)
    sentence = f"worst: {worst.measure} takes {worst.fake:.0f} ms of CPU; {len(missed)} take more than {at_most:g} ms"
    return Result(figures, [sentence])


def _figure(name: str, rounds: int, at_most: float) -> Figure:
    endpoint, request = Endpoint(clock=Clock(at=NOW)), EXTREMES[name].make()
    endpoint.handle(Draft().request())
    fake = _milliseconds(lambda: endpoint.exchange(request), rounds)
    beside = _milliseconds(lambda: _plainly_read(request), 1)
    return Figure(name, fake, "ms", beside, None, Reach("figure", "at most", at_most))


def _plainly_read(request: Request) -> None:
    """JSON or pairs, without any question."""
    try:
        if request.method == "GET":
            parse_qsl(request.query, keep_blank_values=True)
        elif b"authorization" in request.headers:
            json.loads(request.body)
        else:
            parse_qsl(request.body, keep_blank_values=True)
    except (ValueError, RecursionError):
        return


def _milliseconds(run: Callable[[], object], rounds: int) -> float:
    spent = []
    for _ in range(rounds):
        started = time.process_time()
        run()
        spent.append((time.process_time() - started) * 1e3)
    return min(spent)


def main() -> int:
    parser = argparse.ArgumentParser(description="Time the worst requests.")
    parser.add_argument("--rounds", type=int, default=3, help="take the best of so many (default: 3)")
    parser.add_argument("--at-most", type=float, default=MILLISECONDS, metavar="MS", help="default: 100")
    parser.add_argument("--only", default="", metavar="WORD", help="those whose name has the word")
    options = parser.parse_args()
    result = measure(options.rounds, [name for name in EXTREMES if options.only in name], options.at_most)
    print(table(result.figures))
    print(*result.profile, sep="\n")
    return int(any(figure.verdict == "missed" for figure in result.figures))


if __name__ == "__main__":
    sys.exit(main())
