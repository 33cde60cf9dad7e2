"""Somebody's signer as a process: one case in, one answer out, within bounds.  An adapter.

A process for each case: nothing of one case can reach the next, and whoever writes a signer has no loop to write.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from typing import IO

MAX_OUTPUT_BYTES = 1024 * 1024
"""Of an answer: the longest right one, with each step, has some thousand bytes."""
KEPT_ERROR_BYTES = 4096
"""What is kept of standard error: its end.  All of it is read, so that nobody waits for a full pipe."""
MAX_SHOWN = 200
"""Characters of its last line that are shown."""
_CHUNK_BYTES = 64 * 1024
_LAST_WORDS_SECONDS = 1.0


class CannotStart(Exception):
    """There is no such command, or it cannot be run; the message says why."""


class Failed(Exception):
    """It ran, and there is no answer; the message says why.  `is_slow`: another case would take as long."""

    def __init__(self, message: str, *, is_slow: bool = False) -> None:
        super().__init__(message)
        self.is_slow = is_slow


def ask(command: Sequence[str], question: bytes, *, timeout_seconds: float) -> bytes:
    """Run `command` with `question` on its standard input, and return its standard output.

    Raises CannotStart; and Failed for an exit code other than 0, for too much output, and where it has not ended in
    time.  What it started ends with it.
    """
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            start_new_session=True,  # a group of its own, so that what it starts can be ended with it
        )
    except (OSError, ValueError) as error:  # ValueError: a NUL in the command
        raise CannotStart(getattr(error, "strerror", None) or str(error)) from None
    return _Conversation(process, question).answer(timeout_seconds)


class _Conversation:
    """One process and its three pipes, each with a thread, because any of them can be the one that blocks."""

    def __init__(self, process: subprocess.Popen[bytes], question: bytes) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        self.process = process
        self.output, self.errors = bytearray(), bytearray()
        self.is_too_much = False
        self.threads = [
            _started(_write, process.stdin, question),
            _started(self._read_output, process.stdout),
            _started(self._read_errors, process.stderr),
        ]

    def answer(self, timeout_seconds: float) -> bytes:
        try:
            self._wait(time.monotonic() + timeout_seconds, timeout_seconds)
            if self.process.returncode != 0:
                self.threads[-1].join(_LAST_WORDS_SECONDS)
                raise Failed(_exit_words(self.process.returncode) + self._last_words())
            return bytes(self.output)
        finally:
            self._end()

    def _wait(self, deadline: float, timeout_seconds: float) -> None:
        _, reader, _ = self.threads
        reader.join(max(0.0, deadline - time.monotonic()))
        if self.is_too_much:
            raise Failed(f"it wrote more than {MAX_OUTPUT_BYTES} bytes to standard output", is_slow=True)
        try:
            if reader.is_alive():
                raise subprocess.TimeoutExpired(self.process.args, timeout_seconds)
            self.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            raise Failed(f"it had not ended after {timeout_seconds:g} s (--timeout)", is_slow=True) from None

    def _end(self) -> None:
        """Let nothing of it run on.

        The group is signalled only while somebody is surely in it: the process itself, or who holds its pipes.
        """
        if self.process.poll() is None or any(thread.is_alive() for thread in self.threads):
            _kill_group(self.process)
        self.process.wait()
        for thread, pipe in zip(
            self.threads, (self.process.stdin, self.process.stdout, self.process.stderr), strict=True
        ):
            thread.join(_LAST_WORDS_SECONDS)
            if pipe is not None and not thread.is_alive():  # one that left the group can hold a pipe for ever
                pipe.close()

    def _read_output(self, pipe: IO[bytes]) -> None:
        while chunk := pipe.read(_CHUNK_BYTES):
            self.output += chunk
            if len(self.output) > MAX_OUTPUT_BYTES:
                self.is_too_much = True
                return

    def _read_errors(self, pipe: IO[bytes]) -> None:
        while chunk := pipe.read(_CHUNK_BYTES):
            self.errors = (self.errors + chunk)[-KEPT_ERROR_BYTES:]

    def _last_words(self) -> str:
        lines = bytes(self.errors).decode("utf-8", "replace").split("\n")
        last = next((line.strip() for line in reversed(lines) if line.strip()), "")
        shown = "".join(letter if letter.isprintable() else "�" for letter in last[:MAX_SHOWN])
        return f"; its last line of standard error: {shown}" if shown else ""


def _started(target: Callable[..., None], *arguments: object) -> threading.Thread:
    thread = threading.Thread(target=target, args=arguments, daemon=True)
    thread.start()
    return thread


def _write(pipe: IO[bytes], question: bytes) -> None:
    # Who does not read the question may still print an answer.
    with contextlib.suppress(OSError):
        unwritten = memoryview(question)
        while unwritten:
            unwritten = unwritten[pipe.write(unwritten) :]
    with contextlib.suppress(OSError):
        pipe.close()


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(OSError):  # it may have ended just now
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


def _exit_words(code: int) -> str:
    return f"it ended with exit code {code}" if code > 0 else f"it was ended by signal {-code}"
