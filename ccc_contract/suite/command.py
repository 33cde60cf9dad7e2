"""`ccc-contract test`: hold a target against the contract.

Exit codes; a script may rely on them:

    0    every property that was run held
    1    the target differs from the contract
    2    the command is wrong, or the target is live and --live was not given; nothing but the proof was sent
    3    it could not be told: nobody answered, or something broke on the way
    6    an answer of a live target had a SessionId: a call may have been placed; everything was stopped at once
    130  interrupted
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from ..client.credentials import Credential
from ..console import expect_folder, replace_text, say
from ..errors import CredentialError
from ..http import Request
from ..spelling import did_you_mean
from .calls import Allowed, NotAllowed
from .connecting import Leave, Live, connect
from .control import ControlRefused
from .judging import EXAMPLES, Verdict, judge
from .ledger import EMPTY, Ledger
from .live import EXAMPLES as LIVE_EXAMPLES
from .live import MOST_REQUESTS, PER_SECOND, SAYS, Rang
from .properties import FAMILIES, PROPERTIES
from .property import Property
from .reply import Unreachable
from .report import Run, dumped, junit, text
from .showing import alarm, clipped, told
from .target import Target

HELD, DIFFERS, WRONG, UNTOLD, RANG = 0, 1, 2, 3, 6

EPILOG = """\b
Exit codes:
  0    every property that was run held
  1    the target differs from the contract
  2    the command is wrong, or the target is live and --live is missing
  3    it could not be told
  6    an answer of a live target had a SessionId: stopped at once

\b
A live target is asked with TENCENTCLOUD_SECRET_ID, TENCENTCLOUD_SECRET_KEY
and TENCENTCLOUD_TOKEN where they are set, else without a credential.
"""


@click.command("test", epilog=EPILOG)
@click.option("--endpoint", metavar="URL", help="What to test.")
@click.option("--only", metavar="NAME", multiple=True, help="A family or a property; may be given again.")
@click.option("--seed", type=click.IntRange(0, 2**32), help="Draw the same again; one is chosen and told without it.")
@click.option(
    "--examples", type=click.IntRange(1, 100_000), help=f"Of each property: {EXAMPLES}, live {LIVE_EXAMPLES}."
)
@click.option("--junit", "junit_file", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--json", "json_file", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--ledger", "ledger_file", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path),
              help="Keep the verdicts there, beside those of other targets and days.")  # fmt: skip
@click.option("--as", "known_as", metavar="NAME", help="What the ledger calls the target; its URL without it.")
@click.option("--ca-file", metavar="PATH", type=click.Path(exists=True, dir_okay=False),
              help="A PEM file to trust in place of the system's.")  # fmt: skip
@click.option("--control-token", metavar="TOKEN", envvar="CCC_CONTROL_TOKEN", default="", help="Of the fake's control.")
@click.option(
    "--list", "listed", is_flag=True, help="Only list the properties: what holds, how it is known, its needs."
)
@click.option("--live", is_flag=True, help="Ask a target that did not prove to be a fake.")
@click.option("--granted", is_flag=True, help="Live: the credential may use the actions.")
@click.option("--pace", type=click.FloatRange(0.01, 20), default=PER_SECOND, show_default=True,
              help="Live: requests a second.")  # fmt: skip
@click.option("--max-requests", type=click.IntRange(1, 100_000), default=MOST_REQUESTS, show_default=True,
              help="Live: not one more.")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Live: print what would go out, send nothing but the proof.")
@click.option("--allow-calls", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="Live, --granted: really call the numbers in this TOML file, within its budget.")  # fmt: skip
@click.option("--call-book", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path),
              help="Where really placed calls are counted.")  # fmt: skip
def command(listed: bool, only: tuple[str, ...], **given: Any) -> int:
    """Hold a target against the contract, and tell what held and what did not.

    A target is live until it proves to be a fake, by giving back a fresh nonce at /_ccc/health; a live one is asked
    nothing without --live, and then only what can ring nobody.
    """
    chosen = chosen_properties(only)
    if listed:
        click.echo("\n".join(_listing(chosen)))
        return HELD
    asked = Asked(**given)
    asked.check()
    ledger = _ledger(asked.ledger_file)
    leave = _leave(asked) if asked.live else None
    try:
        run = _run(asked, chosen, leave)
    except Unreachable as error:
        say(f"ccc-contract: {asked.endpoint}: {error}")
        return UNTOLD
    except Rang as rang:
        say("\n".join(alarm(str(rang), rang.request, rang.response, asked.endpoint or "")))
        return RANG
    if asked.dry_run:
        return HELD
    click.echo(text(run))
    _write(asked, run, ledger)
    return _exit(run)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the command line says of a run."""

    endpoint: str | None
    seed: int | None
    examples: int | None
    junit_file: Path | None
    json_file: Path | None
    ledger_file: Path | None
    known_as: str | None
    ca_file: str | None
    control_token: str
    live: bool
    granted: bool
    pace: float
    max_requests: int
    dry_run: bool
    allow_calls: Path | None
    call_book: Path | None

    def check(self) -> None:
        """Before anything is asked.  Raises click.UsageError."""
        if self.endpoint is None:
            raise click.UsageError("expected --endpoint URL, such as http://127.0.0.1:8679")
        if not self.live and (self.dry_run or self.granted or self.allow_calls or self.call_book):
            raise click.UsageError("--dry-run, --granted, --allow-calls and --call-book are for --live")
        for file in (self.junit_file, self.json_file, self.ledger_file):
            expect_folder(file)


