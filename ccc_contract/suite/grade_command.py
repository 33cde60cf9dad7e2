"""`ccc-contract grade`: hold targets that are wrong on purpose against the contract; which of them are found out?

Exit codes:

    0    each was found out
    1    some were not
    2    the command is wrong, or a target did not prove to be a fake
    3    a target could not be started, or nobody answered
"""

from __future__ import annotations

from pathlib import Path

import click

from ..console import expect_folder, replace_text, say
from .command import chosen_properties
from .connecting import Live, connect
from .grading import Matrix, told
from .judging import judge
from .property import Property
from .reply import Unreachable
from .starting import CannotStart, names_of, started

ALL_FOUND, SOME_SURVIVE, UNTOLD = 0, 1, 3


@click.command("grade")
@click.option("--target-command", required=True, metavar="COMMAND",
              help="Starts the target named at {} and prints its URL; with `list` there, prints names.")  # fmt: skip
@click.argument("names", nargs=-1)
@click.option("--only", metavar="NAME", multiple=True, help="A family or a property; may be given again.")
@click.option("--seed", type=click.IntRange(0, 2**32), default=0, show_default=True)
@click.option("--examples", type=click.IntRange(1, 10_000), default=50, show_default=True, help="Of each property.")
@click.option("--store", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path), help="The matrix, as JSON.")
def command(
    target_command: str, names: tuple[str, ...], only: tuple[str, ...], seed: int, examples: int, store: Path | None
) -> int:
    """Start each target named NAMES, or each that the command lists, and tell which properties find it out.

    A property that finds nothing out, and targets that the same properties find out, are told as well.
    """
    chosen = chosen_properties(only)
    expect_folder(store)
    try:
        wanted = list(names) or names_of(target_command)
        rows = {}
        for n, name in enumerate(wanted, 1):
            rows[name] = _killers(target_command, name, chosen, seed, examples)
            say(f"[{n}/{len(wanted)}] {name}: {told(rows[name])}")
    except Live as error:
        raise click.UsageError(str(error)) from None
    except (CannotStart, Unreachable) as error:
        say(f"ccc-contract: {error}")
        return UNTOLD
    matrix = Matrix(target_command, seed, examples, tuple(prop.name for prop in chosen), rows)
    if store is not None:
        replace_text(store, matrix.dumped())
    click.echo("\n".join(matrix.lines()))
    return SOME_SURVIVE if matrix.survivors else ALL_FOUND


def _killers(target_command: str, name: str, chosen: list[Property], seed: int, examples: int) -> tuple[str, ...]:
    """Raises CannotStart, Live, Unreachable."""
    with started(target_command, name) as url, connect(url) as target:
        return tuple(
            prop.name
            for prop in chosen
            if judge(prop, target, examples=examples, seed=seed, shrinks=False).outcome == "differs"
        )
