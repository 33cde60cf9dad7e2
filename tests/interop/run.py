"""Run official clients against served fakes: `python tests/interop/run.py [--no-write] [CLIENT ...]`.

What each makes of each case goes into fixtures/interop/matrix.json and docs/interop.md: the rows of those that ran are
replaced, unless `--no-write` is given.  A client whose toolchain is not here, or whose packages cannot be had in time,
is skipped, and the last line names it.  Exits with 1 if anything came otherwise than expected.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

import matrix
from clients import CLIENTS, Row, Servers, ask, servers
from toolchains import Failed, Skipped


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clients", nargs="*", metavar="CLIENT", help=f"of {', '.join(CLIENTS)}; all unless told")
    parser.add_argument("--no-write", action="store_true", help="only compare")
    options = parser.parse_args()
    unknown = [name for name in options.clients if name not in CLIENTS]
    if unknown:
        parser.error(f"no client {unknown[0]!r}; known: {', '.join(CLIENTS)}")

    rows: dict[str, Row] = {}
    skipped: list[str] = []
    failed: list[str] = []
    with tempfile.TemporaryDirectory() as scratch, servers() as fakes:
        for name in options.clients or CLIENTS:
            try:
                rows[name] = told(name, fakes, Path(scratch))
                if not options.no_write:
                    matrix.keep({name: rows[name]})
            except Skipped as why:
                skipped.append(f"{name} ({why})")
            except Failed as what:
                failed.append(name)
                print(f"{name}: FAILED\n{what}")
    failed += [name for name, row in rows.items() if row["as_expected"] < row["asked"]]
    print(closing_line(rows, failed, skipped))
    return 1 if failed else 0


def told(name: str, fakes: Servers, scratch: Path) -> Row:
    """Run one client, and print how it went."""
    began = time.monotonic()
    row = ask(name, fakes, scratch)
    seconds = time.monotonic() - began
    print(f"{name}: {row['as_expected']} of {row['asked']} cases as expected ({seconds:.1f} s)", flush=True)
    for surprise in matrix.surprises(name, row["cells"]):
        print(f"  {surprise}")
    return row


def closing_line(rows: dict[str, Row], failed: list[str], skipped: list[str]) -> str:
    parts = [f"{len(rows)} clients ran", f"not as expected: {', '.join(failed) or 'none'}"]
    return "; ".join([*parts, f"skipped: {', '.join(skipped) or 'none'}"])


if __name__ == "__main__":
    sys.exit(main())
