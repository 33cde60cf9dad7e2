"""What stands behind the fixtures of the plugin that are in process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ..accounts import Credential
from ..faking import Fake, fake
from . import in_use
from .beforehand import put_in_the_environment
from .flooring import floor_of
from .in_use import InUse
from .marker import FIXTURES, settings_of, told_as_the_marker_s
from .options import options_of
from .strictness import check


def in_process(request: pytest.FixtureRequest) -> Iterator[Fake]:
    """The fixture `ccc`."""
    item = request.node
    settings, allow = settings_of(item, options_of(item.config))
    active = fake(**settings)
    with told_as_the_marker_s(item):
        made = active.__enter__()
    use = InUse("ccc", made, settings, allow, made.refused, floor_of(item, made.endpoint))
    in_use.begin(item, use)
    try:
        yield made
    finally:
        active.__exit__(None, None, None)
    check(item, use)


def in_the_environment(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Credential:
    """The fixture `ccc_credentials`."""
    name = next((name for name in FIXTURES if name in request.fixturenames), "ccc")
    credential: Credential = request.getfixturevalue(name).credential
    put_in_the_environment(credential, monkeypatch)
    return credential
