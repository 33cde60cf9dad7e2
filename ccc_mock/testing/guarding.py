"""`ccc_guard = true`: the real service's hosts are refused in every test, and a call that was is no secret."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest

from ..faking import guard
from . import in_use
from .marker import settings_of
from .options import options_of
from .strictness import stopped


class Guarding(contextlib.ExitStack):
    """The guard of a whole run, and the plugin that fails a test which swallowed what the guard had raised."""

    def __enter__(self) -> Guarding:
        super().__enter__()
        self._refused = self.enter_context(guard()).refused
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

    def _phase(self, item: pytest.Item) -> Iterator[Any]:
        try:
            result = yield
            told_by_its_fake = in_use.refused(item)
            refused = [sentence for sentence in self._refused if sentence not in told_by_its_fake]
        finally:
            self._refused.clear()
        if refused:
            _, allow = settings_of(item, options_of(item.config))
            for text in stopped(refused, allow):
                pytest.fail(text, pytrace=False)
        return result
