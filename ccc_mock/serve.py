"""`ccc-mock serve`: the fake on a socket, until it is told to stop."""

from __future__ import annotations

import contextlib
import json
import logging
import secrets
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .accounts import DEFAULT_CREDENTIAL, Credential
from .auth import AUTHS, ON_THE_COMMAND_LINE, Auth, warning
from .clock import Clock, parse_time
from .control import Control, is_loopback
from .endpoint import Endpoint
from .ledger import Ledger
from .limits import CEILINGS, Limits
from .magic import DEFAULT_PREFIX
from .mutant_commands import NO_MUTANT, ChosenMutant, chosen_mutant
from .options import (
    GivenWorld,
    Whole,
    credentials_of,
    given_world,
    limit_of,
    magic_prefix_of,
    not_empty,
    plan_of,
    setting_of,
    usage_error,
)  # fmt: skip
from .settings import Settings
from .world.keys import WorldError

if TYPE_CHECKING:
    from .adapters.tls import Certified
    from .plans.grammar import Parsed

DEFAULT_PORT = 8679


@click.command()
@click.option(
    "--host",
    envvar="CCC_MOCK_HOST",
    default="127.0.0.1",
    show_default=True,
    callback=usage_error(not_empty),
    help="Address to listen on.",
)
@click.option(
    "--port",
    envvar="CCC_MOCK_PORT",
    default=DEFAULT_PORT,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="Port to listen on; 0 picks a free one.",
)
@click.option(
    "--credential",
    "credentials",
    envvar="CCC_MOCK_CREDENTIAL",
    multiple=True,
    metavar="ID:KEY[:TOKEN]|@FILE",
    callback=usage_error(credentials_of),
    help="A credential that is accepted, instead of the well-known one; can be repeated.",
)
@click.option(
    "--auth",
    envvar="CCC_MOCK_AUTH",
    default="known",
    show_default=True,
    type=click.Choice(AUTHS),
    help="Refuse an unknown SecretId, accept any one unverified, or verify no signature at all.",
)
@click.option(
    "--at",
    envvar="CCC_MOCK_AT",
    metavar="TIME",
    callback=usage_error(parse_time),
    help="Freeze the clock at a Unix second or an ISO time with offset.",
)
@click.option(
    "--world",
    envvar="CCC_MOCK_WORLD",
    default="open",
    show_default=True,
    metavar="open|strict|FILE",
    callback=usage_error(given_world),
    help="What the account has: everything and no rule, everything and all rules, or what a file describes.",
)
@click.option(
    "--mutant",
    envvar="CCC_MOCK_MUTANT",
    metavar="NAME|list",
    is_eager=True,
    callback=chosen_mutant,
    help="Be wrong on purpose, as `ccc-mock mutants` tells; list prints the names and ends.",
)
@click.option("--seed", envvar="CCC_MOCK_SEED", type=int, help="Make the ids repeat from run to run.")
@click.option(
    "--set",
    "settings",
    envvar="CCC_MOCK_SET",
    multiple=True,
    metavar="NAME=VALUE",
    callback=usage_error(setting_of),
    help="Change what the service leaves undocumented; `ccc-mock fidelity` lists the names.",
)
@click.option(
    "--plan",
    "plans",
    envvar="CCC_MOCK_PLAN",
    multiple=True,
    type=Whole(),
    metavar="TEXT|@FILE",
    callback=usage_error(plan_of),
    help="What is to happen to the next calls of the default account: docs/plans.md; can be repeated.",
)
@click.option(
    "--magic/--no-magic",
    envvar="CCC_MOCK_MAGIC",
    default=True,
    help="Whether there are numbers that provoke something; by default there are.",
)
@click.option(
    "--rate-limit/--no-rate-limit",
    envvar="CCC_MOCK_RATE_LIMIT",
    default=True,
    help="Whether calls beyond the limit of a second are refused; by default they are.",
)
@click.option(
    "--limit",
    "limits",
    envvar="CCC_MOCK_LIMIT",
    multiple=True,
    metavar="NAME=N|none",
    callback=usage_error(limit_of),
    help="How many calls a second pass in place of the documented 20 of each action: NAME is an action, or a ceiling "
    f"that is off otherwise ({', '.join(CEILINGS)}); can be repeated.",
)
@click.option(
    "--ledger-calls",
    envvar="CCC_MOCK_LEDGER_CALLS",
    default=Ledger.MAX_CALLS,
    show_default=True,
    type=click.IntRange(1, 10_000_000),
    help="How many placed calls each account remembers.",
)
@click.option(
    "--magic-prefix",
    envvar="CCC_MOCK_MAGIC_PREFIX",
    default=DEFAULT_PREFIX,
    show_default=True,
    metavar="DIGITS",
    callback=usage_error(magic_prefix_of),
    help="What those numbers begin with; four digits follow.",
)
@click.option(
    "--allow-host",
    "allowed_hosts",
    envvar="CCC_MOCK_ALLOW_HOST",
    multiple=True,
    metavar="NAME",
    help="A further host name under which control answers; can be repeated.",
)
@click.option(
    "--control-token",
    envvar="CCC_MOCK_CONTROL_TOKEN",
    metavar="TOKEN",
    callback=usage_error(not_empty),
    help="Ask for this token under /_ccc/; one is made where --host is no loopback address.",
)
@click.option("--tls", envvar="CCC_MOCK_TLS", is_flag=True, help="Serve over TLS, certified by a private CA.")
@click.option(
    "--ca-file",
    envvar="CCC_MOCK_CA_FILE",
    metavar="PATH",
    callback=usage_error(not_empty),
    help="Where the CA's certificate is written, and stays; by default in a temporary folder.",
)
@click.option(
    "--tls-name",
    "tls_names",
    envvar="CCC_MOCK_TLS_NAME",
    multiple=True,
    metavar="NAME",
    help="A further host name or IP address that the certificate holds; can be repeated.",
)
@click.option("--quiet", envvar="CCC_MOCK_QUIET", is_flag=True, help="Print no line per call.")
@click.option("--json", "as_json", envvar="CCC_MOCK_JSON", is_flag=True, help="Print JSON objects, one a line.")
def serve(
    host: str,
    port: int,
    credentials: tuple[list[Credential], ...],
    auth: Auth,
    at: float | None,
    world: GivenWorld,
    mutant: ChosenMutant,
    seed: int | None,
    settings: tuple[tuple[str, str], ...],
    plans: tuple[Parsed, ...],
    magic: bool,
    magic_prefix: str,
    ledger_calls: int,
    rate_limit: bool,
    limits: tuple[tuple[str, int | None], ...],
    allowed_hosts: tuple[str, ...],
    control_token: str | None,
    tls: bool,
    ca_file: str | None,
    tls_names: tuple[str, ...],
    quiet: bool,
    as_json: bool,
) -> int:
    """Serve the fake until told to stop.

    Every flag has a twin in the environment: CCC_MOCK_PORT for --port, and so on; those that can be repeated take
    values separated by blanks, but for CCC_MOCK_PLAN, which is one text.
    """
    from .adapters import terminal
    from .adapters.asgi import App
    from .adapters.server import CannotListen, Server, listen, url_of

    if not tls and (ca_file or tls_names):
        raise click.UsageError("--ca-file and --tls-name go with --tls, which was not given")
    given = [credential for group in credentials for credential in group]
    endpoint = endpoint_of(
        credentials=credentials,
        auth=auth,
        at=at,
        world=world,
        seed=seed,
        settings=settings,
        plans=plans,
        magic=magic,
        magic_prefix=magic_prefix,
        ledger_calls=ledger_calls,
        rate_limit=rate_limit,
        limits=limits,
        make=mutant.make,
    )
    try:
        listener = listen(host, port)
    except CannotListen as reason:
        raise click.UsageError(str(reason)) from None
    token = control_token or (None if is_loopback(host.lower()) else secrets.token_urlsafe(24))
    log = terminal.CallLog(sys.stderr, terminal.as_json if as_json else terminal.as_line)
    control = Control(endpoint, token=token, allowed_hosts=allowed_hosts)
    app = App(endpoint, control, on_exchange=None if quiet else log)
    url, first = url_of(listener, "https" if tls else "http"), (given or [DEFAULT_CREDENTIAL])[0]
    say_what_the_server_says(log, as_json)
    for each in warnings_of(auth, plans):
        log(_logged("warning", each, as_json))

    def greet() -> None:
        told = (url, first, token, certified.ca_file if certified else None)
        greeting = __hello_json(*told, mutant.name) if as_json else hello(*told, shown=not given, mutant=mutant)
        print(greeting, flush=True)  # noqa: T201

    server = Server(app, listener, ready=greet)
    certificate: AbstractContextManager[Certified | None] = contextlib.nullcontext()
    if tls:
        certificate = _certificate((host, listener.getsockname()[0], *tls_names), ca_file)
    # Signals are handled before there is a temporary folder, and until it is gone.
    with contextlib.closing(listener), server.capture_signals(), certificate as certified:
        stopped = server.serve_until_stopped(certified.context if certified else None)
    log.close(_goodbye(stopped.idle, stopped.cut, log.dropped, as_json))
    return 0


