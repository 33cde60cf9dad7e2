"""Where the suite sends its requests, and what that target can do for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

from ..client.credentials import Credential
from .control import Control, Send

Need = Literal["credential", "permission", "fresh credential", "moved clock", "described world", "own callees"]
"""What a property may need of a target beyond answers: a `credential` that it knows, which is let in; `permission` to
use the actions, so that their parameters are looked at; accounts of its own; time that can be moved; an account that is
as described; numbers that may really be called."""
NEEDS: frozenset[Need] = frozenset(get_args(Need))


@dataclass(frozen=True)
class Own:
    """The app, the agent and the callees that a call may really be placed with."""

    app: int
    agent: int
    callees: tuple[str, ...]


FAKED = Own(1400000001, 15, ("008613700000000", "008613700000001"))
"""What is called at a fake."""


@dataclass(frozen=True)
class Target:
    """`send` brings a request there; `host` is its name with the port; `credential` is what it is asked with.

    `control` is there where the target has proved to be a fake; then accounts are made as they are needed.
    `url` is for what is shown.
    """

    send: Send
    host: str
    credential: Credential | None = None
    control: Control | None = None
    url: str = ""
    now: Callable[[], float] = time.time
    plays: frozenset[str] | None = None
    """The actions that it answers with results; None where it does not tell."""
    can: frozenset[Need] = frozenset()
    own: Own | None = None
    """What may be called really."""
    is_live: bool = False

    @classmethod
    def fake(cls, send: Send, host: str, control: Control, *, url: str = "") -> Target:
        """A target that has proved to be a fake."""
        return cls(
            send, host, control=control, url=url or f"http://{host}/", plays=control.actions(), can=NEEDS, own=FAKED
        )
