"""`ccc-mock`: serve the fake, and say what it knows.

Exit codes: 0 done or told to stop, 2 a usage error (one sentence on standard error).
"""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import click

from ccc_contract.console import HELP, Commands, expect_command, run_command
from ccc_contract.reading import load_api
from ccc_contract.spelling import did_you_mean

from .fidelity import points
from .languages import LANGUAGES
from .serve import serve


def main(argv: Sequence[str] | None = None) -> int:
    """The console script; returns the exit code."""
    return run_command(ccc_mock, argv, program="ccc-mock")


LATER = {
    "coverage": "ccc_mock.coverage_commands:coverage",
    "exec": "ccc_mock.exec:exec_",
    "explain": "ccc_mock.explain:explain",
    "mutants": "ccc_mock.mutant_commands:mutants",
}


@click.group(cls=Commands, later=LATER, invoke_without_command=True, context_settings=HELP)
@click.version_option(package_name="ccc-mock", message="ccc-mock %(version)s")
@click.pass_context
def ccc_mock(context: click.Context) -> None:
    """An offline fake of Tencent Cloud Contact Center's API.  Unofficial, not by Tencent."""
    expect_command(context)


ccc_mock.add_command(serve)


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
            raise click.UsageError(f"no code {code[:100]!r}; {did_you_mean(code[:100], tuple(rows))}")
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
