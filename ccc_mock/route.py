"""What control is made of: routes, the keys that they take, and how control says no."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ccc_contract.model import JSON

from .accounts import Account
from .endpoint import Endpoint

Schema = Mapping[str, JSON]
"""A JSON schema."""

HeaderLines = tuple[tuple[bytes, bytes], ...]
"""Of an answer, beside the usual ones."""

OpensTo = Literal["anyone", "account", "any token", "server"]
"""Who may: `anyone` without a token; whoever may speak for the `account`; whoever has `any token`; or only whoever
has the token of the `server`.  Where no token is asked for and none is sent, everything is open."""

ANY = "ANY"
"""Every method."""

MAX_BODY_BYTES = 64 * 1024


class Refused(Exception):
    """Control says no: an HTTP status, a sentence, and what a program may want to know beside it."""

    def __init__(self, status: int, sentence: str, *, headers: HeaderLines = (), **more: JSON) -> None:
        super().__init__(sentence)
        self.headers = headers
        self.status = status
        self.sentence = sentence
        self.more = more


@dataclass(frozen=True, slots=True)
class Command:
    """One call of control, checked: the account it acts on, its query, its decoded body, and `{name}` of its path."""

    endpoint: Endpoint
    account: Account
    query: Mapping[str, str]
    body: Mapping[str, JSON]
    name: str = ""


@dataclass(frozen=True, slots=True)
class Key:
    """A key of a query or a body: what it is, for people, and its JSON schema."""

    name: str
    says: str
    schema: Schema
    required: bool = False


@dataclass(frozen=True, slots=True)
class Route:
    """What is served where.  A key that is in neither `query` nor `body` is refused."""

    method: str
    path: str
    """One part may be `{name}`."""
    run: Callable[[Command], JSON]
    says: str
    """For people: one line."""
    answer: Schema
    query: tuple[Key, ...] = ()
    body: tuple[Key, ...] = ()
    status: int = 200
    refuses: tuple[int, ...] = ()
    """With what it may say no, beside what every route may."""
    opens_to: OpensTo = "account"
    one_key: bool = False
    """Exactly one key of the body is to be given."""
    max_body_bytes: int = MAX_BODY_BYTES
    takes_anything: bool = False
    """Query and body are not looked at."""
    headers: HeaderLines = ()

    def name_in(self, raw_path: bytes) -> bytes | None:
        """What stands for `{name}` in a raw path of this route; b"" where there is no such part, None for another."""
        head, _, tail = self.path.encode().partition(b"{name}")
        if head == self.path.encode():
            return b"" if raw_path == head else None
        name = raw_path[len(head) : len(raw_path) - len(tail)]
        fits = raw_path.startswith(head) and raw_path.endswith(tail) and name and b"/" not in name
        return name if fits else None


def clipped(value: Any, limit: int = 60) -> str:
    """A value of the client's, short enough for a sentence."""
    text = json.dumps(value) if not isinstance(value, str) else value
    return text if len(text) <= limit else text[:limit] + "…"
