"""The pytest plugin: hooks, options and fixtures.

It is imported in every test run of every project that has ccc-mock installed, so nothing of ours is imported before a
fixture or an option is used; what the plugin does then stands in `ccc_mock.testing`.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from ccc_mock.accounts import Credential
    from ccc_mock.adapters.serving import Served, ServedAccount
    from ccc_mock.faking import Fake
    from ccc_mock.testing.sockets import TlsAccount

MARKER = (
    "ccc(plan=None, at=None, seed=None, limits=None, world=None, auth=None, allow=None, accept=None): what the fake of "
    "`ccc`, `ccc_server` and `ccc_server_tls` is like; of several markers the closest to the test decides "
    "(docs/pytest.md)."
)

EVERY_PLAN = (
    "ccc_every_plan(max_faults=1, max_gap=0, action='CreateAIAgentCall', words=None): run the test once with each "
    "plan of up to so many faults, whichever fake it takes; the fixture `ccc_plan` is the plan (docs/every-plan.md)."
)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("ccc-mock", "ccc-mock, an offline fake of Tencent Cloud Contact Center")
    group.addoption(
        "--ccc-seed",
        type=int,
        metavar="N",
        help="repeat the ids and draws of a run, whose header tells its N; each test has a seed of its own, made of it",
    )
    group.addoption(
        "--ccc-endpoint", metavar="URL", help="with --pyargs ccc_contract.suite: what to hold against the contract"
    )
    group.addoption(
        "--ccc-examples", type=_number, metavar="N", help="with --pyargs ccc_contract.suite: examples of each property"
    )
    group.addoption("--ccc-mutant", metavar="NAME", help=_MUTANTS["mutant"])
    group.addoption("--ccc-mutants", action="store_true", help=_MUTANTS["mutants"])
    group.addoption("--ccc-mutants-seconds", type=_seconds, metavar="N", help=_MUTANTS["seconds"])
    group.addoption("--ccc-mutants-only", action="append", default=[], metavar="NAME", help=_MUTANTS["only"])
    group.addoption(
        "--ccc-coverage",
        action="append",
        nargs="?",
        const="text",
        metavar="REPORT",
        help="end with a table of the codes and faults that the code under test has met, and of those that it never "
        "met: text (the default), text-missing, json:FILE or html:FILE; may be given several times (docs/coverage.md)",
    )
    group.addoption("--ccc-fail-under", metavar="N", help="fail a run that met less than N percent of them")
    group.addoption("--ccc-coverage-append", action="store_true", help="add to what earlier runs have met")
    group.addoption("--ccc-coverage-parallel", action="store_true", help="write a data file that no other run has")
    group.addoption("--ccc-coverage-file", metavar="FILE", help="the data file, by default .ccc_coverage")
    parser.addini("ccc_coverage_exclude", _INI["ccc_coverage_exclude"], type="linelist", default=[])
    parser.addini("ccc_credentials", _INI["ccc_credentials"], type="linelist", default=[])
    parser.addini("ccc_auth", _INI["ccc_auth"], default=_DEFAULTS["ccc_auth"])
    parser.addini("ccc_limits", _INI["ccc_limits"], type="bool", default=False)
    parser.addini("ccc_guard", _INI["ccc_guard"], type="bool", default=False)
    parser.addini("ccc_allow", _INI["ccc_allow"], type="args", default=_DEFAULTS["ccc_allow"])
    group.addoption("--ccc-fidelity", metavar="documented", help=_INI["ccc_fidelity"])
    parser.addini("ccc_fidelity", _INI["ccc_fidelity"], default=_DEFAULTS["ccc_fidelity"])
    parser.addini("ccc_accept", _INI["ccc_accept"], type="linelist", default=_DEFAULTS["ccc_accept"])


def _number(given: str) -> int:
    if not given.isdecimal() or not int(given):
        raise argparse.ArgumentTypeError(f"expected a whole number from 1 on, got {given!r}")
    return int(given)


def _seconds(given: str) -> float:
    try:
        if 0 <= float(given) < float("inf"):
            return float(given)
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"expected seconds, 0 or more, got {given!r}")


_MUTANTS = {
    "mutant": "let the fake of every test be wrong on purpose, as `ccc-mock mutants` tells of NAME (docs/mutants.md)",
    "mutants": "afterwards run the tests once for each mutant that changes what they were answered, and report those "
    "that no test noticed",
    "seconds": "for how long mutants are tried; the most telling ones come first (default: 60)",
    "only": "a mutant, or a family of them, to be tried; can be repeated",
}
_DEFAULTS: dict[str, Any] = {"ccc_auth": "known", "ccc_allow": [], "ccc_fidelity": "", "ccc_accept": []}
"""What is worth no import of ours, because it cannot be wrong."""
_INI = {
    "ccc_credentials": "ccc-mock: lines of ID:KEY or ID:KEY:TOKEN that the fake of every test accepts; the first also "
    "stands in the environment (TENCENTCLOUD_SECRET_ID, …_KEY) before anything is imported",
    "ccc_auth": "ccc-mock: known (an unknown SecretId is refused), any (it is accepted, unverified) or off (nothing is "
    "verified)",
    "ccc_limits": "ccc-mock: refuse what is beyond the rate, as the service does; else it is only reported",
    "ccc_guard": "ccc-mock: refuse every call of the real service's hosts, whether a test uses a fake or not",
    "ccc_allow": "ccc-mock: what a test may leave behind without failing: unconsumed (plans), duplicates (of calls), "
    "unsupported (calls), stopped (calls of the real service)",
    "ccc_fidelity": "ccc-mock: `documented` fails a test whose answers rest on what is only assumed of the service",
    "ccc_accept": "ccc-mock: lines of `assumption: reason`, which answers may rest on all the same",
    "ccc_coverage_exclude": "ccc-mock: what --ccc-coverage does not count: lines of Action/Code  # reason, with "
    "wildcards",
}


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    # Not in pytest_configure: a client that a conftest.py builds, or its imports, must find the credential.
    if early_config.getini("ccc_credentials") or early_config.getini("ccc_guard"):
        from ccc_mock.testing.beforehand import begin

        begin(early_config)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", MARKER)
    config.addinivalue_line("markers", EVERY_PLAN)
    if config.option.ccc_seed is None:  # the workers of xdist are told the options of their controller
        config.option.ccc_seed = int.from_bytes(os.urandom(4), "big")
    if _says_anything_of_tests(config):  # what is wrong is told once, and before any test
        from ccc_mock.testing.options import options_of

        options_of(config)
    option = config.option
    if option.ccc_mutants or option.ccc_mutant is not None:
        from ccc_mock.testing.mutating import begin

        begin(config)
    else:
        _check_mutants_are_asked_for(option)
    if option.ccc_coverage or option.ccc_coverage_append or option.ccc_coverage_parallel or option.ccc_fail_under:
        from ccc_mock.testing.covering import begin as begin_to_cover

        begin_to_cover(config)


def _says_anything_of_tests(config: pytest.Config) -> bool:
    if config.option.ccc_fidelity:
        return True
    return any(config.getini(name) != default for name, default in _DEFAULTS.items())


def _check_mutants_are_asked_for(option: argparse.Namespace) -> None:
    for name in ("only", "seconds"):
        if getattr(option, f"ccc_mutants_{name}") not in (None, []):
            raise pytest.UsageError(f"--ccc-mutants-{name} is for a run with --ccc-mutants: give that, too")


def pytest_report_header(config: pytest.Config) -> list[str]:
    told = [f"ccc-mock: --ccc-seed={config.option.ccc_seed}"]
    if config.option.ccc_mutant is not None:
        told.append(f"ccc-mock: --ccc-mutant={config.option.ccc_mutant}: the fake of every test is wrong on purpose")
    return told


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if metafunc.definition.get_closest_marker("ccc_every_plan") is not None:
        from ccc_mock.testing.every_plan import parametrize

        parametrize(metafunc)


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("ccc_every_plan") is not None:
        from ccc_mock.testing.every_plan import check_it_has_one

        check_it_has_one(item)
    for mark in item.own_markers:
        if mark.name == "ccc":
            from ccc_mock.testing.marker import check_it_is_used

            check_it_is_used(item)
            return


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if "ccc_mock.testing.in_use" in sys.modules:
        from ccc_mock.testing.reporting import reported

        reported(item, report)
    if item.get_closest_marker("ccc_every_plan") is not None:  # also where a marker without a fake is refused
        from ccc_mock.testing.every_plan import one_of_them

        report.ccc_plan = one_of_them(item)  # type: ignore[attr-defined]
    return report


@pytest.hookimpl(tryfirst=True)
def pytest_report_teststatus(report: pytest.TestReport, config: pytest.Config) -> tuple[str, str, str] | None:
    if getattr(report, "ccc_plan", None):
        from ccc_mock.testing.progress import status

        return status(report, config)
    return None


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if hasattr(report, "ccc_mock"):
        from ccc_mock.testing.summary import told

        told(report)


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: Any) -> None:
    summary = sys.modules.get("ccc_mock.testing.summary")
    if summary is not None:
        summary.write(terminalreporter)


@pytest.hookimpl(wrapper=True, tryfirst=True, specname="pytest_terminal_summary")
def pytest_terminal_summary_in_the_end(terminalreporter: Any) -> Generator[None]:
    """Behind pytest's own, which lists what failed: of hundreds of plans it is pages."""
    try:
        return (yield)
    finally:
        progress = sys.modules.get("ccc_mock.testing.progress")
        if progress is not None:
            progress.write(terminalreporter)


