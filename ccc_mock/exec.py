"""`ccc-mock exec`: a command that meets the fake under the service's own host names, without a change to it."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from .accounts import DEFAULT_CREDENTIAL, Credential
from .allowed_hosts import AllowedHosts, allowed_host
from .endpoint import Endpoint
from .hosts import METADATA_HOST
from .options import usage_error
from .serve import endpoint_of, say_what_the_server_says, serve, warnings_of
from .surroundings import surroundings
from .tally import Tally

DESCRIBED_BY = (
    "credentials", "auth", "at", "world", "seed", "settings", "plans", "magic", "magic_prefix", "ledger_calls",
    "rate_limit", "limits",
)  # fmt: skip
"""The options of `serve` that say what the fake is, and not where."""


@click.command(
    "exec",
    params=[option for option in serve.params if option.name in DESCRIBED_BY],
    context_settings={"allow_interspersed_args": False},
)
@click.option(
    "--allow",
    envvar="CCC_MOCK_ALLOW",
    multiple=True,
    metavar="HOST",
    callback=usage_error(allowed_host),
    help="A host that the command may reach, beside the fake: a name, an address, *.NAME for all below a name, or *; "
    "can be repeated.",
)
@click.option("--quiet", envvar="CCC_MOCK_QUIET", is_flag=True, help="Do not print at the end what was called.")
@click.argument("command", nargs=-1, type=click.UNPROCESSED, metavar="-- COMMAND [ARGUMENT]...")
def exec_(allow: tuple[str, ...], quiet: bool, command: tuple[str, ...], **described: Any) -> int:
    """Run a command whose calls to the service meet a fake, over TLS and under the real host names.

    A proxy on this machine leads them there, and lets nothing else through but what --allow names; the command is told
    of it, and of whom to trust, by its environment.  Its exit code is the command's.
    """
    if not command:
        raise click.UsageError("expected a command behind the options: ccc-mock exec -- COMMAND [ARGUMENT]...")
    if not hasattr(os, "posix_spawnp"):
        raise click.UsageError("exec passes signals on to the command, which takes a POSIX system")
    # The command signs with this machine's time, whatever hour it is in the fake's world.
    at = described.pop("at")
    endpoint = endpoint_of(at=None, **described)
    if at is not None:
        endpoint.accounts.default.clock.freeze_world(at)
    for each in warnings_of(described["auth"], described["plans"]):
        _say(f"warning: {each}")
    tally = Tally()
    credential = next((each for group in described["credentials"] for each in group), DEFAULT_CREDENTIAL)
    code = _run(command, endpoint, AllowedHosts(allow), credential, tally)
    if not quiet:
        for line in tally.lines():
            _print(line)
    return code


def _run(
    command: tuple[str, ...], endpoint: Endpoint, allowed: AllowedHosts, credential: Credential, tally: Tally
) -> int:
    try:
        from .adapters.child import CannotRun, run, signals_held
        from .adapters.proxy import proxying  # noqa: F401  # whether it can be had
    except ModuleNotFoundError as reason:
        raise click.UsageError(f"exec needs {reason.name}: pip install 'ccc-mock[tls]'") from None
    say_what_the_server_says(tally.remark, as_json=False)
    # Signals are held before there is a temporary folder, and until it is gone.
    with signals_held() as mask, contextlib.ExitStack() as stack:
        try:
            environment = stack.enter_context(_surrounded(endpoint, allowed, credential, tally))
        except (ValueError, OSError) as reason:  # such as a disk that is full
            raise click.UsageError(f"exec cannot begin: {reason}") from None
        try:
            return run(command, environment, mask)
        except CannotRun as reason:
            _say(str(reason))
            return reason.code


@contextlib.contextmanager
def _surrounded(
    endpoint: Endpoint, allowed: AllowedHosts, credential: Credential, tally: Tally
) -> Iterator[dict[str, str]]:
    """A running fake behind its proxy, and the environment that leads a command there."""
    from .adapters.outer import OuterProxies
    from .adapters.proxy import proxying
    from .adapters.tls import certified
    from .adapters.trust import trust_in

    before = dict(os.environ)
    with (
        tempfile.TemporaryDirectory(prefix="ccc-mock-", ignore_cleanup_errors=True) as folder,
        certified(METADATA_HOST, ca_file=Path(folder, "ca.pem")) as made,
        proxying(endpoint, made, allowed=allowed, outers=OuterProxies.of_environment(), tally=tally) as proxied,
    ):
        yield surroundings(
            before,
            proxy=proxied.proxy,
            url=proxied.url,
            credential=credential,
            trust=trust_in(Path(folder), made.ca_file, before, _say),
        )


def _say(sentence: str) -> None:
    _print(f"ccc-mock exec: {sentence}")


def _print(line: str) -> None:
    with contextlib.suppress(OSError):  # nobody reads any more
        click.echo(line, err=True)
