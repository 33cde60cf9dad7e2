"""`--ccc-coverage`: the plugin that collects what tests have met, in each process, and tells it in the one that leads.

What a process has collected of a test travels with the report of its teardown: of a worker of xdist that dies only the
test that killed it is lost.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Generator, Mapping
from pathlib import Path
from typing import Any

import pytest

from ccc_contract.reading import load_api

from ..adapters.coverage_files import parallel, read_record, write_record, write_whole
from ..coverage.as_html import as_html
from ..coverage.as_json import as_json
from ..coverage.as_text import as_text
from ..coverage.record import NoRecord, OfTest, Record
from ..coverage.report import Report, report_of, shortfall
from .collecting import Collector
from .covering_options import MISSING, CoveringOptions, covering_options

_WRITERS: Mapping[str, Callable[[Report], str]] = {"json": as_json, "html": as_html}


def begin(config: pytest.Config) -> None:
    """Collect from now on to the end of the run.  Raises pytest.UsageError."""
    options = covering_options(config)
    telling = None
    if not hasattr(config, "workerinput"):  # in a worker of xdist somebody else tells it
        telling = Telling(options, _before(options))
        config.pluginmanager.register(telling, "ccc_mock telling")
    collecting = Collecting(Collector(), None if telling is None else telling.collected)
    config.add_cleanup(collecting.end)
    config.pluginmanager.register(collecting, "ccc_mock collecting")


def _before(options: CoveringOptions) -> Record:
    """What earlier runs have met, where this one adds to it."""
    record = Record()
    if options.append:
        try:
            record = read_record(options.data_file)
        except FileNotFoundError:
            pass  # the first of these runs
        except NoRecord as reason:
            raise pytest.UsageError(f"--ccc-coverage-append: {reason}") from None
    record.excluded = dict(options.excluded)  # those of today
    return record


class Collecting:
    """In every process that runs tests; `tell` is there where it is the one that tells, too."""

    def __init__(self, collector: Collector, tell: Callable[[str, OfTest], None] | None) -> None:
        self._collector = collector
        self._tell = tell
        self._verdict = ""
        self._met = OfTest()
        collector.begin()

    def end(self) -> None:
        self._collector.end()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Generator[None, Any, Any]:
        try:
            return (yield)
        finally:
            self._met = self._collector.collected(item)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        self._verdict = _verdict(self._verdict, report)
        if report.when == "teardown":
            self._over(report)
        return report

    def _over(self, report: pytest.TestReport) -> None:
        (verdict, self._verdict), (met, self._met) = (self._verdict, ""), (self._met, OfTest())
        if met.is_empty:
            return
        met.verdicts = Counter([verdict])
        if self._tell is not None:
            self._tell(report.nodeid, met)
        else:  # as text: what a program names may be nothing that xdist can carry
            report.ccc_coverage = json.dumps(met.as_json())  # type: ignore[attr-defined]


def _verdict(so_far: str, report: pytest.TestReport) -> str:
    """What becomes of a test, in pytest's words: `passed`, `failed`, `skipped`, `xfailed`, `xpassed` or `error`."""
    if report.when != "call":
        return "error" if report.failed and so_far != "failed" else so_far or ("skipped" if report.skipped else "")
    if hasattr(report, "wasxfail"):
        return "xpassed" if report.passed else "xfailed"
    return str(report.outcome)


class Telling:
    """In the process that has the terminal."""

    def __init__(self, options: CoveringOptions, record: Record) -> None:
        self._options = options
        self._record = record
        self._lines: list[str] = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        told = getattr(report, "ccc_coverage", None)
        if told is not None:
            self.collected(report.nodeid, OfTest.of_json(json.loads(told)))

    def collected(self, test: str, met: OfTest) -> None:
        """A test is over; it may be one that was run before."""
        before = self._record.tests.setdefault(test, met)
        if before is not met:
            before.add(met)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if session.config.option.collectonly:
            return
        report = report_of(self._record, load_api())
        problems = [*self._written(report)]
        short = shortfall(report, self._options.fail_under or 0.0)
        problems += [short] if short else []
        self._lines = [*self._texts(report), *problems]
        if problems and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if self._lines:
            terminalreporter.section("ccc-mock: error-path coverage")
            for line in self._lines:
                terminalreporter.line(line)

    def _texts(self, report: Report) -> list[str]:
        texts = self._options.texts
        return list(as_text(report, missing=MISSING in texts)) if texts else []

    def _written(self, report: Report) -> list[str]:
        """Write the data and what else is asked for; a sentence for what could not be written."""
        data_file, options = self._options.data_file, self._options
        data_file = parallel(data_file) if options.parallel else data_file
        wanted = [(data_file, lambda path: write_record(path, self._record))]
        wanted += [(path, _writing(_WRITERS[kind], report)) for kind, path in options.files]
        return [sentence for path, write in wanted if (sentence := _tried(path, write))]


def _writing(made_of: Callable[[Report], str], report: Report) -> Callable[[Path], None]:
    return lambda path: write_whole(path, made_of(report))


def _tried(path: Path, write: Callable[[Path], None]) -> str:
    try:
        write(path)
    except OSError as reason:
        return f"cannot write {path}: {reason.strerror}"
    return ""