@pytest.fixture
def ccc(request: pytest.FixtureRequest) -> Iterator[Fake]:
    """A fresh fake of the service in this process: calls of its host names through requests, httpx and httpx2 meet it.

    `ccc.plan(text)`, `ccc.calls`, `ccc.ledger`, `ccc.clock`, `ccc.sessions`, `ccc.virtual_time()` (docs/pytest.md).
    """
    from ccc_mock.testing.fixtures import in_process

    yield from in_process(request)


@pytest.fixture(scope="session")
def ccc_serving() -> Iterator[Served]:
    """The socket behind `ccc_server`, once per process; tests want `ccc_server`."""
    from ccc_mock.testing.sockets import socket

    yield from socket()


@pytest.fixture(scope="session")
def ccc_serving_tls() -> Iterator[Any]:
    """The socket behind `ccc_server_tls`, once per process; tests want `ccc_server_tls`."""
    from ccc_mock.testing.sockets import socket_with_tls

    yield from socket_with_tls()


@pytest.fixture
def ccc_server(request: pytest.FixtureRequest, ccc_serving: Served) -> Iterator[ServedAccount]:
    """A fresh account on a real socket: `host`, `secret_id` and `secret_key` to give to an SDK, and all that `ccc` has.

    For code in other processes, and for libraries that `ccc` does not intercept.
    """
    from ccc_mock.testing.sockets import on_socket

    yield from on_socket(request, ccc_serving)


@pytest.fixture
def ccc_server_tls(request: pytest.FixtureRequest, ccc_serving_tls: Any) -> Iterator[TlsAccount]:
    """As `ccc_server`, over HTTPS: `ca_file` is what the client has to trust.  Takes the extra `tls`."""
    from ccc_mock.testing.sockets import on_socket_with_tls

    yield from on_socket_with_tls(request, ccc_serving_tls)


@pytest.fixture
def ccc_plan(request: pytest.FixtureRequest) -> str:
    """The plan that this run of a test with `@pytest.mark.ccc_every_plan` has."""
    pytest.fail(f"{request.node.nodeid}: ccc_plan is for a test with @pytest.mark.ccc_every_plan", pytrace=False)


@pytest.fixture
def ccc_credentials(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Credential:
    """The credential of the test's fake, which also stands in the environment variables that SDKs read.

    Of `ccc`, where the test has several fakes or none.
    """
    from ccc_mock.testing.fixtures import in_the_environment

    return in_the_environment(request, monkeypatch)