def _run(asked: Asked, chosen: list[Property], leave: Leave | None) -> Run:
    """Raises Unreachable, Rang; click.UsageError where nothing may be sent."""
    seed = random.SystemRandom().randrange(2**32) if asked.seed is None else asked.seed
    began = datetime.now(UTC).isoformat(timespec="seconds")
    with connected(asked.endpoint or "", leave, asked.ca_file, asked.control_token) as target:
        if asked.dry_run and not target.is_live:
            raise click.UsageError(f"--dry-run: {target.url} is a fake")
        examples = asked.examples or (LIVE_EXAMPLES if target.is_live else EXAMPLES)
        if target.is_live and leave is not None:
            _announce(target, leave, chosen, examples)
        verdicts = list(_judged(chosen, target, examples, seed, is_dry=asked.dry_run))
        return Run(target.url, began, seed, examples, verdicts, leave.tier if leave and target.is_live else "")


def _write(asked: Asked, run: Run, ledger: Ledger) -> None:
    if asked.json_file is not None:
        replace_text(asked.json_file, dumped(run))
    if asked.junit_file is not None:
        replace_text(asked.junit_file, junit(run))
    if asked.ledger_file is not None:
        replace_text(asked.ledger_file, ledger.with_run(asked.known_as or run.url, run).dumped())


def _ledger(file: Path | None) -> Ledger:
    """Read before anything is asked, so that a run is not lost to a file that is none."""
    try:
        return EMPTY if file is None or not file.exists() else Ledger.read(file.read_text("utf-8"))
    except (ValueError, OSError) as error:
        raise click.UsageError(f"--ledger: {file}: {error}") from None


@click.command("ledger")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def show_ledger(file: Path) -> int:
    """Show which properties held at which target, and when that was seen."""
    click.echo("\n".join(_ledger(file).lines()))
    return HELD


@contextmanager
def connected(endpoint: str, leave: Leave | None, ca_file: str | None, control_token: str) -> Iterator[Target]:
    """The target that a command names.  Raises Unreachable; click.UsageError where nothing may be sent."""
    try:
        with connect(endpoint, leave=leave, ca_file=ca_file, control_token=control_token) as target:
            yield target
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    except ControlRefused as error:
        raise click.UsageError(f"{endpoint}: {error}") from None
    except Live as error:
        raise click.UsageError(f"{error}; to ask a live target what can ring nobody add --live") from None


def _exit(run: Run) -> int:
    if run.count("differs"):
        return DIFFERS
    return UNTOLD if run.count("could not tell") or not run.count("held") else HELD


# --- what is asked for ---------------------------------------------------------------------------------------------


def chosen_properties(names: tuple[str, ...]) -> list[Property]:
    known = [*(family.name for family, _ in FAMILIES), *(prop.name for prop in PROPERTIES)]
    for name in names:
        if name not in known:
            raise click.UsageError(f"--only: no family or property {name!r}; {did_you_mean(name, known)}")
    return [prop for prop in PROPERTIES if not names or prop.family in names or prop.name in names]


def _leave(asked: Asked) -> Leave:
    """Raises click.UsageError."""
    credential = None
    if asked.granted or any(os.environ.get(f"TENCENTCLOUD_{name}") for name in ("SECRET_ID", "SECRET_KEY", "TOKEN")):
        try:
            credential = Credential.from_environment()
        except CredentialError as error:
            raise click.UsageError(str(error)) from None
    if asked.allow_calls is not None and not asked.granted:
        raise click.UsageError("--allow-calls: expected --granted beside it: who calls needs leave to")
    try:
        allowed = Allowed.read(asked.allow_calls) if asked.allow_calls else None
    except (NotAllowed, OSError) as error:
        raise click.UsageError(f"--allow-calls: {error}") from None
    book = asked.call_book or Path.home() / ".ccc-contract" / "calls.sqlite"
    return Leave(
        credential=credential, granted=asked.granted, per_second=asked.pace, most=asked.max_requests, allowed=allowed,
        book=book, rehearsal=_tell if asked.dry_run else None,
    )  # fmt: skip


# --- what is told --------------------------------------------------------------------------------------------------


def _listing(properties: list[Property]) -> Iterator[str]:
    for prop in properties:
        yield f"{prop.family}: {prop.name}"
        yield f"  {prop.law}"
        needs = f"; needs {', '.join(sorted(prop.needs))}" if prop.needs else ""
        refused = f"; surely refused: {prop.refusal}" if prop.refusal else ""
        yield f"  {prop.confidence}, {prop.source}{needs}{'; can dial' if prop.dials else ''}{refused}"


def _announce(target: Target, leave: Leave, chosen: list[Property], examples: int) -> None:
    say(f"{target.url} is live.")
    say(f"Tier: {SAYS[leave.tier]}.")
    say(f"Properties: {len(chosen)}, of which those without a sure refusal are left out; {examples} examples each.")
    say(f"Requests: at most {leave.most}, {leave.per_second:g} a second. Nothing that failed is tried again.")
    if leave.allowed is not None and target.own is not None:
        people = ", ".join(f"…{callee[-2:]}" for callee in target.own.callees)
        say(f"Really called: {people}, at most {leave.allowed.budget} calls in all, counted in {leave.book}.")


def _judged(chosen: list[Property], target: Target, examples: int, seed: int, *, is_dry: bool) -> Iterator[Verdict]:
    for n, prop in enumerate(chosen, 1):
        if is_dry:
            click.echo(f"{prop.family}: {prop.name}")
        verdict = judge(prop, target, examples=examples, seed=seed)
        if not is_dry:
            say(f"[{n}/{len(chosen)}] {verdict.outcome:14} {prop.name} {verdict.seconds:.1f} s")
        elif not verdict.examples:
            click.echo(f"  nothing: {clipped(verdict.why)}")
        yield verdict


def _tell(request: Request) -> None:
    """What would go out."""
    click.echo(f"  {told(request)}")
