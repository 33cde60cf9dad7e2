"""What was asked and what was answered: a bounded record, one per account.

A record is one flat tuple of immutable values: thousands of live containers would cost the garbage collector a
measurable share of the throughput, and such tuples cost it nothing.  Everything that takes work (decoding, redaction)
is done when somebody reads.
"""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass
from itertools import islice
from operator import itemgetter
from typing import Any, NamedTuple

from ccc_contract import strict
from ccc_contract.http import Headers
from ccc_contract.model import JSON

from .redaction import Redaction, last_four

FORM = 1
"""The version of the JSON form.  A reader may rely on the fields that are there; new ones can join within a version."""

OK = "ok"
NOT_SUPPORTED = "not-supported"
FAULT = "fault"


class Entry(NamedTuple):
    """One exchange.  Raw: show it through `as_json`, never as it is."""

    n: int
    """The running number within the account, from 1; never used twice, not even after a reset."""
    at: float
    """The account's time when the request arrived, in Unix seconds."""
    request_id: str
    verdict: str
    """`ok`, the code of the refusal, `fault` where one of a plan answered, or `not-supported` for no answer at all."""
    stage: str
    """The stage that decided: for `ok` the last one."""
    check: str
    why: str
    hint: str
    """For the fake's user: how to cure the refusal; empty for none."""
    action: str
    secret_id: str
    sub_account: str
    """The Uin that the signature proved; empty when nothing was proven."""
    method: str
    path: bytes
    query: bytes
    head: bytes
    """The header lines, `name:value` joined by line feeds: one object to keep in place of dozens."""
    body: bytes
    text_params: bytes
    """Where parameters came in a query or a form: what they were decoded to, as JSON; empty where the body is JSON."""
    plan: str
    """The plan and the step that the call drew, as `name: step`; empty for none."""
    status: int
    reply_headers: tuple[tuple[bytes, bytes], ...]
    reply: bytes
    canonical_request: bytes
    """As the fake built it; kept only where the signature did not match, and never in the older scheme."""
    string_to_sign: bytes
    diagnosis: str
    """Why the signature did not match, as JSON and fit to be shown; empty for nothing to explain."""

    def __repr__(self) -> str:
        return f"<Entry {self.n} {self.request_id} {self.verdict}>"

    @property
    def headers(self) -> tuple[tuple[bytes, bytes], ...]:
        """The header lines as (name, value)."""
        pairs = (line.partition(b":") for line in self.head.split(b"\n"))
        return tuple((name, value) for name, _, value in pairs) if self.head else ()

    @property
    def params(self) -> dict[str, JSON] | None:
        """The decoded parameters, or None where they could not be read."""
        return decoded(self.text_params or self.body)

    @property
    def verified(self) -> bool:
        """Was the exchange signed by the key of its SecretId?  False also where nobody has looked."""
        return bool(self.sub_account)

    def as_json(self, redaction: Redaction, account: str) -> dict[str, JSON]:
        """The versioned form that control, transcripts and tests share."""
        form: dict[str, JSON] = {
            "form": FORM,
            "n": self.n,
            "at": self.at,
            "account": account,
            "sub_account": self.sub_account or None,
            "verified": self.verified,
            "secret_id": last_four(self.secret_id) if self.secret_id else None,
            "request_id": self.request_id,
            "action": self.action or None,
            "verdict": self.verdict,
            "stage": self.stage,
            "check": self.check,
            "why": self.why or None,
            "hint": self.hint or None,
            "plan": self.plan or None,
            "params": redaction.params(self.params),
            "request": {
                "method": self.method,
                "path": self.path.decode("utf-8", "replace"),
                "query": redaction.query(self.query),
                "headers": [[_text(name), redaction.header(name.lower(), value)] for name, value in self.headers],
                "body_bytes": len(self.body),
                "body_digest": redaction.digest(self.body),
            },
            "reply": {
                "status": self.status,
                "headers": [[_text(name), redaction.header(name.lower(), value)] for name, value in self.reply_headers],
                "body": _reply_body(self.reply, redaction),
            },
        }
        if self.canonical_request:
            form["canonical_request"] = redaction.canonical_request(self.canonical_request)
            form["string_to_sign"] = _text(self.string_to_sign)
        elif self.string_to_sign:
            text = self.query if self.method == "GET" else self.body
            form["string_to_sign"] = redaction.string_to_sign(self.method, Headers(self.headers), text)
        if self.diagnosis:
            form["diagnosis"] = json.loads(self.diagnosis)
        return form


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of the journal, and what lies around it."""

    entries: list[Entry]
    last: int
    """The number of the newest entry there is."""
    dropped: int
    """How many entries were dropped to stay within bounds."""


class Journal:
    """The newest exchanges, bounded in number and in bytes.  Not locked: its account's lock guards it."""

    MAX_ENTRIES = 1000
    MAX_BYTES = 16 * 1024 * 1024
    OVERHEAD = 2048
    """Bytes that an entry is taken to need beside what the client sent."""

    def __init__(self, max_entries: int = MAX_ENTRIES, max_bytes: int = MAX_BYTES) -> None:
        self._max_entries = max_entries
        self._max_bytes = max_bytes
        self._entries: deque[tuple[Any, ...]] = deque()
        self._weights: deque[int] = deque()
        self._bytes = 0
        self.last = 0
        self.dropped = 0

    def record(self, *values: Any) -> int:
        """Append one exchange: the fields of Entry after `n`, which is returned."""
        self.last += 1
        entry = (self.last, *values)
        weight = _weight(entry)
        self._entries.append(entry)
        self._weights.append(weight)
        self._bytes += weight
        self._drop()
        return self.last

    def explain(self, n: int, diagnosis: str, reply_headers: tuple[tuple[bytes, bytes], ...]) -> None:
        """Add to an entry what was found out after it was recorded; nothing where it is gone by now."""
        place = n - self._entries[0][0] if self._entries else -1
        if not 0 <= place < len(self._entries):
            return
        # No Entry: the collector would look at it for as long as it is kept.
        entry = tuple(Entry._make(self._entries[place])._replace(diagnosis=diagnosis, reply_headers=reply_headers))
        weight = _weight(entry)
        self._bytes += weight - self._weights[place]
        self._entries[place], self._weights[place] = entry, weight
        self._drop()

    def _drop(self) -> None:
        while len(self._entries) > self._max_entries or (self._bytes > self._max_bytes and len(self._entries) > 1):
            self._entries.popleft()
            self._bytes -= self._weights.popleft()
            self.dropped += 1

    def clear(self) -> None:
        self._entries.clear()
        self._weights.clear()
        self._bytes = 0
        self.dropped = 0

    def page(self, *, after: int = 0, limit: int = 100) -> Page:
        """At most `limit` entries whose number is above `after`, oldest first."""
        first = self._entries[0][0] if self._entries else self.last + 1
        chosen = islice(self._entries, max(0, after + 1 - first), None)
        return Page([Entry._make(entry) for entry in islice(chosen, limit)], self.last, self.dropped)

    def __len__(self) -> int:
        return len(self._entries)


