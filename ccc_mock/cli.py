"""`ccc-mock`: serve the fake, and say what it knows.

Exit codes: 0 done or told to stop, 2 a usage error (one sentence on standard error).
"""

from __future__ import annotations

import contextlib
import json
import logging
import re
import secrets
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click

from ccc_contract.console import HELP, Commands, expect_command, run_command
from ccc_contract.reading import load_api

from .accounts import DEFAULT_CREDENTIAL, Credential
from .auth import AUTHS, ON_THE_COMMAND_LINE, Auth, warning
from .clock import Clock, parse_time
from .control import Control, is_loopback
from .endpoint import Endpoint
from .fidelity import points
from .languages import LANGUAGES
from .ledger import Ledger
from .limits import CEILINGS, Limits, parse_limit
from .magic import DEFAULT_PREFIX
from .numbers import normalised
from .plans.words import nearest
from .settings import Settings
from .world.description import Description
from .world.keys import WorldError

if TYPE_CHECKING:
    from .adapters.tls import Certified
    from .plans.grammar import Parsed

T = TypeVar("T")

DEFAULT_PORT = 8679


def main(argv: Sequence[str] | None = None) -> int:
    """The console script; returns the exit code."""
    return run_command(ccc_mock, argv, program="ccc-mock")


@click.group(cls=Commands, invoke_without_command=True, context_settings=HELP)
@click.version_option(package_name="ccc-mock", message="ccc-mock %(version)s")
@click.pass_context
def ccc_mock(context: click.Context) -> None:
    """An offline fake of Tencent Cloud Contact Center's API.  Unofficial, not by Tencent."""
    expect_command(context)


def _usage_error(read: Callable[[str], Any]) -> Callable[[click.Context, click.Parameter, Any], Any]:
    """A click callback that turns a ValueError of `read` into a usage error, for one text or for several."""

    def callback(context: click.Context, parameter: click.Parameter, value: Any) -> Any:
        try:
            if isinstance(value, tuple):
                return tuple(read(each) for each in value)
            return None if value is None else read(value)
        except (ValueError, OSError) as reason:
            raise click.UsageError(f"{parameter.opts[-1]}: {reason}") from None

    return callback


def _credentials(text: str) -> list[Credential]:
    """`ID:KEY[:TOKEN]`, or `@FILE` with one such line each; empty lines and those that begin with # are skipped."""
    if not text.startswith("@"):
        return [Credential.parse(text)]
    credentials = _lines(Path(text[1:]), Credential.parse)
    if not credentials:
        raise ValueError(f"{text[1:]} holds no credential; expected lines of ID:KEY or ID:KEY:TOKEN")
    return credentials


def _plan(text: str) -> Parsed:
    """The text of a plan, or `@FILE` with a plan on each line; read here, so that a bad one is told of as usage."""
    from .plans.grammar import Parsed, parse

    if not text.startswith("@"):
        return parse(text, load_api())
    lines = _lines(Path(text[1:]), lambda line: parse(line, load_api()))
    if not lines:
        raise ValueError(f"{text[1:]} holds no plan; expected one on each line that does not begin with #")
    return Parsed([each for line in lines for each in line.drafts], [each for line in lines for each in line.warnings])


class _World(NamedTuple):
    """A world that was asked for, and where it is written."""

    description: Description
    given: str

    def place(self, wrong: WorldError) -> str:
        """The error with its file and line: for what is only wrong beside the other options."""
        from .world.texts import line_of

        text = Path(self.given).read_text("utf-8-sig")
        return f"--world: {self.given} line {line_of(text, wrong.path)}: {wrong}"


def _world(text: str) -> _World:
    """A word for a world, or a file that describes one."""
    from .adapters.files import world_of

    return _World(world_of(text, load_api().actions), text)


