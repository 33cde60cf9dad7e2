"""`ccc-mock mutants`, and what `serve --mutant` takes: the fakes that are wrong on purpose."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

import click

from .endpoint import Endpoint

LIST = "list"
"""In place of a name; no mutant is called so, since all their names have a dash."""


class ChosenMutant(NamedTuple):
    """What makes the endpoint, and what is to be said of it."""

    make: Callable[..., Endpoint]
    name: str | None = None
    says: str = ""


NO_MUTANT = ChosenMutant(Endpoint)
"""The true fake."""


def chosen_mutant(context: click.Context, parameter: click.Parameter, name: str | None) -> ChosenMutant:
    """A click callback: the mutant of that name.

    `list` prints the names, one a line, and ends the program: whoever grades can ask any fake for its mutants so.
    """
    if name is None:
        return NO_MUTANT
    from .mutants import MUTANTS, NoMutant, mutant  # nobody else needs them

    if name == LIST:
        click.echo("\n".join(MUTANTS))
        context.exit(0)
    try:
        chosen = mutant(name)
    except NoMutant as reason:
        raise click.UsageError(f"--mutant: {reason}") from None
    return ChosenMutant(chosen.endpoint, name, chosen.says)


@click.command()
@click.option("--names", is_flag=True, help="Print the names only, one a line.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
def mutants(names: bool, as_json: bool) -> None:
    """List the fakes that are wrong on purpose, one way each: `ccc-mock serve --mutant NAME` is one of them."""
    from .mutants import MUTANTS

    if names and as_json:
        raise click.UsageError("--names and --json are two forms of the same list: give one of them")
    if as_json:
        rows = [_row(each) for each in MUTANTS.values()]
        click.echo(json.dumps(rows))
        return
    for each in MUTANTS.values():
        click.echo(each.name if names else f"{each.family:<11}{each.name:<36}{each.says}")


def _row(mutant: Any) -> dict[str, str]:
    return {name: getattr(mutant, name) for name in ("name", "family", "says", "property")}