_LONG = itemgetter(
    *map(
        Entry._fields.index,
        (
            "action",
            "secret_id",
            "path",
            "query",
            "head",
            "body",
            "text_params",
            "plan",
            "reply",
            "canonical_request",
            "string_to_sign",
            "diagnosis",
        ),
    )
)
"""The fields whose length is the client's to choose."""


MAX_VALUES_SHOWN = 50_000
"""Parameters with more values than this are not decoded to be shown."""


def _weight(entry: tuple[Any, ...]) -> int:
    return Journal.OVERHEAD + sum(map(len, _LONG(entry)))


def head_of(lines: tuple[tuple[bytes, bytes], ...]) -> bytes:
    """Header lines as Entry.head keeps them."""
    head = b"\n".join(map(b":".join, lines))
    if head.count(b"\n") >= len(lines) > 0:  # a value with a line feed, which no HTTP parser lets through
        head = b"\n".join(b":".join(line).replace(b"\n", b" ") for line in lines)
    return head


def decoded(body: bytes) -> dict[str, JSON] | None:
    """The JSON object that a body is, read as the check of it reads; or None."""
    try:
        value = strict.decode(body.decode(), max_values=MAX_VALUES_SHOWN)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _reply_body(body: bytes, redaction: Redaction) -> JSON:
    try:
        return redaction.params(json.loads(body))
    except ValueError:
        return _text(body)


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")
