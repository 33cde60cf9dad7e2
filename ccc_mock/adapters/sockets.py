"""What http.client, and urllib3 upon it, take for a socket: a line behind as much of its face as they look at."""

from __future__ import annotations

import io
from typing import Any

from .line import Line


class _Reading(io.RawIOBase):
    """The file that http.client reads from a socket."""

    def __init__(self, line: LineSocket) -> None:
        self._line = line

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece = self._line.line.receive(len(buffer), self._line.timeout)
        buffer[: len(piece)] = piece
        return len(piece)


class LineSocket:
    """As much of a socket as urllib3 and http.client ask of one."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.timeout: float | None = None

    def settimeout(self, seconds: float | None) -> None:
        self.timeout = seconds

    def sendall(self, data: bytes) -> None:
        self.line.send(data)

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Reading(self))

    def shutdown(self, how: int) -> None:
        """Nobody is at the other end."""

    def close(self) -> None:
        """There is nothing to give back."""
