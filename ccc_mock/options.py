"""What the options of the command line hold, read where they are given: a bad value is a usage error."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click

from ccc_contract.reading import load_api

from .accounts import Credential
from .limits import parse_limit
from .numbers import normalised
from .settings import Settings
from .world.description import Description
from .world.keys import WorldError

if TYPE_CHECKING:
    from .plans.grammar import Parsed

T = TypeVar("T")


def usage_error(read: Callable[[str], Any]) -> Callable[[click.Context, click.Parameter, Any], Any]:
    """A click callback that turns a ValueError of `read` into a usage error, for one text or for several."""

    def callback(context: click.Context, parameter: click.Parameter, value: Any) -> Any:
        try:
            if isinstance(value, tuple):
                return tuple(read(each) for each in value)
            return None if value is None else read(value)
        except (ValueError, OSError) as reason:
            raise click.UsageError(f"{parameter.opts[-1]}: {reason}") from None

    return callback


def credentials_of(text: str) -> list[Credential]:
    """`ID:KEY[:TOKEN]`, or `@FILE` with one such line each; empty lines and those that begin with # are skipped."""
    if not text.startswith("@"):
        return [Credential.parse(text)]
    credentials = _lines(Path(text[1:]), Credential.parse)
    if not credentials:
        raise ValueError(f"{text[1:]} holds no credential; expected lines of ID:KEY or ID:KEY:TOKEN")
    return credentials


def plan_of(text: str) -> Parsed:
    """The text of a plan, or `@FILE` with a plan on each line; read here, so that a bad one is told of as usage."""
    from .plans.grammar import Parsed, parse

    if not text.startswith("@"):
        return parse(text, load_api())
    lines = _lines(Path(text[1:]), lambda line: parse(line, load_api()))
    if not lines:
        raise ValueError(f"{text[1:]} holds no plan; expected one on each line that does not begin with #")
    return Parsed([each for line in lines for each in line.drafts], [each for line in lines for each in line.warnings])


class GivenWorld(NamedTuple):
    """A world that was asked for, and where it is written."""

    description: Description
    given: str

    def place(self, wrong: WorldError) -> str:
        """The error with its file and line: for what is only wrong beside the other options."""
        from .world.texts import line_of

        text = Path(self.given).read_text("utf-8-sig")
        return f"--world: {self.given} line {line_of(text, wrong.path)}: {wrong}"


def given_world(text: str) -> GivenWorld:
    """A word for a world, or a file that describes one."""
    from .adapters.files import world_of

    return GivenWorld(world_of(text, load_api().actions), text)


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


def limit_of(text: str) -> tuple[str, int | None]:
    return parse_limit(text, load_api())


class Whole(click.types.StringParamType):
    """A text that may hold blanks: the variable in the environment is one of it, and is not split."""

    def split_envvar_value(self, rv: str) -> list[str]:
        return [rv]


def magic_prefix_of(text: str) -> str:
    if not re.fullmatch(r"\+?[0-9]{3,16}", text) or len(normalised(text)) < 3:
        raise ValueError(f"expected 3 to 16 digits, such as +86199000, got {text!r}")
    return text


def not_empty(text: str) -> str:
    if not text.strip():
        raise ValueError("expected a value, got none (is the variable that it comes from unset?)")
    return text


def setting_of(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise ValueError(f"expected NAME=VALUE, got {text!r}")
    Settings.of({name: value})
    return name, value
