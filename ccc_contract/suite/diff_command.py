"""`ccc-contract record` and `ccc-contract diff`: where do two targets differ, or one from what it answered before?

Exit codes: 0 the same, 1 they differ, 2 the command is wrong or a target is live and --live is missing, 3 nobody
answered, or no question was answered by both, 6 an answer of a live target had a SessionId.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click

from ..console import expect_folder, replace_text, say
from .command import connected
from .connecting import Leave
from .differences import Accepted, Difference, compared, differences, read_baseline
from .draft import Draft
from .live import Rang
from .questions import LIFE_OF_A_CALL, asked, questions
from .reply import Unreachable
from .service import opened
from .showing import alarm, clipped
from .target import Target
from .transcript import MAX_BYTES, Exchange, Transcript

SAME, DIFFER, UNTOLD, RANG = 0, 1, 3, 6
QUESTIONS = 300
MAX_SHOWN = 40

_SEED = click.option("--seed", type=click.IntRange(0, 2**32), default=0, show_default=True)
_COUNT = click.option("--questions", "count", type=click.IntRange(1, 100_000), default=QUESTIONS, show_default=True)
_LIVE = click.option("--live", is_flag=True, help="Ask a target that did not prove to be a fake, without a credential.")
_TOKEN = click.option(
    "--control-token", metavar="TOKEN", envvar="CCC_CONTROL_TOKEN", default="", help="Of fakes' control."
)
_CA = click.option("--ca-file", metavar="PATH", type=click.Path(exists=True, dir_okay=False))


@click.command("record")
@click.option("--endpoint", metavar="URL", required=True)
@click.option("--output", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path), required=True)
@_SEED
@_COUNT
@_LIVE
@_CA
@_TOKEN
def record(
    endpoint: str, output: Path, seed: int, count: int, live: bool, ca_file: str | None, control_token: str
) -> int:
    """Ask a target so many questions and keep its answers, without what names anybody, as a target for `diff`."""
    expect_folder(output)
    try:
        transcript = _recorded(endpoint, questions(seed, count), live, ca_file, control_token)
    except (Unreachable, Rang) as error:
        return _untold(error, endpoint)
    replace_text(output, transcript.dumped())
    answered = sum(each.answer is not None for each in transcript.exchanges)
    life = f", {len(LIFE_OF_A_CALL)} of them about one call"
    held_back = f"; {len(transcript.exchanges) - answered} questions were held back" if live else ""
    click.echo(f"{answered} answers of {transcript.target} are in {output}{'' if live else life}{held_back}")
    return SAME


@click.command("diff")
@click.argument("a")
@click.argument("b")
@click.option("--baseline", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="Differences that are accepted, each with its reason, as TOML.")  # fmt: skip
@_SEED
@_COUNT
@_LIVE
@_CA
@_TOKEN
def diff(
    a: str, b: str, baseline: Path | None, seed: int, count: int, live: bool, ca_file: str | None, control_token: str
) -> int:
    """Show where A and B, each a URL or a file of `record`, answer the same question otherwise.

    Ids, times and whatever else differs each time is not compared. Where one is a file its questions are asked.
    """
    accepted = _baseline(baseline)
    files = [_read(name) for name in (a, b)]
    told = next((file for file in files if file is not None), None)
    drafts = questions(seed, count) if told is None else [each.draft for each in told.exchanges]
    try:
        ours, theirs = (
            file or _recorded(name, drafts, live, ca_file, control_token)
            for file, name in zip(files, (a, b), strict=True)
        )
    except (Unreachable, Rang) as error:
        return _untold(error, f"{a} or {b}")
    if [each.draft for each in ours.exchanges] != [each.draft for each in theirs.exchanges]:
        raise click.UsageError(f"{a} and {b} were asked different questions; record both with the same seed")
    found = [(each, _reason(each, accepted)) for each in differences(ours.exchanges, theirs.exchanges)]
    both = compared(ours.exchanges, theirs.exchanges)
    click.echo("\n".join(_lines(found, accepted, both, a, b)))
    if not both:
        return UNTOLD
    return DIFFER if any(reason is None for _, reason in found) else SAME


def _recorded(url: str, drafts: list[Draft], live: bool, ca_file: str | None, token: str) -> Transcript:
    """Raises Unreachable; click.UsageError where nothing may be sent."""
    recorded = datetime.now(UTC).isoformat(timespec="seconds")
    with connected(url, Leave() if live else None, ca_file, token) as target:
        return Transcript(target.url, recorded, tuple(_asked(target, drafts)))


def _asked(target: Target, drafts: list[Draft]) -> list[Exchange]:
    with opened(target) as service:
        return asked(service, drafts)


def _read(name: str) -> Transcript | None:
    """None for a URL."""
    if "://" in name:
        return None
    file = Path(name)
    try:
        if file.stat().st_size > MAX_BYTES:
            raise click.UsageError(f"{name}: expected at most {MAX_BYTES} bytes")
        return Transcript.read(file.read_text("utf-8"))
    except OSError as error:
        raise click.UsageError(f"{name}: expected a URL or a file of `record`: {error.strerror}") from None
    except ValueError as error:
        raise click.UsageError(f"{name}: {error}") from None


def _baseline(file: Path | None) -> list[Accepted]:
    try:
        return [] if file is None else read_baseline(file.read_text("utf-8"))
    except (ValueError, OSError) as error:
        raise click.UsageError(f"--baseline: {error}") from None


def _reason(difference: Difference, accepted: list[Accepted]) -> str | None:
    return next((each.reason for each in accepted if each.covers(difference)), None)


def _lines(
    found: list[tuple[Difference, str | None]], accepted: list[Accepted], both: int, a: str, b: str
) -> Iterator[str]:
    """`found` are the differences, each with the reason for which it is accepted."""
    new = [each for each, reason in found if reason is None]
    groups: dict[tuple[str, str, str], list[Difference]] = {}
    for each in new:
        groups.setdefault((each.path, repr(each.ours), repr(each.theirs)), []).append(each)
    for (path, mine, other), alike in list(groups.items())[:MAX_SHOWN]:
        yield f"{path}" + (f", in {len(alike)} answers" if len(alike) > 1 else "")
        yield f"  {clipped(alike[0].question)}"
        yield f"    {a}: {clipped(mine)}"
        yield f"    {b}: {clipped(other)}"
    if len(groups) > MAX_SHOWN:
        yield f"… and {len(groups) - MAX_SHOWN} kinds more"
    reasons = Counter(reason for _, reason in found if reason is not None)
    for reason, times in reasons.most_common():
        yield f"accepted {times} times: {reason}"
    for entry in accepted:
        if not any(entry.covers(each) for each, _ in found):
            yield f"accepted, and not seen: {entry.action} {entry.path} ({entry.reason})"
    yield f"{both} questions were answered by both; {len(new)} differences, and {len(found) - len(new)} accepted ones"


def _untold(error: Unreachable | Rang, url: str) -> int:
    if isinstance(error, Rang):
        say("\n".join(alarm(str(error), error.request, error.response, url)))
        return RANG
    say(f"ccc-contract: {url}: {error}")
    return UNTOLD
