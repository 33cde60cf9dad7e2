"""How a client of the proxy is refused, and how it is left: so that it gets to read what it was told."""

from __future__ import annotations

import asyncio
import contextlib
import socket

from .asgi import MAX_DRAINED_BYTES
from .connection import last_answer

LINGER_SECONDS = 2
"""How long one who was answered may go on sending: cut off while he sends, he would lose what he was told."""

_PIECE = 64 * 1024


class Refused(Exception):
    """What a client is told in place of what it asked for."""

    def __init__(self, status: str, text: str) -> None:
        super().__init__(text)
        told = text.encode("ascii", "replace").decode()  # a resolver's reasons are in the language of the machine
        self.answer = last_answer(status, told + "\n")


async def refuse(client: socket.socket, answer: bytes) -> None:
    """Give a last answer, and let the client read it."""
    with contextlib.suppress(OSError, TimeoutError):
        async with asyncio.timeout(LINGER_SECONDS):
            await asyncio.get_running_loop().sock_sendall(client, answer)
    await leave(client)


async def leave(client: socket.socket) -> None:
    """Say that this was all, and let the client read it."""
    with contextlib.suppress(OSError, TimeoutError):
        async with asyncio.timeout(LINGER_SECONDS):
            client.shutdown(socket.SHUT_WR)
            for _ in range(MAX_DRAINED_BYTES // _PIECE):
                if not await asyncio.get_running_loop().sock_recv(client, _PIECE):
                    break
