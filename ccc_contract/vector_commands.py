"""`ccc-contract vectors` and `ccc-contract verify-signer`: the vector suite, written out and held against a signer.

Exit codes of verify-signer: 0 every case matches, 1 a case differs (or the reader of the report went away), 2 bad
usage, 3 the command failed in a case (it cannot be started, crashed, did not end, or gave no answer), 130 interrupted.
"""

from __future__ import annotations

import json
import math
import shlex
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from ccc_contract.model import JSON
from ccc_contract.spelling import nearest

if TYPE_CHECKING:
    from ccc_contract.vectors.case import Case
    from ccc_contract.vectors.comparing import Difference

DIFFERS, COMMAND_FAILED = 1, 3
TC3, ALL = "TC3-HMAC-SHA256", "all"
SCHEMES = (TC3, "HmacSHA1", "HmacSHA256", ALL)


# --- vectors -------------------------------------------------------------------------------------------------------


@click.command()
@click.option(
    "--out", type=click.Path(path_type=Path), help="Write plain files: a folder for each case.  New or empty."
)
@click.option(
    "--json", "document", type=click.Path(allow_dash=True, path_type=Path), help="Write one JSON file; - prints."
)
def vectors(out: Path | None, document: Path | None) -> None:
    """Write the vector suite: signed requests with each step, right ones and wrong ones.

    Without an option, list the cases: name, kind, scheme, code, confidence, source, and what each is about.
    """
    # Here, because no other command needs them.
    from ccc_contract.vectors import cases, suite

    if out is None and document is None:
        click.echo("\n".join(_listed(cases())))
    if out is not None:
        _write_files(out, suite.files())
        click.echo(f"{len(cases())} cases in {out}", err=True)
    if document is not None:
        _write_document(document, suite.document())


def _listed(cases: Iterable[Case]) -> Iterator[str]:
    for case in cases:
        facts = (case.kind, case.question.scheme, case.code or "-", case.confidence, case.source)
        yield f"{case.name}  {', '.join(facts)}"
        yield f"  {case.about}"


def _write_files(folder: Path, files: Iterable[tuple[str, bytes]]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):  # cases of another version would stay, and be taken for this one's
            raise click.UsageError(f"--out {folder}: expected a new or an empty folder, and there are files in it")
        for name, content in files:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    except OSError as error:
        raise _cannot_write("--out", folder, error) from None


def _write_document(file: Path, content: bytes) -> None:
    if str(file) == "-":
        click.echo(content, nl=False)
        return
    try:
        file.write_bytes(content)
    except OSError as error:
        raise _cannot_write("--json", file, error) from None


def _cannot_write(option: str, path: Path, error: OSError) -> click.UsageError:
    return click.UsageError(f"{option} {path}: cannot write there: {error.strerror or error}")


# --- verify-signer -------------------------------------------------------------------------------------------------


_SECONDS = click.FloatRange(min=0.001, max=3600)


class Verdict(NamedTuple):
    """What came of one case: nothing is wrong, a step differs, or there is no answer."""

    case: Case
    difference: Difference | None = None
    failure: str | None = None
    unknown: tuple[str, ...] = ()
    """Steps that were not answered, and in which the cause of the difference may be."""

    @property
    def result(self) -> str:
        return "failed" if self.failure is not None else "differs" if self.difference is not None else "matches"


class Run(NamedTuple):
    """The verdicts; fewer than there are cases where the rest was not asked."""

    verdicts: list[Verdict]
    cases: int

    @property
    def exit_code(self) -> int:
        results = {verdict.result for verdict in self.verdicts}
        return COMMAND_FAILED if "failed" in results else DIFFERS if "differs" in results else 0


@click.command("verify-signer")
@click.option(
    "--cmd", "command", required=True, metavar="COMMAND", help="The signer, with its arguments; not by a shell."
)
@click.option("--only", multiple=True, metavar="CASE", help="Only this case; a pattern such as 'get-*'.  Repeatable.")
@click.option("--scheme", type=click.Choice(SCHEMES), default=TC3, show_default=True, help="Whose cases.")
@click.option("--timeout", type=_SECONDS, default=10.0, show_default=True, metavar="SECONDS", help="For each case.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def verify_signer(command: str, only: tuple[str, ...], scheme: str, timeout: float, as_json: bool) -> int:
    """Hold a signer in any language against the positive cases, and name the first step that differs.

    COMMAND is run once for each case.  It gets the case as JSON on standard input and prints a JSON object with
    authorization (or signature) and any of canonical_request, hashed_canonical_request, string_to_sign, secret_date,
    secret_service, secret_signing; or just the Authorization header as its only line.

    Exit codes: 0 every case matches, 1 a case differs, 2 bad usage, 3 the command failed.
    """
    from ccc_contract.foreign_signer import CannotStart
    from ccc_contract.vectors import cases

    if math.isnan(timeout):  # which is in every range
        raise click.BadParameter("expected seconds, got nan", param_hint="'--timeout'")
    words = _split(command)
    positive = [case for case in cases() if case.kind == "positive"]
    of_scheme = [case for case in positive if scheme in (ALL, case.question.scheme)]
    chosen = _chosen(positive, only) if only else of_scheme
    try:
        run = _run(words, chosen, timeout)
    except CannotStart as error:
        click.echo(f"ccc-contract: --cmd: cannot run {words[0]!r}: {error}", err=True)
        return COMMAND_FAILED
    click.echo(_as_json(run) if as_json else "\n".join(_report(run, len(positive) - len(chosen))))
    return run.exit_code


def _split(command: str) -> list[str]:
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise click.UsageError(f"--cmd: expected a command as a shell takes it: {error}") from None
    if not words:
        raise click.UsageError("--cmd: expected a command, got an empty text")
    return words


def _chosen(cases: Sequence[Case], patterns: tuple[str, ...]) -> list[Case]:
    names = [case.name for case in cases]
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in names):
            close = nearest(pattern, names)
            hint = f"nearest: {', '.join(close)}" if close else "ccc-contract vectors lists them"
            raise click.UsageError(f'--only: no positive case "{pattern}"; {hint}')
    return [case for case in cases if any(fnmatchcase(case.name, pattern) for pattern in patterns)]


