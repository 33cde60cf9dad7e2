"""What holds from before the first import of a run to its end: the credential of the ini, and the guard."""

from __future__ import annotations

import contextlib

import pytest

from ..accounts import Credential
from .options import credentials_of


def put_in_the_environment(credential: Credential, patch: pytest.MonkeyPatch) -> None:
    """Let SDKs find this credential in the environment, and no token that is another's."""
    patch.delenv("TENCENTCLOUD_TOKEN", raising=False)
    for variable, value in credential.environment().items():
        patch.setenv(variable, value)


def begin(config: pytest.Config) -> None:
    """Put the first credential of the ini into the environment, and guard the real service where the ini says so.

    Raises pytest.UsageError.
    """
    until_the_end = contextlib.ExitStack()
    config.add_cleanup(until_the_end.close)
    credentials = credentials_of(config)
    if credentials:
        first, patch = credentials[0], until_the_end.enter_context(pytest.MonkeyPatch.context())
        put_in_the_environment(first, patch)
    if config.getini("ccc_guard"):
        from .guarding import Guarding

        config.pluginmanager.register(until_the_end.enter_context(Guarding()), "ccc_mock guard")
