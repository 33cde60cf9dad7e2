"""`ccc-mock exec`: a command that meets the fake under the service's own host names, without a change to it."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path
from typing import Any

import click

from .accounts import DEFAULT_CREDENTIAL, Credential
from .allowed_hosts import AllowedHosts, allowed_host
from .endpoint import Endpoint
from .hosts import METADATA_HOST, is_intercepted
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
    endpoint = endpoint_of(**described)
    for each in warnings_of(described["auth"], described["plans"]):
        _say(f"warning: {each}")
    tally = Tally()
    code = _run(
        command, endpoint, AllowedHosts(allow), (described["credentials"] or [[DEFAULT_CREDENTIAL]])[0][0], tally
    )
    if not quiet:
        for line in tally.lines():
            _print(line)
    return code


def _run(
    command: tuple[str, ...], endpoint: Endpoint, allowed: AllowedHosts, credential: Credential, tally: Tally
) -> int:
    try:
        from .adapters.child import CannotRun, run, signals_held
        from .adapters.outer import OuterProxies
        from .adapters.proxy import proxying
        from .adapters.tls import certified
        from .adapters.trust import trust_in
    except ModuleNotFoundError as reason:
        raise click.UsageError(f"exec needs {reason.name}: pip install 'ccc-mock[tls]'") from None
    say_what_the_server_says(tally.remark, as_json=False)
    before, ca = dict(os.environ), "ca.pem"
    with signals_held() as mask, contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ccc-mock-", ignore_cleanup_errors=True)))
        made = stack.enter_context(certified(METADATA_HOST, ca_file=folder / ca))
        proxied = stack.enter_context(
            proxying(endpoint, made, allowed=allowed, outers=OuterProxies.of_environment(), tally=tally)
        )
        environment = surroundings(
            before,
            proxy=proxied.proxy,
            url=proxied.url,
            credential=credential,
            trust=trust_in(folder, made.ca_file, before, _say),
            ours=[name for name in made.names if is_intercepted(name)],
        )
        try:
            return run(command, environment, mask)
        except CannotRun as reason:
            _say(str(reason))
            return reason.code


def _say(sentence: str) -> None:
    _print(f"ccc-mock exec: {sentence}")


def _print(line: str) -> None:
    with contextlib.suppress(OSError):  # nobody reads any more
        click.echo(line, err=True)