def endpoint_of(
    *,
    credentials: Sequence[Sequence[Credential]],
    auth: Auth,
    at: float | None,
    world: GivenWorld,
    seed: int | None,
    settings: Sequence[tuple[str, str]],
    plans: Sequence[Parsed],
    magic: bool,
    magic_prefix: str,
    ledger_calls: int,
    rate_limit: bool,
    limits: Sequence[tuple[str, int | None]],
    make: Callable[..., Endpoint] = Endpoint,
) -> Endpoint:
    """The fake that the options describe.  What does not go together is a usage error."""
    if limits and not rate_limit:
        raise click.UsageError("--limit goes with --rate-limit, and --no-rate-limit was given")
    try:
        endpoint = make(
            credentials=[credential for group in credentials for credential in group] or [DEFAULT_CREDENTIAL],
            clock=Clock(at=at),
            world=world.description,
            seed=seed,
            settings=Settings.of(dict(settings)),
            magic_prefix=magic_prefix if magic else "",
            ledger_calls=ledger_calls,
            limits=Limits.of(limits) if rate_limit else None,
            auth=auth,
            cure=ON_THE_COMMAND_LINE,
        )
        for plan in plans:
            endpoint.accounts.default.plans.add(plan.drafts)
    except WorldError as wrong:
        raise click.UsageError(world.place(wrong)) from None
    except ValueError as reason:
        raise click.UsageError(str(reason)) from None
    return endpoint