def _run(command: Sequence[str], cases: Sequence[Case], timeout_seconds: float) -> Run:
    from ccc_contract.foreign_signer import Failed

    run = Run([], len(cases))
    for case in cases:
        try:
            run.verdicts.append(_verdict(command, case, timeout_seconds))
        except Failed as failed:
            run.verdicts.append(Verdict(case, failure=str(failed)))
            if failed.is_slow:
                break
    return run


def _verdict(command: Sequence[str], case: Case, timeout_seconds: float) -> Verdict:
    from ccc_contract.foreign_signer import ask
    from ccc_contract.vectors.comparing import Unreadable, first_difference, read_answer, unknown_before
    from ccc_contract.vectors.suite import question_as_json

    question = json.dumps(question_as_json(case.name, case.question)).encode() + b"\n"
    output = ask(command, question, timeout_seconds=timeout_seconds)
    try:
        answer = read_answer(output, case)
    except Unreadable as unreadable:
        return Verdict(case, failure=str(unreadable))
    difference = first_difference(case, answer)
    return Verdict(case, difference, unknown=() if difference is None else unknown_before(case, difference, answer))


# --- the report ----------------------------------------------------------------------------------------------------

_IN_DETAIL = 5
"""Cases that are told line by line: one mistake mostly shows in each of them, and the others are then only named."""


def _report(run: Run, not_chosen: int) -> Iterator[str]:
    wrong = [verdict for verdict in run.verdicts if verdict.result != "matches"]
    for place, verdict in enumerate(wrong):
        headline, *details = _lines(verdict)
        yield headline
        if place < _IN_DETAIL:
            yield from (f"  {line}" for line in details)
    yield _closing(run, not_chosen)


def _lines(verdict: Verdict) -> Iterator[str]:
    difference = verdict.difference
    if difference is None:
        yield f"{verdict.case.name}: failed"
        yield verdict.failure or ""
        return
    yield f"{verdict.case.name}: {difference.step} differs{_where(difference)}"
    yield f"about     {verdict.case.about}"
    if difference.is_shown:
        yield f"expected  {difference.expected}"
        yield f"got       {difference.got}"
    if difference.remark:
        yield f"remark    {difference.remark}"
    if verdict.unknown:
        yield f"unknown   {', '.join(verdict.unknown)}: not answered, and the cause may be there"


def _where(difference: Difference) -> str:
    """Of a digest every byte differs, so it is not told where it begins to."""
    if not difference.is_shown:
        return ""
    return f" at line {difference.line}, column {difference.column} (byte {difference.byte})"


def _closing(run: Run, not_chosen: int) -> str:
    count = [verdict.result for verdict in run.verdicts].count
    differs, failed, left = count("differs"), count("failed"), run.cases - len(run.verdicts)
    parts = [
        f"{count('matches')} of {run.cases} cases match",
        f"{differs} differ{'s' if differs == 1 else ''}" if differs else "",
        f"{failed} failed" if failed else "",
        f"{left} not asked any more" if left else "",
        f"{not_chosen} others not chosen (--only, --scheme)" if not_chosen else "",
    ]
    return "; ".join(filter(None, parts))


def _as_json(run: Run) -> str:
    return json.dumps(
        {"cases": [_row(verdict) for verdict in run.verdicts], **_counts(run)}, indent=2, ensure_ascii=False
    )


def _counts(run: Run) -> dict[str, JSON]:
    count = [verdict.result for verdict in run.verdicts].count
    counts: dict[str, JSON] = {result: count(result) for result in ("matches", "differs", "failed")}
    return {**counts, "not_asked": run.cases - len(run.verdicts), "exit_code": run.exit_code}


def _row(verdict: Verdict) -> dict[str, JSON]:
    difference = verdict.difference
    return {
        "case": verdict.case.name,
        "scheme": verdict.case.question.scheme,
        "result": verdict.result,
        "difference": None if difference is None else asdict(difference),
        "not_answered": list(verdict.unknown),
        "failure": verdict.failure,
    }
