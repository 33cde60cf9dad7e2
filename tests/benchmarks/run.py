"""The benchmark: `python tests/benchmarks/run.py`.  README.md beside it says what the figures mean.

Exit code 1 when a part could not be measured, or when a measured answer was no success; never because of speed.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path

import client
import error_paths
import handle
import in_process
import parts
import plugin
import signatures
import suite
import world
import worst
from figures import Figure, Result, table
from served import NotRun, RunFailed

Part = Callable[[], Result]

FULL: Mapping[str, Part] = {
    "rate": partial(parts.rate, rounds=7, seconds=5),
    "handle": partial(handle.measure, batches=200),
    "in-process": partial(in_process.measure, batches=60),
    "client": partial(client.measure, batches=60, starts=15),
    "plugin": partial(plugin.measure, rounds=25, tests=300),
    "coverage": partial(error_paths.measure, rounds=3, calls=1000),
    "start": partial(parts.start, rounds=15),
    "memory": partial(parts.memory, few=100_000, many=1_000_000),
    "world": partial(world.measure, calls=1_000_000, callees=100_000),
    "worst": partial(worst.measure, rounds=3),
    "signatures": partial(signatures.measure, rounds=20),
    "suite": partial(suite.measure, examples=100),
}
SMOKE: Mapping[str, Part] = {
    "rate": partial(parts.rate, rounds=1, seconds=1),
    "handle": partial(handle.measure, batches=5),
    "in-process": partial(in_process.measure, batches=3),
    "client": partial(client.measure, batches=3, starts=2),
    "plugin": partial(plugin.measure, rounds=2, tests=10),
    "coverage": partial(error_paths.measure, rounds=1, calls=20),
    "start": partial(parts.start, rounds=2),
    "memory": partial(parts.memory, few=2_000, many=10_000),
    "world": partial(world.measure, calls=2_000, callees=200),
    "worst": partial(worst.measure, rounds=1, names=("as many keys as there may be", "10 MB of {")),
    "signatures": partial(signatures.measure, rounds=2),
    "suite": partial(suite.measure, examples=5),
}


def main() -> int:
    options = _options()
    chosen = SMOKE if options.smoke else FULL
    results: dict[str, Result] = {}
    not_run: dict[str, str] = {}
    failed: dict[str, str] = {}
    for name in options.only:
        print(f"{name} …", file=sys.stderr, flush=True)
        try:
            results[name] = chosen[name]()
        except NotRun as reason:
            not_run[name] = str(reason)
        except (RunFailed, OSError) as reason:
            failed[name] = str(reason)
    report = {"machine": _machine(), "smoke": options.smoke, "not_run": not_run, "failed": failed, **_as_json(results)}
    if options.json:
        options.json.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(_text(results, not_run, failed))
    skipped = f", {len(not_run)} not run" if not_run else ""
    print(f"benchmark: {len(results)} parts run{skipped}, {len(failed)} failed")
    return 1 if failed else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure the fake beside a bare endpoint.")
    parser.add_argument("--smoke", action="store_true", help="run every part with tiny counts, to see that it runs")
    parser.add_argument("--only", type=_names, default=list(FULL), metavar="PART,…", help=f"some of {', '.join(FULL)}")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    return parser.parse_args()


def _names(text: str) -> list[str]:
    names = text.split(",")
    for name in names:
        if name not in FULL:
            raise argparse.ArgumentTypeError(f"no part {name!r}; known: {', '.join(FULL)}")
    return names


def _as_json(results: Mapping[str, Result]) -> dict[str, object]:
    return {
        "figures": [figure.as_json() for figure in _figures(results)],
        "profile": [sentence for result in results.values() for sentence in result.profile],
    }


def _text(results: Mapping[str, Result], not_run: Mapping[str, str], failed: Mapping[str, str]) -> str:
    lines = [" · ".join(_machine().values()), "", table(_figures(results)), ""]
    lines += [f"{sentence}" for result in results.values() for sentence in result.profile]
    lines += [f"{name}: not run: {reason}" for name, reason in not_run.items()]
    lines += [f"{name}: failed: {reason}" for name, reason in failed.items()]
    return "\n".join(lines)


def _figures(results: Mapping[str, Result]) -> Iterable[Figure]:
    return (figure for result in results.values() for figure in result.figures)


def _machine() -> dict[str, str]:
    libraries = ("ccc-mock", "uvicorn", "starlette", "uvloop", "httptools")
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "cpu": _cpu_model(),
        "python": f"Python {platform.python_version()}",
        "libraries": ", ".join(f"{name} {version(name)}" for name in libraries),
    }


def _cpu_model() -> str:
    about = Path("/proc/cpuinfo")
    lines = about.read_text("utf-8").splitlines() if about.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{models[0]} × {len(models)}" if models else platform.processor() or platform.machine()


if __name__ == "__main__":
    sys.exit(main())
