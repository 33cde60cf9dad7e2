"""`--ccc-mutants`: which mutants would have changed what each test was answered, and does any test notice them?

While the tests run, what each asked is played once more to every mutant; only those that answer anything else are worth
a run, and only of the tests that they answer so.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Generator, Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

from ccc_contract.spelling import did_you_mean

from ..accounts import Credential
from ..endpoint import Endpoint
from ..faking import endpoint_of
from ..mutants import MUTANTS, NoMutant, mutant
from ..mutants.mutant import FAMILIES
from ..mutants.replay import NO_TIME, Recorded, telling
from . import in_use
from .in_use import InUse
from .mutant_runs import TESTS, Again, report

SECONDS = 60.0
"""For how long mutants are tried, where nothing else is said."""

NO_CALL = (
    "no call came to a fake of `ccc`, `ccc_server` or `ccc_server_tls`, so there is nothing that a mutant could answer "
    "otherwise"
)

_SHOWN = pytest.StashKey[list[str]]()


def begin(config: pytest.Config) -> None:
    """Raises pytest.UsageError for a mutant that does not exist."""
    option = config.option
    if option.ccc_mutant is not None:
        try:
            mutant(option.ccc_mutant)
        except NoMutant as reason:
            raise pytest.UsageError(f"--ccc-mutant: {reason}") from None
        config.pluginmanager.register(_Again(), "ccc_mock mutant")
    elif hasattr(config, "workerinput"):
        config.pluginmanager.register(_Watching(chosen(option.ccc_mutants_only)), "ccc_mock mutants")
    else:
        config.pluginmanager.register(_Reporting(config), "ccc_mock mutants")


def chosen(words: Iterable[str]) -> list[str]:
    """The mutants that these names and families mean; all for none.  Raises pytest.UsageError."""
    names: list[str] = []
    for word in words:
        of_family = [name for name, each in MUTANTS.items() if word in (name, each.family)]
        if not of_family:
            hint = did_you_mean(word, (*FAMILIES, *MUTANTS))
            raise pytest.UsageError(f"--ccc-mutants-only: no mutant and no family {word[:60]!r}; {hint}")
        names += of_family
    return list(dict.fromkeys(names)) or list(MUTANTS)


class _Again:
    """In a run of one mutant: only the tests that are asked for."""

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        listed = os.environ.get(TESTS)
        if listed is None:  # somebody looks at one mutant by hand
            return
        wanted = set(Path(listed).read_text(encoding="utf-8", errors="surrogateescape").split("\n"))
        others = [item for item in items if item.nodeid not in wanted]
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if item.nodeid in wanted]


class _Watching:
    """In each process that runs tests: what would the mutants have answered?"""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = names

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> None:
        uses = in_use.of(item)
        if uses is not None and any(fake.surface.account.journal.last for fake in uses.fakes):
            shown = {name for fake in uses.fakes for name in telling(_recorded(fake), self.names)}
            item.stash[_SHOWN] = [name for name in self.names if name in shown]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        made = yield
        if made.when == "teardown" and _SHOWN in item.stash:
            made.ccc_mutants = item.stash[_SHOWN]  # type: ignore[attr-defined]  # xdist carries what JSON can hold
        return made


def _recorded(use: InUse) -> Recorded:
    account = use.surface.account
    with account.lock:
        entries = account.journal.page(limit=account.journal.MAX_ENTRIES).entries
        plans = [plan.text for plan in account.plans]
    make = functools.partial(_again, use.surface.credential, {**use.settings, "plan": None}, plans)
    return Recorded(make, entries)


def _again(credential: Credential, settings: dict[str, Any], plans: Sequence[str], name: str | None) -> Endpoint:
    """An endpoint as that of the test began, with all that was planned for it."""
    endpoint = endpoint_of(credential, **{**settings, "mutant": name}, stopwatch=NO_TIME)
    for text in plans:
        endpoint.plan(text)
    return endpoint


class _Reporting(_Watching):
    """In the process that has the terminal."""

    def __init__(self, config: pytest.Config) -> None:
        super().__init__(chosen(config.option.ccc_mutants_only))
        self._shown: dict[str, list[str]] = {}
        self._failed: set[str] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._failed.add(report.nodeid)
        if hasattr(report, "ccc_mutants"):
            self._shown[report.nodeid] = report.ccc_mutants

    def pytest_terminal_summary(self, terminalreporter: Any, config: pytest.Config) -> None:
        seconds = _seconds(config.option.ccc_mutants_seconds)
        seen = self._seen()
        terminalreporter.section("ccc-mock mutants")
        if not self._shown:
            terminalreporter.line(NO_CALL)
            return
        tried = []
        for each in Again(_arguments(config), config.invocation_params.dir, seconds).try_all(seen):
            tried.append(each)
            terminalreporter.line(f"{len(tried)}/{len(seen)} {each.verdict}: {each.name} {each.by}".rstrip())
        for line in report(tried, seen, len(self.names), seconds):
            terminalreporter.line(line)

    def _seen(self) -> dict[str, list[str]]:
        """Mutant → the tests whose answers it changes; one that fails anyway notices nothing."""
        seen: dict[str, list[str]] = {}
        for test, names in self._shown.items():
            if test not in self._failed:
                for name in names:
                    seen.setdefault(name, []).append(test)
        return seen


def _seconds(given: float | None) -> float:
    return SECONDS if given is None else given


def _arguments(config: pytest.Config) -> list[str]:
    """As pytest was called, with what would disturb a run inside of a run put off."""
    put_off = [f"--ccc-seed={config.option.ccc_seed}"]
    for plugin, option in (("xdist", "-n0"), ("pytest_cov", "--no-cov")):
        if config.pluginmanager.hasplugin(plugin):
            put_off.append(option)
    return [*map(str, config.invocation_params.args), *put_off]
