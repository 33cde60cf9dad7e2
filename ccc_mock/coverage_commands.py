"""`ccc-mock coverage`: what the runs of a test suite have met, put together and told.

Exit codes: 0 done, 1 there are no data, 2 a usage error, or less than --fail-under was met.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from ccc_contract.console import HELP, Commands, expect_command, say
from ccc_contract.reading import load_api

from .adapters.coverage_files import DATA_FILE, files_of, parallels, read_record, write_record, write_whole
from .coverage.as_html import as_html
from .coverage.as_json import as_json
from .coverage.as_text import as_text, plural
from .coverage.record import NoRecord, Record
from .coverage.report import Report, report_of, shortfall

NO_DATA, UNDER = 1, 2
"""Exit codes."""

_PATH = click.Path(path_type=Path)
_data_file = click.option(
    "--data-file", type=_PATH, default=DATA_FILE, envvar="CCC_COVERAGE_FILE", show_default=True, help="The data file."
)
_fail_under = click.option(
    "--fail-under", type=click.FloatRange(0, 100), metavar="N", help="Exit with 2 where less than N percent was met."
)


@click.group(cls=Commands, invoke_without_command=True, context_settings=HELP)
@click.pass_context
def coverage(context: click.Context) -> None:
    """Tell which codes and faults the tests have met, by the data of `pytest --ccc-coverage`."""
    expect_command(context)


@coverage.command()
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--append", "-a", is_flag=True, help="Keep what the data file holds, too.")
@click.option("--keep", is_flag=True, help="Leave the files that were combined where they are.")
@_data_file
def combine(paths: tuple[Path, ...], append: bool, keep: bool, data_file: Path) -> int:
    """Put the data of several runs into one file.

    PATHS are data files, or folders of them; without any, the parallel ones beside the data file.
    """
    files = list(files_of(paths, data_file)) if paths else parallels(data_file)
    if not files:
        say(f"ccc-mock: no data to combine: expected files such as {data_file}.HOST.PID.RANDOM")
        return NO_DATA
    given = [data_file, *files] if append and data_file.exists() and data_file not in files else files
    whole = Record()
    for file in given:
        whole.add(_read(file))
    _write(data_file, lambda path: write_record(path, whole))
    for file in [] if keep else files:
        if file.resolve() != data_file.resolve():
            file.unlink(missing_ok=True)
    click.echo(f"combined {plural(len(given), 'file')} into {data_file}")
    return 0


@coverage.command()
@click.option("--show-missing", "-m", is_flag=True, help="Name everything that was never met.")
@_data_file
@_fail_under
def report(show_missing: bool, data_file: Path, fail_under: float | None) -> int:
    """Print the table."""
    return _told(data_file, fail_under, lambda table: click.echo("\n".join(as_text(table, missing=show_missing))))


@coverage.command("json")
@click.option("-o", "file", type=_PATH, default="ccc_coverage.json", show_default=True, help="Where to; - prints it.")
@_data_file
@_fail_under
def json_(file: Path, data_file: Path, fail_under: float | None) -> int:
    """Write the table as JSON."""
    return _told(data_file, fail_under, lambda table: _put(file, as_json(table)))


@coverage.command()
@click.option("-o", "file", type=_PATH, default="ccc_coverage.html", show_default=True, help="Where to; - prints it.")
@click.option("--title", default="Error-path coverage", show_default=True, help="The page's heading.")
@_data_file
@_fail_under
def html(file: Path, title: str, data_file: Path, fail_under: float | None) -> int:
    """Write the table as one page that needs nothing else."""
    return _told(data_file, fail_under, lambda table: _put(file, as_html(table, title=title)))


def _told(data_file: Path, fail_under: float | None, tell: Callable[[Report], Any]) -> int:
    try:
        record = _read(data_file)
    except FileNotFoundError:
        more = "; `ccc-mock coverage combine` puts the files of parallel runs there" if parallels(data_file) else ""
        say(f"ccc-mock: no data in {data_file}: run `pytest --ccc-coverage` first{more}")
        return NO_DATA
    table = report_of(record, load_api())
    tell(table)
    short = shortfall(table, fail_under or 0.0)
    if short:
        say(f"ccc-mock: {short}")
    return UNDER if short else 0


def _read(file: Path) -> Record:
    try:
        return read_record(file)
    except NoRecord as reason:
        raise click.UsageError(str(reason)) from None


def _put(file: Path, text: str) -> None:
    if str(file) == "-":
        click.echo(text, nl=False)
        return
    _write(file, lambda path: write_whole(path, text))
    click.echo(f"wrote {file}")


def _write(file: Path, write: Callable[[Path], None]) -> None:
    try:
        write(file)
    except OSError as reason:
        raise click.UsageError(f"cannot write {file}: {reason.strerror}") from None
