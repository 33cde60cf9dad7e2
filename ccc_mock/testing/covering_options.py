"""What the ini and the command line say of error-path coverage."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from ccc_contract.reading import load_api
from ccc_contract.spelling import perhaps

from ..adapters.coverage_files import DATA_FILE
from ..coverage.exclusions import exclusions

TEXT = "text"
MISSING = "text-missing"
TO_FILES = ("json", "html")

VARIABLE = "CCC_COVERAGE_FILE"
"""Names the data file, where `--ccc-coverage-file` does not."""


@dataclass(frozen=True, slots=True)
class CoveringOptions:
    """The options of one run."""

    texts: tuple[str, ...]
    """TEXT or MISSING, or neither."""
    files: tuple[tuple[str, Path], ...]
    """Of TO_FILES, and where to."""
    data_file: Path
    append: bool
    parallel: bool
    fail_under: float | None
    excluded: dict[str, str]


def covering_options(config: pytest.Config) -> CoveringOptions:
    """Raises pytest.UsageError, which names the option or the key of the ini that is wrong."""
    option, here = config.option, config.invocation_params.dir
    reports = [_report(each, here) for each in option.ccc_coverage or [TEXT]]
    named = option.ccc_coverage_file or os.environ.get(VARIABLE) or DATA_FILE
    if option.ccc_coverage_append and option.ccc_coverage_parallel:
        raise pytest.UsageError("--ccc-coverage-append adds to one file and --ccc-coverage-parallel makes one more")
    return CoveringOptions(
        tuple(kind for kind, file in reports if not file),
        tuple((kind, here / file) for kind, file in reports if file),
        here / named,
        option.ccc_coverage_append,
        option.ccc_coverage_parallel,
        _percent(option.ccc_fail_under),
        _excluded(config),
    )


def _report(given: str, here: Path) -> tuple[str, str]:
    """Its kind, and the file it goes to, if any."""
    kind, _, file = given.partition(":")
    if (kind in TO_FILES and file) or given in (TEXT, MISSING):
        return kind, file
    # `pytest --ccc-coverage tests` reads as if the folder were a report.
    path = f"write `--ccc-coverage=text {given}`" if (here / given).exists() else ""
    path = f"write `--ccc-coverage={kind}:FILE`" if kind in TO_FILES else path
    hint = path or perhaps(kind, (TEXT, MISSING, *TO_FILES))
    expected = f"expected {TEXT}, {MISSING}, json:FILE or html:FILE, got {given!r}"
    raise pytest.UsageError("; ".join(filter(None, (f"--ccc-coverage: {expected}", hint))))


def _percent(given: str | None) -> float | None:
    if given is None:
        return None
    try:
        percent = float(given)
    except ValueError:
        percent = math.nan
    if not 0 <= percent <= 100:
        raise pytest.UsageError(f"--ccc-fail-under: expected a percentage from 0 to 100, got {given!r}")
    return percent


def _excluded(config: pytest.Config) -> dict[str, str]:
    try:
        return exclusions(config.getini("ccc_coverage_exclude"), load_api())
    except ValueError as reason:
        raise pytest.UsageError(f"ccc_coverage_exclude, {reason}") from None
