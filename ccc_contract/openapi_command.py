"""`ccc-contract openapi`: the API as an OpenAPI 3.1 document.

Exit codes: 0 written, 1 the reader went away, 2 bad usage, or FILE cannot be written.
"""

from __future__ import annotations

import json
from pathlib import Path

import click

from ccc_contract.reading import load_api


@click.command()
@click.option(
    "--endpoint", metavar="URL", help="Where it is served; TENCENTCLOUD_ENDPOINT, or else the service itself."
)
@click.option(
    "--output",
    type=click.Path(allow_dash=True, path_type=Path),
    default="-",
    help="Write it to FILE in place of standard output.",
    metavar="FILE",
)
def openapi(endpoint: str | None, output: Path) -> None:
    """Write the API as an OpenAPI 3.1 document: a path for each action, which stands for POST / with its name."""
    # Here, because no other command needs them.
    from ccc_contract.client.outgoing import Target
    from ccc_contract.openapi import document

    try:
        target = Target.of(endpoint, None, None)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    _write(output, json.dumps(document(load_api(), target.url), indent=2, ensure_ascii=False) + "\n")


def _write(output: Path, text: str) -> None:
    if str(output) == "-":
        click.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise click.UsageError(f"--output {output}: cannot write there: {error.strerror or error}") from None
