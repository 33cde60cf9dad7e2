"""Somebody's target as a process: started, found by the URL that it prints, and stopped.  An adapter."""

from __future__ import annotations

import contextlib
import os
import queue
import re
import shlex
import signal
import subprocess
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

PLACE = "{}"
"""Where the name of a target stands in a command."""
ASK = "list"
"""The name by which a command is asked for its names, one a line."""
START_SECONDS = 30.0
STOP_SECONDS = 5.0

_URL = re.compile(r"https?://[0-9A-Za-z.\[\]:-]+")


class CannotStart(Exception):
    """The command gave no URL, or no names; the message says what it did instead."""


def names_of(command: str) -> list[str]:
    """What the command answers when it is asked for its names.  Raises CannotStart."""
    words = _words(command, ASK)
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=START_SECONDS)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CannotStart(f"{shlex.join(words)}: {error}") from None
    names = [line.strip() for line in done.stdout.splitlines() if line.strip()]
    if done.returncode or not names:
        told = (done.stderr.strip().splitlines() or ["nothing"])[-1][:200]
        raise CannotStart(
            f"{shlex.join(words)}: expected names, one a line, and exit code 0; got {done.returncode} and: {told}"
        )
    return names


@contextmanager
def started(command: str, name: str) -> Iterator[str]:
    """The URL of the target by that name; it is stopped afterwards.  Raises CannotStart."""
    words = _words(command, name)
    try:
        process = subprocess.Popen(
            words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True,
            errors="replace", start_new_session=True,
        )  # fmt: skip
    except OSError as error:
        raise CannotStart(f"{shlex.join(words)}: {error.strerror or error}") from None
    try:
        assert process.stdout is not None
        yield _url(process.stdout, words)
    finally:
        _stop(process)


def _words(command: str, name: str) -> list[str]:
    """Raises CannotStart."""
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise CannotStart(f"{command}: {error}") from None
    if not any(PLACE in word for word in words):
        raise CannotStart(f"{command}: expected {PLACE} where the name of a target is to stand")
    return [word.replace(PLACE, name) for word in words]


def _url(output: IO[str], words: list[str]) -> str:
    """The first URL that it prints; what comes after is read too, so that it never waits for a full pipe."""
    found: queue.SimpleQueue[str] = queue.SimpleQueue()
    last: deque[str] = deque(maxlen=1)

    def read() -> None:
        with contextlib.suppress(ValueError):  # closed under its hands
            for line in output:
                last.append(line.strip())
                if url := _URL.search(line):
                    found.put(url[0])
        found.put("")

    threading.Thread(target=read, daemon=True, name="ccc-contract target").start()
    try:
        url = found.get(timeout=START_SECONDS)
    except queue.Empty:
        url = ""
    if not url:
        told = last[-1][:200] if last else "nothing"
        raise CannotStart(f"{shlex.join(words)}: expected a URL in what it prints; the last that it said: {told}")
    return url


def _stop(process: subprocess.Popen[str]) -> None:
    """It and whatever it started."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
            break
    if process.stdout is not None:
        process.stdout.close()
