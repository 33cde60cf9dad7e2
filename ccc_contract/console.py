"""What both console scripts share: one sentence for what is wrong, an exit code, and text in UTF-8."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

import click

from .model import ModelError


def run_command(command: click.Command, argv: Sequence[str] | None, *, program: str) -> int:
    """Run a click command; say what is wrong in one sentence on stderr, and return the exit code."""
    write_utf_8()
    try:
        code = command.main(None if argv is None else list(argv), prog_name=program, standalone_mode=False)
        if sys.stdout is not None:  # a service may run without one
            sys.stdout.flush()
    except click.Abort:
        return _complain(program, "interrupted", code=130)
    except click.ClickException as error:
        return _complain(program, error.format_message())
    except ModelError as error:
        return _complain(program, str(error))
    except BrokenPipeError:
        let_nobody_read(sys.stdout)
        return 1
    except OSError as error:  # a full disk behind standard output
        let_nobody_read(sys.stdout)
        return _complain(program, f"cannot write: {error.strerror or error}", code=1)
    return code if isinstance(code, int) else 0


def _complain(program: str, problem: str, *, code: int = 2) -> int:
    say(f"{program}: {' '.join(problem.split())}")
    return code


def say(text: str) -> None:
    """A line on standard error.  Where nobody takes it the exit code still tells."""
    try:
        click.echo(text, err=True)
    except OSError:
        let_nobody_read(sys.stderr)


def write_utf_8() -> None:
    """Let standard output and error be UTF-8, whatever the console or the locale says: a program may read them."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)  # a test's stand-in may have none
        if reconfigure is not None:
            # What UTF-8 cannot hold, half of a character in a file's name, is shown escaped.
            reconfigure(encoding="utf-8", errors="backslashreplace")


def let_nobody_read(stream: TextIO) -> None:
    """Let it lead nowhere from here on: whoever was to read it is gone, or the disk is full."""
    # Python flushes what is left once more at exit; with the pipe gone that would print a traceback and end in 120.
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def expect_folder(file: Path | None) -> None:
    """Whether a file can be written is looked at before work is done for it.  Raises click.UsageError."""
    if file is not None and not file.absolute().parent.is_dir():
        raise click.UsageError(f"{file}: cannot be written: no folder {file.absolute().parent.name!r} there")


def replace_text(file: Path, text: str) -> None:
    """Write a file as a whole: who reads it meanwhile sees the old one or the new one.  Raises OSError."""
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        beside.write_text(text, "utf-8")
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)


HELP = {"help_option_names": ["-h", "--help"]}


def expect_command(context: click.Context) -> None:
    """For the callback of a group that is invoked without a command: name those there are."""
    if context.invoked_subcommand is None and isinstance(context.command, click.Group):
        known = ", ".join(context.command.list_commands(context))
        raise click.UsageError(f"expected a command: {known}; --help tells more")


class Commands(click.Group):
    """A group that names its commands when it is asked for another, and imports some only when they are asked for.

    `later` is where those are: name → `module:attribute`.
    """

    def __init__(self, *args: Any, later: Mapping[str, str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._later = later or {}

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), *self._later])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self._later:
            return super().get_command(ctx, cmd_name)
        module, _, attribute = self._later[cmd_name].partition(":")
        try:
            command: click.Command = getattr(importlib.import_module(module), attribute)
        except ModuleNotFoundError as error:
            if (error.name or "").startswith("ccc_"):
                raise
            return _not_installed(cmd_name, error.name or "")
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if self.get_command(ctx, args[0]) is None:
            raise click.UsageError(f'no command "{args[0]}"; known: {", ".join(self.list_commands(ctx))}')
        return super().resolve_command(ctx, args)


def _not_installed(name: str, library: str) -> click.Command:
    """In place of a command whose library is not there."""

    def complain() -> None:
        raise click.UsageError(f"{name} needs {library}, which is not installed: pip install 'ccc-mock[contract]'")

    return click.Command(
        name,
        callback=complain,
        short_help="Not installed: pip install 'ccc-mock[contract]'",
        context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
        add_help_option=False,
    )
