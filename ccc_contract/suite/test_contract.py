"""`pytest --pyargs ccc_contract.suite --ccc-endpoint URL`: each property as a test.

Without a URL it is this distribution's own fake that is held against the contract, as a process of its own.  A target
that did not prove to be a fake is asked nothing; `ccc-contract test --live` is for that.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from .connecting import Live, connect
from .judging import EXAMPLES, judge
from .properties import PROPERTIES
from .property import Property
from .reply import Unreachable
from .showing import lines_of
from .starting import started
from .target import Target

OWN_FAKE = f'"{sys.executable}" -m ccc_mock.cli serve --port 0 --seed {{}}'


@pytest.fixture(scope="session")
def contract_target(request: pytest.FixtureRequest) -> Iterator[Target]:
    """What is held against the contract."""
    url = request.config.getoption("--ccc-endpoint")
    with ExitStack() as stack:
        try:
            url = url or stack.enter_context(started(OWN_FAKE, "1"))
            target = stack.enter_context(connect(url))
        except (Live, ValueError) as error:
            pytest.exit(f"--ccc-endpoint: {error}", returncode=2)
        except Unreachable as error:
            pytest.exit(f"--ccc-endpoint: {url}: {error}", returncode=3)
        yield target


@pytest.mark.parametrize("prop", PROPERTIES, ids=lambda prop: prop.name)
def test_the_contract_holds(prop: Property, contract_target: Target, request: pytest.FixtureRequest) -> None:
    examples = request.config.getoption("--ccc-examples") or EXAMPLES
    verdict = judge(prop, contract_target, examples=examples, seed=request.config.option.ccc_seed)
    if verdict.outcome == "not run":
        pytest.skip(verdict.why)
    if verdict.outcome != "held":
        pytest.fail("\n".join(lines_of(verdict, contract_target.url)), pytrace=False)