def warnings_of(auth: Auth, plans: Sequence[Parsed]) -> list[str]:
    """What is to be said of such options where a fake starts, each once."""
    not_verified = warning(auth)
    told = [not_verified] if not_verified else []
    return list(dict.fromkeys([*told, *(each for plan in plans for each in plan.warnings)]))


@contextlib.contextmanager
def _certificate(names: Sequence[str], ca_file: str | None) -> Iterator[Certified]:
    """What `--tls` asks for; it is a usage error to ask for what cannot be had."""
    try:
        from .adapters.tls import certified
    except ModuleNotFoundError as reason:
        raise click.UsageError(f"--tls needs {reason.name}: pip install 'ccc-mock[tls]'") from None
    with contextlib.ExitStack() as stack:
        try:
            made = stack.enter_context(certified(*names, ca_file=Path(ca_file) if ca_file else None))
        except (ValueError, OSError) as reason:  # OSError: there is no temporary folder either
            raise click.UsageError(f"--tls: {reason}") from None
        yield made


def __hello_json(url: str, credential: Credential, token: str | None, ca_file: Path | None, mutant: str | None) -> str:
    return json.dumps(
        {
            "url": url,
            "secret_id": credential.secret_id,
            "secret_key": credential.secret_key,
            "control_url": f"{url}/_ccc",
            "control_token": token,
            "ca_file": None if ca_file is None else str(ca_file),
            **({"mutant": mutant} if mutant else {}),
        }
    )


def hello(
    url: str,
    credential: Credential,
    token: str | None,
    ca_file: Path | None = None,
    *,
    shown: bool,
    mutant: ChosenMutant = NO_MUTANT,
) -> str:
    served = f"{url} as {mutant.name}, WRONG ON PURPOSE" if mutant.name else url
    lines = [
        f"ccc-mock {version('ccc-mock')} serves {served} (a fake: nobody is dialled; unofficial, not by Tencent)",
        f"  SecretId   {credential.secret_id}",
        f"  SecretKey  {credential.secret_key if shown else '(as given)'}",
        f"  control    {url}/_ccc/health",
    ]
    if mutant.name:
        lines.append(f"  wrong      {mutant.says}")
    if ca_file is not None:
        lines.append(f"  CA         {ca_file}")
    if token is not None:
        lines.append(f"  token      {token}")
    return "\n".join(lines)


def _goodbye(idle: int, cut: Sequence[str], dropped: int, as_json: bool) -> str:
    if as_json:
        return json.dumps({"stopped": True, "idle": idle, "cut": list(cut), "dropped_lines": dropped})
    lines = [f"stopped; {idle} idle connections closed, {len(cut)} cut off"]
    lines += [f"  cut off {each}" for each in cut]
    if dropped:
        lines.append(f"  {dropped} lines were not printed: nobody read them in time")
    return "\n".join(lines)


class _Saying(logging.Handler):
    """Gives log records to the call log, as a line or as an object."""

    def __init__(self, say: Callable[[str], None], as_json: bool) -> None:
        super().__init__(logging.WARNING)
        self._say = say
        self._as_json = as_json

    def emit(self, record: logging.LogRecord) -> None:
        self._say(_logged(record.levelname.lower(), self.format(record), self._as_json))


def _logged(level: str, message: str, as_json: bool) -> str:
    return json.dumps({"log": level, "message": message}) if as_json else f"{level}: {message}"


def say_what_the_server_says(say: Callable[[str], None], as_json: bool) -> None:
    """A request that is no HTTP, a bug of ours: in the form of the other lines, and as unable to block."""
    for name in ("uvicorn.error", "asyncio"):
        logger = logging.getLogger(name)
        logger.addHandler(_Saying(say, as_json))
        logger.setLevel(logging.WARNING)
        logger.propagate = False
