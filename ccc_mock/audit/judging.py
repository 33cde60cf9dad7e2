"""`audit(entries)`: did whoever made these calls try again as it should?  From a journal alone."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass

from ccc_contract.model import JSON, Api
from ccc_contract.spelling import did_you_mean

from ..journal import Entry
from .attempts import attempts
from .chains import chains
from .finding import Finding, Hit, Ignored, NotJudged, numbered, wrapped
from .rules import RULES, Rule


class UnsoundRetries(AssertionError):
    """Something was tried again that should not have been, or not so; the message is the audit's."""


@dataclass(frozen=True, repr=False)
class Audit:
    """What an audit found.  True where there are findings, which are its length and what it iterates over."""

    findings: tuple[Finding, ...]
    """The worst first."""
    not_judged: tuple[NotJudged, ...]
    """The rules that could not say, and why; none where nothing was tried again."""
    ignored: tuple[Ignored, ...]
    calls: int
    """How many calls were looked at."""
    retried: int
    """How many of them, counting a call and its repetitions as one, were tried again."""
    dropped: int = 0
    """How many older calls the journal had dropped: nothing is known of them."""

    def __bool__(self) -> bool:
        return bool(self.findings)

    def __len__(self) -> int:
        return len(self.findings)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def of(self, rule: str) -> tuple[Finding, ...]:
        """The findings of one rule.  Raises ValueError for a rule that there is not."""
        _check(rule)
        return tuple(finding for finding in self.findings if finding.rule == rule)

    def by_entry(self) -> dict[int, str]:
        """The number of an entry of the journal → the rules that it is named for, `dialled-twice, no-wait`."""
        told: dict[int, dict[str, None]] = {}
        for finding in self.findings:
            for n in finding.entries:
                told.setdefault(n, {})[finding.rule] = None
        return {n: ", ".join(rules) for n, rules in sorted(told.items())}

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that were broken, each once, the worst first."""
        return tuple(dict.fromkeys(finding.rule for finding in self.findings))

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def __repr__(self) -> str:
        """Short, because pytest cuts what it shows of `assert not ccc.audit_retries()`."""
        told = "; ".join(f"{finding.rule} {numbered(finding.entries, 4)}" for finding in self.findings)
        return f"<Audit: {told or 'no findings'}>"

    def _lines(self) -> Iterator[str]:
        found = _counted(len(self.findings), "finding") if self.findings else "no findings"
        yield f"retries: {found} in {_counted(self.calls, 'call')}, {self.retried} of them tried again"
        if self.dropped:
            yield f"  {_counted(self.dropped, 'older call')} dropped by the journal: not judged"
        for rule in self.rules:
            yield from self._lines_of(rule)
        yield from (line for each in self.not_judged for line in wrapped("  not judged  ", str(each)))
        yield from (line for each in self.ignored for line in wrapped("  ignored  ", str(each)))

    def _lines_of(self, rule: str) -> Iterator[str]:
        """What was found, and the reason once."""
        found = self.of(rule)
        for finding in found:
            yield from wrapped(f"  {rule}: ", finding.what, 6)
        yield from wrapped("    why    ", found[0].reason)
        yield from wrapped("    to do  ", found[0].to_do)

    def as_json(self) -> dict[str, JSON]:
        """For a report."""
        return {
            "calls": self.calls,
            "retried": self.retried,
            "dropped": self.dropped,
            "findings": [each.as_json() for each in self.findings],
            "not_judged": [each.as_json() for each in self.not_judged],
            "ignored": [each.as_json() for each in self.ignored],
        }

    def check(self) -> Audit:
        """Raises UnsoundRetries, an AssertionError, where there are findings; else gives itself, for `not_judged`."""
        __tracebackhide__ = True
        if self.findings:
            raise UnsoundRetries(str(self))
        return self


def audit(
    entries: Iterable[Entry],
    api: Api,
    *,
    lost: Container[str] | None = None,
    speed: float = 1.0,
    sleeping_moves_time: bool = False,
    dropped: int = 0,
    ignore: Mapping[str, str] | None = None,
) -> Audit:
    """Judge the entries of one account's journal, oldest first.

    `lost` are the RequestIds of calls whose answer the client did not get, where somebody knows (a ledger); without it
    what was slow counts as not waited for.  `speed` is that of the account's world, 0 for a frozen one, and
    `sleeping_moves_time` whether its time went on when the code slept (`Clock.sleeping_moves_it`).  `ignore` maps the
    names of rules to the reason why their findings are none.

    Raises ValueError for a rule that there is not, and for one that is ignored without a reason; TypeError where
    `ignore` maps nothing.
    """
    reasons = _checked({} if ignore is None else ignore)
    calls = list(attempts(entries, api, lost=lost, speed=speed))
    every = chains(calls, sleeping_moves_time=sleeping_moves_time)
    retried = [chain for chain in every if chain.is_retried]
    findings: list[Finding] = []
    not_judged: list[NotJudged] = []
    for rule in RULES.values():
        for found in rule.find(retried) if retried else ():
            if isinstance(found, Hit):
                findings.append(_finding(rule, found))
            else:
                not_judged.append(NotJudged(rule.name, found.why))
    return Audit(
        findings=tuple(each for each in findings if each.rule not in reasons),
        not_judged=tuple(each for each in not_judged if each.rule not in reasons),
        ignored=tuple(Ignored(each, reasons[each.rule]) for each in findings if each.rule in reasons),
        calls=len(calls),
        retried=len(retried),
        dropped=dropped,
    )


def _finding(rule: Rule, hit: Hit) -> Finding:
    return Finding(rule.name, hit.action, hit.entries, hit.what, rule.reason, rule.to_do)


def _checked(ignore: Mapping[str, str]) -> dict[str, str]:
    if not isinstance(ignore, Mapping):
        raise TypeError(
            f'ignore: expected rules with a reason each, such as {{"no-jitter": "one worker"}}, got {ignore!r:.200}'
        )
    for rule, because in ignore.items():
        _check(rule)
        if not isinstance(because, str) or not because.strip():
            raise ValueError(f"ignore: expected the reason why {rule!r} is ignored, got {because!r}")
    return {rule: because.strip() for rule, because in ignore.items()}


def _check(rule: str) -> None:
    if rule not in RULES:
        raise ValueError(f"no rule {rule!r}; {did_you_mean(str(rule), tuple(RULES))}")


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
