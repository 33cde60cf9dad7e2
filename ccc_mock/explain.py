"""`ccc-mock explain`: why the signature of a request does not match, offline.

Exit codes: 0 the signature matches, 1 it does not, 2 a usage error or an input that cannot be read, 3 that cannot be
told without the key.
"""

from __future__ import annotations

import getpass
import json
import os
import time
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, TypeVar

import click

from ccc_contract.reading import load_api

from .explaining import intermediates, keys
from .explaining.explanation import Explanation, Verdict
from .explaining.explanation import explain as explain_request
from .explaining.forms import FORMS, request_of
from .explaining.reading import MAX_BYTES, Files, NoFile, Note, Unreadable, no_files
from .explaining.texts import note, unreadable
from .forensics.diagnosis import Secret
from .languages import LANGUAGES
from .parameters import read as read_parameters
from .redaction import Redaction, last_four, printable
from .settings import Settings

EXIT_CODES: Mapping[Verdict, int] = {"fits": 0, "differs": 1, "undecided": 3}

SECRET_ID, SECRET_KEY = "TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY"

_FILE = click.Path(dir_okay=False, path_type=Path)
T = TypeVar("T")


@click.command()
@click.argument("file", default="-", type=click.Path(dir_okay=False, allow_dash=True))
@click.option("--form", type=click.Choice(list(FORMS)), help="What FILE holds; found out by itself otherwise.")
@click.option("--entry", type=click.IntRange(1), metavar="N", help="Which request of FILE, where it holds several.")
@click.option(
    "--files",
    type=click.Path(file_okay=False, exists=True, path_type=Path),
    metavar="FOLDER",
    help="Where curl is run: the folder whose files a curl command may name; none is read otherwise.",
)
@click.option("--key-file", type=_FILE, help="Lines of ID:KEY, or the credentials file of SDKs or tccli.")
@click.option("--prompt", is_flag=True, help="Ask for the SecretKey.")
@click.option("--canonical", type=_FILE, help="The canonical request, as your program built it.")
@click.option("--string-to-sign", "string", type=_FILE, help="The string to sign, as your program built it.")
@click.option("--lang", "--language", "language", type=click.Choice(list(LANGUAGES)), default="en", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def explain(
    file: str,
    form: str | None,
    entry: int | None,
    files: Path | None,
    key_file: Path | None,
    prompt: bool,
    canonical: Path | None,
    string: Path | None,
    language: str,
    as_json: bool,
) -> int:
    """Say why the signature of a request does not match.

    FILE (standard input without one) holds a raw HTTP request, a curl command, a HAR file or an entry of one, or what
    Go dumps of a request.  The key is the one of TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY, of --key-file or
    of --prompt; it is never an argument, and never printed.

    Exit codes: 0 it matches, 1 it does not, 2 the input cannot be read, 3 that cannot be told without the key.
    """  # fmt: skip
    language = LANGUAGES[language]
    given = _bytes_of(file, MAX_BYTES, language)
    reader = _folder(files) if files else no_files
    found, read = _told(file, language, lambda: request_of(given, form=form, entry=entry, files=reader))
    claimed = read_parameters(read.request, Settings()).secret_id.strip()
    secrets, notes = _secrets(claimed, key_file, prompt, language)
    own = [
        None if path is None else _bytes_of(str(path), intermediates.MAX_BYTES, language)
        for path in (canonical, string)
    ]
    api = load_api()
    explanation = explain_request(
        found,
        read._replace(notes=(*read.notes, *notes)),
        secrets,
        Redaction(api),
        canonical=own[0],
        string=own[1],
        actions=tuple(api.actions),
        now=time.time(),
        over=_after(SEARCH_SECONDS),
    )
    _print(explanation, language, as_json=as_json)
    return EXIT_CODES[explanation.verdict]


SEARCH_SECONDS = 20
"""A request as it is usual takes a tenth of one; of a body of megabytes each recomputation takes its time."""


def _after(seconds: float) -> Callable[[], bool]:
    end = time.monotonic() + seconds
    return lambda: time.monotonic() > end


def _print(explanation: Explanation, language: str, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(explanation.as_json(language), ensure_ascii=False))
    else:
        click.echo("\n".join(explanation.told(language)))


def _bytes_of(file: str, most: int, language: str) -> bytes:
    """The content of a file, or of standard input for `-`; a byte more than `most` is not read."""
    try:
        with click.open_file(file, "rb") as stream:
            if file == "-" and stream.isatty():
                click.echo("expected a request on standard input; Ctrl-D ends it", err=True)
            content = _read(stream, most)
    except OSError as reason:
        raise click.UsageError(f"cannot read {printable(file, 200)}: {reason.strerror}") from None
    except RuntimeError:  # click's word for a standard input that is closed
        raise click.UsageError("expected a request in FILE or on standard input, which is closed") from None
    if len(content) > most:
        raise _usage(file, unreadable("too-large", 1, limit=most), language)
    return content


def _read(stream: IO[bytes], most: int) -> bytes:
    return stream.read(most + 1)


def _told(file: str, language: str, read: Callable[[], T]) -> T:
    """What `read` gives; what it cannot read is a usage error with file and line."""
    try:
        return read()
    except Unreadable as reason:
        raise _usage(file, reason, language) from None


def _usage(file: str, reason: Unreadable, language: str) -> click.UsageError:
    where = "standard input" if file == "-" else printable(file, 200)
    return click.UsageError(f"{where} line {reason.line}: {reason.told(language)}")


def _folder(folder: Path) -> Files:
    """Reads files of one folder; a curl command may come from somebody else, and name any file."""
    root = folder.resolve()

    def content(name: bytes) -> bytes:
        path = (root / os.fsdecode(name).replace("\0", "�")).resolve()
        if not path.is_relative_to(root):
            raise NoFile("curl-outside")
        with path.open("rb") as stream:
            return _read(stream, MAX_BYTES)

    return content


def _asked(question: str) -> str:
    """What is typed, unseen; without a terminal, where it would be seen or be part of the request, it is not asked."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", getpass.GetPassWarning)
        try:
            typed: str = click.prompt(printable(question), hide_input=True, err=True)
        except getpass.GetPassWarning:
            raise click.UsageError(
                f"--prompt: expected a terminal to ask on; give the key as --key-file or {SECRET_KEY}"
            ) from None
    return typed.strip()


def _secrets(claimed: str, key_file: Path | None, prompt: bool, language: str) -> tuple[list[Secret], list[Note]]:
    """Every key that is given, the likeliest first."""
    secrets: list[Secret] = []
    if prompt:
        secrets.append(Secret(claimed, _asked(f"SecretKey of {last_four(claimed)}")))
    if key_file is not None:
        content = _bytes_of(str(key_file), keys.MAX_BYTES, language)
        secrets += _told(str(key_file), language, lambda: keys.read(content))
    given = {name: os.environ.get(name, "") for name in (SECRET_ID, SECRET_KEY)}
    for name, value in given.items():
        if value.encode("utf-8", "replace").decode() != value:
            raise click.UsageError(f"{name}: expected UTF-8")
    secret_id, secret_key = map(str.strip, given.values())
    if secret_key:
        secrets.append(Secret(secret_id or claimed, secret_key))
    blanks = [name for name, value in given.items() if value != value.strip()]
    return secrets, [note("blanks-in-variable", name=name) for name in blanks]
