"""Questions and answers as a file: recorded once, shown to anybody, and a target to compare with.  Pure.

What differs each time, and what could name somebody, is not in it: ids, times, keys, accounts.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from ..model import JSON
from .draft import METHODS, SCHEMES, Draft
from .reply import Reply
from .writing import WRITINGS

FORM = 1
MAX_BYTES = 64 * 1024 * 1024

_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_MASKED = (
    (_UUID, "(uuid)"),
    (re.compile(r"AKID[\w-]+"), "(SecretId)"),
    (re.compile(r"\d{6,}"), "(digits)"),
)
_VOLATILE = re.compile(r"(?i)(time|timestamp|requestid|sessionid|taskid|jobid|nonce)$")
_KEPT_HEADERS = (b"content-type", b"content-encoding")


def masked(text: str) -> str:
    """Without what differs each time."""
    for pattern, word in _MASKED:
        text = pattern.sub(word, text)
    return text


def _settled(value: JSON, name: str = "") -> JSON:
    """A value of a result, the volatile ones replaced by what kind they are."""
    if isinstance(value, dict):
        return {key: _settled(item, key) for key, item in value.items()}
    if isinstance(value, list):
        return [_settled(item, name) for item in value]
    if _VOLATILE.search(name) and value is not None:
        return f"({type(value).__name__})"
    return masked(value) if isinstance(value, str) else value


@dataclass(frozen=True)
class Answer:
    """What is compared of an answer."""

    status: int
    headers: Mapping[str, str]
    code: str
    message: str
    request_id: str
    result: JSON
    """None where the body was no answer of the service."""

    @classmethod
    def of(cls, reply: Reply) -> Answer:
        got = reply.response.header
        return cls(
            reply.response.status,
            {name.decode(): got[name].decode("latin-1") for name in _KEPT_HEADERS if name in got},
            reply.code,
            masked(reply.message),
            masked(str(reply.request_id)),
            _settled(reply.result) if reply.is_envelope else None,
        )

    @property
    def has_no_behaviour(self) -> bool:
        return self.status == 501


@dataclass(frozen=True)
class Exchange:
    """`answer` is None where the question was not sent."""

    draft: Draft
    answer: Answer | None


@dataclass(frozen=True)
class Transcript:
    """`target` and `recorded` (an ISO time) are for people."""

    target: str
    recorded: str
    exchanges: tuple[Exchange, ...]

    def dumped(self) -> str:
        rows = [
            {
                "draft": _draft_row(each.draft),
                "answer": None if each.answer is None else dataclasses.asdict(each.answer),
            }
            for each in self.exchanges
        ]
        value = {"form": FORM, "target": self.target, "recorded": self.recorded, "exchanges": rows}
        return json.dumps(value, indent=1, ensure_ascii=True) + "\n"

    @classmethod
    def read(cls, text: str) -> Transcript:
        """Raises ValueError, which says what `dumped` would have written there."""
        try:
            value = json.loads(text)
            if value["form"] != FORM:
                raise ValueError(f"expected form {FORM}, got {value['form']!r}")
            exchanges = tuple(
                Exchange(_draft(row["draft"]), row["answer"] and Answer(**row["answer"])) for row in value["exchanges"]
            )
            return cls(str(value["target"]), str(value["recorded"]), exchanges)
        except (KeyError, TypeError, AttributeError, RecursionError) as error:
            raise ValueError(f"no transcript: {type(error).__name__}: {error}") from None


_PLAIN = Draft()
_WRITTEN = ("action", "params", "scheme", "method", "writing", "common", "headers", "seconds", "service", "date")


def _draft_row(draft: Draft) -> dict[str, Any]:
    """What differs from the plain draft.  No body, key or change after signing: a question has none of these."""
    return {name: value for name in _WRITTEN if (value := getattr(draft, name)) != getattr(_PLAIN, name)}


def _draft(row: dict[str, Any]) -> Draft:
    """Raises ValueError, TypeError: a file of somebody else's may say anything."""
    if strange := set(row) - set(_WRITTEN):
        raise ValueError(f"a draft has no {min(strange)!r}")
    draft = Draft(**row)
    mappings = (draft.params, draft.common, draft.headers)
    if draft.writing not in WRITINGS or draft.way[:2] not in _WAYS or not all(isinstance(m, dict) for m in mappings):
        raise ValueError(f"no such draft: {row}"[:200])
    return draft


_WAYS = frozenset(product(SCHEMES, METHODS))
