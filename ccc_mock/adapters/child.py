"""A command as a child of this process, which passes signals on to it and ends as it ends."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Collection, Iterator, Mapping, Sequence

PASSED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2)

NOT_FOUND, NOT_RUNNABLE, BY_SIGNAL = 127, 126, 128
"""Exit codes as shells have them; the number of the signal is added to the last one."""

_BY_THE_KERNEL = 0x80
"""Linux, `si_code`: the kernel sent it, and so a terminal did (Ctrl-C), to each process that runs in its foreground."""

_FROM_KEYS = (signal.SIGINT, signal.SIGQUIT)
_SET_BACK = (signal.SIGPIPE, signal.SIGXFSZ)
"""Python ignores them, and a command would inherit that."""


class CannotRun(Exception):
    """There is no such command, or it is none; `code` is the exit code for that."""

    def __init__(self, command: str, reason: OSError) -> None:
        super().__init__(f"cannot run {command!r}: {reason.strerror}")
        self.code = NOT_FOUND if isinstance(reason, FileNotFoundError) else NOT_RUNNABLE


@contextlib.contextmanager
def signals_held() -> Iterator[Collection[int]]:
    """Keep signals until `run` looks at them, so that nothing is left behind; gives the mask that there was before.

    Threads that are started in the block keep them, too.  What came too late is forgotten at its end.
    """
    if signal.getsignal(signal.SIGCHLD) == signal.SIG_IGN:  # inherited: then no exit code could be had
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (*PASSED_ON, signal.SIGCHLD))
    try:
        yield before
    finally:
        handlers = {number: signal.signal(number, signal.SIG_IGN) for number in PASSED_ON}
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        for number, handler in handlers.items():
            signal.signal(number, handler)


def run(command: Sequence[str], environment: Mapping[str, str], mask: Collection[int]) -> int:
    """Run a command under `signals_held`, whose mask it gets, and return its exit code.  Raises CannotRun."""
    for number in signal.sigpending():
        if number in PASSED_ON:  # it came before there was anybody to pass it on to
            return BY_SIGNAL + int(number)
    try:
        child = os.posix_spawnp(command[0], tuple(command), environment, setsigmask=mask, setsigdef=_SET_BACK)
    except OSError as reason:
        raise CannotRun(command[0], reason) from None
    while True:
        number, has_it = _next_signal()
        if number != signal.SIGCHLD:
            with contextlib.suppress(OSError):  # somebody else's by now (sudo)
                if not has_it:
                    os.kill(child, number)
            continue
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else BY_SIGNAL - code


def _next_signal() -> tuple[int, bool]:
    """Wait for a signal; does the child have it already, from the terminal?"""
    if hasattr(signal, "sigwaitinfo"):
        told = signal.sigwaitinfo((*PASSED_ON, signal.SIGCHLD))
        return told.si_signo, told.si_code == _BY_THE_KERNEL
    number = signal.sigwait((*PASSED_ON, signal.SIGCHLD))  # macOS does not tell who sent it
    return number, number in _FROM_KEYS and _in_foreground()


def _in_foreground() -> bool:
    with contextlib.suppress(OSError), open("/dev/tty", "rb") as terminal:
        return os.tcgetpgrp(terminal.fileno()) == os.getpgrp()
    return False
