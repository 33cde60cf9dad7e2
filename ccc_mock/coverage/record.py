"""What a run has met, test by test: values that add up, over workers and over runs, and their form as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ccc_contract.model import JSON

from .sightings import Sighting

FORM = 1
"""The version of the data file.  Another one is refused: a run writes it anew."""

MAX_TEXTS = 100
"""Different texts that are counted in one place; what comes after is counted together."""

REST = "(others)"


class NoRecord(ValueError):
    """What was read is no coverage data of ours; the message says what is wrong."""


def _add_texts(ours: Counter[str], theirs: Mapping[str, int]) -> None:
    for text, times in theirs.items():
        ours[text if text in ours or len(ours) < MAX_TEXTS else REST] += times


@dataclass(slots=True)
class Met:
    """How often a cell was met, and what could be seen then.  What the counters lack was not seen."""

    times: int = 0
    repeated: int = 0
    """After how many of these the same call came again."""
    most: int = 0
    """The most that came again after one of them."""
    waits: tuple[float, float] | None = None
    """The shortest and the longest time, in seconds, until it came again; None where none could be told."""
    given: Counter[str] = field(default_factory=Counter)
    ended: Counter[str] = field(default_factory=Counter)
    retries: Counter[str] = field(default_factory=Counter)

    def sight(self, seen: Sighting) -> None:
        self.times += 1
        if seen.again:
            self.repeated += 1
            self.most = max(self.most, seen.again)
        if seen.wait is not None:
            low, high = self.waits or (seen.wait, seen.wait)
            self.waits = min(low, seen.wait), max(high, seen.wait)
        texts = ((self.given, seen.given), (self.ended, seen.ended), (self.retries, seen.retries))
        for counter, text in texts:
            if text:
                _add_texts(counter, {text: 1})

    def add(self, other: Met) -> None:
        self.times += other.times
        self.repeated += other.repeated
        self.most = max(self.most, other.most)
        both = [each for each in (self.waits, other.waits) if each is not None]
        self.waits = (min(low for low, _ in both), max(high for _, high in both)) if both else None
        _add_texts(self.given, other.given)
        _add_texts(self.ended, other.ended)
        _add_texts(self.retries, other.retries)

    def as_json(self) -> dict[str, JSON]:
        return {
            "times": self.times,
            "repeated": self.repeated,
            "most": self.most,
            "waits": None if self.waits is None else list(self.waits),
            "given": dict(self.given),
            "ended": dict(self.ended),
            "retries": dict(self.retries),
        }

    @classmethod
    def of_json(cls, form: JSON) -> Met:
        """Raises KeyError, TypeError or ValueError."""
        waits = form["waits"]
        return cls(
            _whole(form["times"]),
            _whole(form["repeated"]),
            _whole(form["most"]),
            None if waits is None else (float(waits[0]), float(waits[1])),
            *(_counter(form[name]) for name in ("given", "ended", "retries")),
        )


@dataclass(slots=True)
class OfTest:
    """What one test has met, in all runs of it."""

    verdicts: Counter[str] = field(default_factory=Counter)
    calls: Counter[str] = field(default_factory=Counter)
    """Action → calls that got an answer."""
    unread: int = 0
    """Calls that its journals had dropped before they were read: what those met is not known."""
    met: dict[str, dict[str, Met]] = field(default_factory=dict)
    """Action → cell → how it was met."""

    def sight(self, seen: Iterable[Sighting]) -> None:
        for each in seen:
            self.met.setdefault(each.action, {}).setdefault(each.cell, Met()).sight(each)

    def add(self, other: OfTest) -> None:
        _add_texts(self.verdicts, other.verdicts)
        _add_texts(self.calls, other.calls)
        self.unread += other.unread
        for action, cells in other.met.items():
            for cell, met in cells.items():
                self.met.setdefault(action, {}).setdefault(cell, Met()).add(met)

    @property
    def is_empty(self) -> bool:
        return not (self.calls or self.unread or self.met)

    def as_json(self) -> dict[str, JSON]:
        met = {action: {cell: met.as_json() for cell, met in cells.items()} for action, cells in self.met.items()}
        return {"verdicts": dict(self.verdicts), "calls": dict(self.calls), "unread": self.unread, "met": met}

    @classmethod
    def of_json(cls, form: JSON) -> OfTest:
        """Raises KeyError, TypeError or ValueError."""
        met = {
            _text(action): {_text(cell): Met.of_json(each) for cell, each in _items(cells)}
            for action, cells in _items(form["met"])
        }
        return cls(_counter(form["verdicts"]), _counter(form["calls"]), _whole(form["unread"]), met)


@dataclass(slots=True)
class Record:
    """What tests have met, by their names; and what is not to be counted, by its pattern, with the reason."""

    tests: dict[str, OfTest] = field(default_factory=dict)
    excluded: dict[str, str] = field(default_factory=dict)

    def add(self, other: Record) -> None:
        for name, test in other.tests.items():
            self.tests.setdefault(name, OfTest()).add(test)
        self.excluded.update(other.excluded)

    def as_json(self) -> dict[str, JSON]:
        return {
            "ccc_mock_coverage": FORM,
            "tests": {name: test.as_json() for name, test in self.tests.items()},
            "excluded": dict(self.excluded),
        }

    @classmethod
    def of_json(cls, form: JSON) -> Record:
        """Raises NoRecord."""
        if not isinstance(form, dict) or "ccc_mock_coverage" not in form:
            raise NoRecord("it is no coverage data of ccc-mock")
        if form["ccc_mock_coverage"] != FORM:
            raise NoRecord(f"expected coverage data of version {FORM}, got {str(form['ccc_mock_coverage'])[:20]}")
        try:
            return cls(
                {_text(name): OfTest.of_json(test) for name, test in _items(form["tests"])},
                {_text(pattern): _text(reason) for pattern, reason in _items(form["excluded"])},
            )
        except (KeyError, TypeError, ValueError, IndexError, AttributeError) as wrong:
            raise NoRecord(f"its coverage data are damaged ({type(wrong).__name__}: {str(wrong)[:80]})") from None


def _items(form: JSON) -> Iterator[tuple[Any, Any]]:
    if not isinstance(form, dict):
        raise TypeError(f"expected an object, got {type(form).__name__}")
    yield from form.items()


def _counter(form: JSON) -> Counter[str]:
    return Counter({_text(name): _whole(times) for name, times in _items(form)})


def _whole(value: JSON) -> int:
    if type(value) is not int or value < 0:
        raise ValueError(f"expected a count, got {value!r}")
    return value


def _text(value: JSON) -> str:
    if not isinstance(value, str):
        raise TypeError(f"expected a text, got {type(value).__name__}")
    return value