def _lines(path: Path, read: Callable[[str], T]) -> list[T]:
    """What `read` makes of the lines of a file; empty lines and those that begin with # are skipped."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except OSError as reason:
        raise ValueError(f"cannot read {path}: {reason.strerror}") from None
    except UnicodeDecodeError:
        raise ValueError(f"cannot read {path}: it is not UTF-8") from None
    found = []
    for number, line in enumerate(map(str.strip, lines), 1):
        if line and not line.startswith("#"):
            try:
                found.append(read(line))
            except ValueError as reason:
                raise ValueError(f"{path} line {number}: {reason}") from None
    return found


def _limit(text: str) -> tuple[str, int | None]:
    return parse_limit(text, load_api())


class _Whole(click.types.StringParamType):
    """A text that may hold blanks: the variable in the environment is one of it, and is not split."""

    def split_envvar_value(self, rv: str) -> list[str]:
        return [rv]


def _magic_prefix(text: str) -> str:
    if not re.fullmatch(r"\+?[0-9]{3,16}", text) or len(normalised(text)) < 3:
        raise ValueError(f"expected 3 to 16 digits, such as +86199000, got {text!r}")
    return text


def _not_empty(text: str) -> str:
    if not text.strip():
        raise ValueError("expected a value, got none (is the variable that it comes from unset?)")
    return text


def _setting(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise ValueError(f"expected NAME=VALUE, got {text!r}")
    Settings.of({name: value})
    return name, value


@ccc_mock.command()
@click.option(
    "--host",
    envvar="CCC_MOCK_HOST",
    default="127.0.0.1",
    show_default=True,
    callback=_usage_error(_not_empty),
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
    callback=_usage_error(_credentials),
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
    callback=_usage_error(parse_time),
    help="Freeze the clock at a Unix second or an ISO time with offset.",
)
@click.option(
    "--world",
    envvar="CCC_MOCK_WORLD",
    default="open",
    show_default=True,
    metavar="open|strict|FILE",
    callback=_usage_error(_world),
    help="What the account has: everything and no rule, everything and all rules, or what a file describes.",
)
@click.option("--seed", envvar="CCC_MOCK_SEED", type=int, help="Make the ids repeat from run to run.")
@click.option(
    "--set",
    "settings",
    envvar="CCC_MOCK_SET",
    multiple=True,
    metavar="NAME=VALUE",
    callback=_usage_error(_setting),
    help="Change what the service leaves undocumented; `ccc-mock fidelity` lists the names.",
)
@click.option(
    "--plan",
    "plans",
    envvar="CCC_MOCK_PLAN",
    multiple=True,
    type=_Whole(),
    metavar="TEXT|@FILE",
    callback=_usage_error(_plan),
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
    callback=_usage_error(_limit),
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
    callback=_usage_error(_magic_prefix),
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
    callback=_usage_error(_not_empty),
    help="Ask for this token under /_ccc/; one is made where --host is no loopback address.",
)
@click.option("--tls", envvar="CCC_MOCK_TLS", is_flag=True, help="Serve over TLS, certified by a private CA.")
@click.option(
    "--ca-file",
    envvar="CCC_MOCK_CA_FILE",
    metavar="PATH",
    callback=_usage_error(_not_empty),
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
    world: _World,
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
    if limits and not rate_limit:
        raise click.UsageError("--limit goes with --rate-limit, and --no-rate-limit was given")
    given = [credential for group in credentials for credential in group]
    try:
        endpoint = Endpoint(
            credentials=given or [DEFAULT_CREDENTIAL],
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
        listener = listen(host, port)
    except WorldError as wrong:
        raise click.UsageError(world.place(wrong)) from None
    except (ValueError, CannotListen) as reason:
        raise click.UsageError(str(reason)) from None
    token = control_token or (None if is_loopback(host.lower()) else secrets.token_urlsafe(24))
    log = terminal.CallLog(sys.stderr, terminal.as_json if as_json else terminal.as_line)
    control = Control(endpoint, token=token, allowed_hosts=allowed_hosts)
    app = App(endpoint, control, on_exchange=None if quiet else log)
    url, first = url_of(listener, "https" if tls else "http"), (given or [DEFAULT_CREDENTIAL])[0]
    _say_what_the_server_says(log, as_json)
    not_verified = warning(auth)
    told = [not_verified] if not_verified else []
    for each in dict.fromkeys([*told, *(each for plan in plans for each in plan.warnings)]):
        log(_logged("warning", each, as_json))

    def greet() -> None:
        told = (url, first, token, certified.ca_file if certified else None)
        print(_hello_json(*told) if as_json else _hello(*told, shown=not given), flush=True)  # noqa: T201

    server = Server(app, listener, ready=greet)
    certificate: AbstractContextManager[Certified | None] = contextlib.nullcontext()
    if tls:
        certificate = _certificate((host, listener.getsockname()[0], *tls_names), ca_file)
    # Signals are handled before there is a temporary folder, and until it is gone.
    with contextlib.closing(listener), server.capture_signals(), certificate as certified:
        stopped = server.serve_until_stopped(certified.context if certified else None)
    log.close(_goodbye(stopped.idle, stopped.cut, log.dropped, as_json))
    return 0


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


def _hello_json(url: str, credential: Credential, token: str | None, ca_file: Path | None) -> str:
    return json.dumps(
        {
            "url": url,
            "secret_id": credential.secret_id,
            "secret_key": credential.secret_key,
            "control_url": f"{url}/_ccc",
            "control_token": token,
            "ca_file": None if ca_file is None else str(ca_file),
        }
    )


def _hello(url: str, credential: Credential, token: str | None, ca_file: Path | None = None, *, shown: bool) -> str:
    lines = [
        f"ccc-mock {version('ccc-mock')} serves {url} (a fake: nobody is dialled; unofficial, not by Tencent)",
        f"  SecretId   {credential.secret_id}",
        f"  SecretKey  {credential.secret_key if shown else '(as given)'}",
        f"  control    {url}/_ccc/health",
    ]
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


def _say_what_the_server_says(say: Callable[[str], None], as_json: bool) -> None:
    """A request that is no HTTP, a bug of ours: in the form of the other lines, and as unable to block."""
    for name in ("uvicorn.error", "asyncio"):
        logger = logging.getLogger(name)
        logger.addHandler(_Saying(say, as_json))
        logger.setLevel(logging.WARNING)
        logger.propagate = False


@ccc_mock.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
def actions(as_json: bool) -> None:
    """List the actions: those that answer, and those whose parameters are checked but that have no behaviour yet."""
    from .catalogue import action_rows

    rows = action_rows(load_api())
    if as_json:
        click.echo(json.dumps(rows))
        return
    for row in sorted(rows, key=lambda row: not row["answers"]):
        told = "answers" if row["answers"] else "checked, then HTTP 501"
        click.echo(f"{row['action']:<44}{told}")
    click.echo(f"{sum(bool(row['answers']) for row in rows)} of {len(rows)} actions answer")


@ccc_mock.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
def fidelity(as_json: bool) -> None:
    """List how sure the fake is of what it does: settings, the order of checks, and what was assumed besides."""
    if as_json:
        click.echo(json.dumps([point._asdict() for point in points()]))
        return
    for point in points():
        value = f" = {point.default}" if point.default else ""
        known = point.confidence if point.source == "assumed" else f"{point.confidence}: {point.source}"
        click.echo(f"{point.kind:<8} {point.name}{value}  [{known}]\n         {point.says}")


_TOLD = {
    "en": {"retry": "repeat the call", "since": "since", "actions": "declared by", "ways": "provoke it",
           "any": "no action of its own; being common, it may come from any",
           "inherited": "  (* by a list that only repeats another action's)",
           "world": "in a world, by the rule", "checks": "or break the rule of"},
    "zh": {"retry": "能否重试", "since": "始于", "actions": "声明者", "ways": "触发方式",
           "any": "无接口单独声明；作为公共错误码，任何接口都可能返回",
           "inherited": "  (* 其错误码列表只是照抄另一接口)",
           "world": "在设定的账号世界中，按规则", "checks": "或违反此检查的规则"},
}  # fmt: skip


@ccc_mock.command()
@click.argument("codes", nargs=-1, metavar="[CODE]...")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
@click.option("--lang", "language", type=click.Choice(list(LANGUAGES)), default="en", show_default=True)
def errors(codes: tuple[str, ...], as_json: bool, language: str) -> None:
    """List the codes: what each means, who declares it, may the call be repeated, and every way to provoke it."""
    from .catalogue import code_rows

    rows = {row["code"]: row for row in code_rows(load_api(), language)}
    for code in codes:
        if code not in rows:
            raise click.UsageError(f"no code {code[:100]!r}; {nearest(code[:100], tuple(rows))}")
    chosen = [rows[code] for code in codes or rows]
    click.echo(json.dumps(chosen) if as_json else "\n\n".join(_code(row, _TOLD[language]) for row in chosen))


def _code(row: Mapping[str, Any], told: Mapping[str, str]) -> str:
    ways, control = row["provoke"], row["provoke"]["control"]
    ((header, step),) = ways["header"].items()
    names = [name + "*" * (name in row["inherited"]) for name in row["actions"]]
    lines = [
        f"{row['code']}  [{row['kind']}{', ' + told['since'] + ' ' + row['since'] if row['since'] else ''}]",
        f"  {row['meaning']}",
        f"  {told['retry']}: {row['why']}",
        f"  {told['actions']}: {', '.join(names) or told['any']}{told['inherited'] if row['inherited'] else ''}",
        f"  {told['ways']}:",
        *(f"    ccc-mock serve --plan {shlex.quote(plan)}" for plan in ways["plan"]),
        f"    {header}: {step}",
        f"    {control['method']} {control['path']} {json.dumps(control['body'])}",
        *(f"    Callee {number}" for number in ways["magic"]),
        *(f"    {told['world']} {rule}" for rule in ways["world"]),
    ]
    if ways["checks"]:
        lines.append(f"    {told['checks']} {', '.join(ways['checks'])}")
    return "\n".join(lines)


@ccc_mock.command()
@click.argument("file", default="ccc-mock.toml", type=click.Path(dir_okay=False))
@click.option("--force", is_flag=True, help="Write over a file that is there.")
def init(file: str, force: bool) -> int:
    """Write a file that describes a small account, with a comment on each key; `-` prints it.

    `ccc-mock serve --world FILE` serves that account.
    """
    from .world.texts import sample

    if file == "-":
        click.echo(sample(), nl=False)
        return 0
    try:
        with open(file, "w" if force else "x", encoding="utf-8", newline="\n") as stream:
            stream.write(sample())
    except FileExistsError:
        raise click.UsageError(f"{file} is there already; --force writes over it") from None
    except OSError as reason:
        raise click.UsageError(f"cannot write {file}: {reason.strerror}") from None
    click.echo(f"wrote {file}; next: ccc-mock serve --world {shlex.quote(file)}")
    return 0


@ccc_mock.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
def faults(as_json: bool) -> None:
    """List the faults that a plan can put on an answer, and when each strikes unless the plan says otherwise."""
    from .catalogue import fault_rows

    if as_json:
        click.echo(json.dumps(fault_rows()))
        return
    for row in fault_rows():
        click.echo(f"{row['written']:<28}@{row['moment']:<8}{row['says']}")


if __name__ == "__main__":
    sys.exit(main())
