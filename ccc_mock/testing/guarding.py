"""`ccc_guard = true`: the real service's hosts are refused in every test, and a call that was is no secret."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterator
from typing import Any

import pytest

from ..faking import guard
from . import in_use
from .marker import settings_of
from .options import options_of
from .reporting import add_section
from .strictness import stopped


class Guarding(contextlib.ExitStack):
    """The guard of a whole run, and the plugin that fails a test which swallowed what the guard had raised."""

    def __enter__(self) -> Guarding:
        super().__enter__()
        self._refused = self.enter_context(guard()).refused
        self._untold = ""
        return self

    def pytest_collection_finish(self) -> None:
        """What was refused at an import was raised there, and is no test's doing."""
        self._refused.clear()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Iterator[Any]:
        return (yield from self._phase(item))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[Any]:
        return (yield from self._phase(item))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Iterator[Any]:
        return (yield from self._phase(item))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        if report.failed and self._untold:
            add_section(report, self._untold)
        self._untold = ""
        return report

    def _phase(self, item: pytest.Item) -> Iterator[Any]:
        try:
            result = yield
        except BaseException as failure:
            self._untold = "\n".join(self._found(item, str(failure))).removeprefix("ccc-mock: ")
            raise
        for text in self._found(item):
            pytest.fail(text, pytrace=False)
        return result

    def _found(self, item: pytest.Item, failure: str = "") -> list[str]:
        """What was stopped in this phase, and neither the test's fakes nor its `failure` tell."""
        told_by_its_fakes = in_use.refused(item)
        refused = [each for each in self._refused if each not in told_by_its_fakes and each not in failure]
        self._refused.clear()
        if not refused:
            return []
        _, allow = settings_of(item, options_of(item.config))
        return list(stopped(refused, allow))
