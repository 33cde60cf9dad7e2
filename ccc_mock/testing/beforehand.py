"""What holds from before the first import of a run to its end: the credential of the ini, and the guard."""

from __future__ import annotations

import contextlib

import pytest

from .options import credentials_of


def begin(config: pytest.Config) -> None:
    """Put the first credential of the ini into the environment, and guard the real service where the ini says so.

    Raises pytest.UsageError.
    """
    until_the_end = contextlib.ExitStack()
    config.add_cleanup(until_the_end.close)
    credentials = credentials_of(config)
    if credentials:
        first, patch = credentials[0], until_the_end.enter_context(pytest.MonkeyPatch.context())
        patch.setenv("TENCENTCLOUD_SECRET_ID", first.secret_id)
        patch.setenv("TENCENTCLOUD_SECRET_KEY", first.secret_key)
        if first.token is None:
            patch.delenv("TENCENTCLOUD_TOKEN", raising=False)
        else:
            patch.setenv("TENCENTCLOUD_TOKEN", first.token)
    if config.getini("ccc_guard"):
        from .guarding import Guarding

        config.pluginmanager.register(until_the_end.enter_context(Guarding()), "ccc_mock guard")
