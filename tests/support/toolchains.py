"""Programs of other languages: their toolchains, packages and runs.

A toolchain that is not here, or packages that cannot be had in time, is a reason to skip, told as such.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

FETCH_SECONDS, RUN_SECONDS = 300, 300

MAVEN = ("mvn", "--batch-mode", "--quiet")
NPM_INSTALL = ("npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts")
GO_DOWNLOAD = ("go", "mod", "download")

Command = tuple[str, ...]


class Skipped(Exception):
    """Why a language does not run here."""


class Failed(Exception):
    """What its program said."""


class TookTooLong(Exception):
    """A command did not end in time."""


def need(*commands: Command) -> None:
    """Raises Skipped where the program of one of them is not here."""
    for program, *_ in commands:
        if shutil.which(program) is None:
            raise Skipped(f"there is no {program} here")


def fetch(command: Command, folder: Path) -> None:
    """Bring a program's packages.  Raises Skipped where they cannot be had, Failed where it does not compile."""
    try:
        code, output = run(command, folder, FETCH_SECONDS)
    except TookTooLong:
        raise Skipped(f"its packages could not be had within {FETCH_SECONDS} seconds") from None
    if "COMPILATION ERROR" in output:  # Maven compiles on the way: that is the program's fault
        raise Failed(output)
    if code != 0:
        raise Skipped("its packages could not be had: " + " ".join(output.split())[:300])


def succeed(command: Command, folder: Path, environment: Mapping[str, str] | None = None) -> str:
    """What a command printed.  Raises Failed, with that, where it fails or takes too long."""
    try:
        code, output = run(command, folder, RUN_SECONDS, environment)
    except TookTooLong:
        raise Failed(f"it did not end within {RUN_SECONDS} seconds") from None
    if code != 0:
        raise Failed(output)
    return output


def run(
    command: Command, folder: Path, seconds: float, environment: Mapping[str, str] | None = None
) -> tuple[int, str]:
    """Run a command with this added to the environment; gives its exit code and what it printed."""
    with subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    ) as started:
        try:
            output, _ = started.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(started.pid, signal.SIGKILL)  # what it started, too: that holds the pipe open
            raise TookTooLong from None
    return started.returncode, output
