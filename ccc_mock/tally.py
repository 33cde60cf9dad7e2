"""What became of the connections of a command: which calls met the fake, what was refused, what was let through."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from .exchange import Exchange
from .hosts import host_name
from .journal import OK
from .languages import ENGLISH
from .messages import in_english
from .redaction import printable

MAX_ROWS = 200
"""Of each kind: names are anybody's to make up.  What comes after is counted in one row more."""

REST = "(others)"

WHO = "ccc-mock exec"


class Tally:
    """Counts, and says at the end what they are."""

    def __init__(self) -> None:
        self._calls: Counter[str] = Counter()
        self._why: dict[str, tuple[str, str]] = {}
        self._refused: Counter[str] = Counter()
        self._passed: Counter[str] = Counter()
        self._failed: Counter[str] = Counter()
        self._remarks: Counter[str] = Counter()

    def called(self, exchange: Exchange) -> None:
        """A call that met the fake, after its answer was decided."""
        request = exchange.request
        asked = exchange.action_name or f"{request.method} {request.path.decode('utf-8', 'replace')}"
        name = host_name(request.headers.get(b"host") or b"")
        planned = f"(planned, {exchange.planned.text})" if exchange.planned is not None else ""
        row = "  ".join(map(printable, filter(None, (name, asked, exchange.verdict, planned))))
        row = _count(self._calls, row)
        if exchange.verdict != OK:
            self._why[row] = (
                str(exchange.refused.message if exchange.refused else exchange.unsupported or ""),
                exchange.hint or (exchange.diagnosis.verdict(ENGLISH) if exchange.diagnosis is not None else ""),
            )

    def refused(self, host: str, port: int) -> None:
        """A host that is neither the fake's nor allowed."""
        _count(self._refused, f"{_shown(host, port)}  --allow {host}")

    def passed(self, host: str, port: int) -> None:
        """A host that is allowed, and was reached."""
        _count(self._passed, _shown(host, port))

    def failed(self, host: str, port: int, why: str) -> None:
        """A host that is allowed, and could not be reached."""
        _count(self._failed, f"{_shown(host, port)}  {printable(why, 300)}")

    def remark(self, text: str) -> None:
        """What else there is to say, such as a client that does not trust the fake."""
        _count(self._remarks, printable(text, 400))

    def lines(self) -> Iterator[str]:
        """The whole of it, for people."""
        if not self._calls:
            yield f"{WHO}: no call met the fake; docs/exec.md tells who goes by which variable"
        yield from _section("met the fake", "call", self._calls, {row: _why(*why) for row, why in self._why.items()})
        them = "it" if self._refused.total() == 1 else "them"
        yield from _section(f"refused; what would let {them} through", "connection", self._refused)
        yield from _section("let through to the real host", "connection", self._passed)
        yield from _section("allowed, but failed", "connection", self._failed)
        for text, count in self._remarks.items():
            yield f"{WHO}: {text}{f' ({count} times)' if count > 1 else ''}"


def _why(message: str, hint: str) -> str:
    """Why the last call of a row was refused, in one language whatever the client's is, and how to cure it."""
    return " ".join(filter(None, (in_english(message), f"({hint})" if hint else "")))


def _count(rows: Counter[str], row: str) -> str:
    if row not in rows and len(rows) >= MAX_ROWS:
        row = REST
    rows[row] += 1
    return row


def _section(title: str, noun: str, rows: Counter[str], more: Mapping[str, str] | None = None) -> Iterator[str]:
    if rows:
        yield f"{WHO}: {rows.total()} {noun}{'s' if rows.total() > 1 else ''} {title}:"
    for row, times in rows.items():
        yield f"  {times:>5}  {row}"
        if more and more.get(row):
            yield f"         {printable(more[row], 400)}"


def _shown(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
