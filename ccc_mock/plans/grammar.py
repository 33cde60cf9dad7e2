"""The one parser of plans.  docs/plans.md has the grammar for people:

plans     = plan *( ";" plan )
plan      = [ 1*narrowing ":" ] step *( "," step )
narrowing = ( "action" / "callee" / "credential" ) "=" glob
step      = [ percent "%:" ] outcome *( "+" fault ) [ "*" [ count ] ]
outcome   = "ok" / [ "!" ] code [ moment ]
fault     = name [ "(" arguments ")" ] [ moment ]
moment    = "@before" / "@after"
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fnmatch import filter as filter_names
from typing import NamedTuple

from ccc_contract.model import Action, Api
from ccc_contract.spelling import did_you_mean

from ..numbers import normalised
from .faults import FAULTS, Missing, Null, make_fault
from .plan import OK, Draft, Narrowing, Step, Strike
from .words import BEFORE, DEFAULT_ACTION, MAX_LENGTH, BadWord, Moment, PlanError


class Parsed(NamedTuple):
    """The plans of a text, and what its writer should know."""

    drafts: list[Draft]
    warnings: list[str]


def parse(text: str, api: Api, default_action: str = DEFAULT_ACTION) -> Parsed:
    """Read plans.  Codes are held against the list of the action that a plan is narrowed to, or of `default_action`.

    Raises PlanError with the position of what is wrong.
    """
    return _Parser(text, api, default_action).parse()


class _Piece(NamedTuple):
    """A stretch of the text and where it begins."""

    start: int
    text: str

    def stripped(self) -> _Piece:
        lead = len(self.text) - len(self.text.lstrip(" "))
        return _Piece(self.start + lead, self.text.strip(" "))


class _Parser:
    def __init__(self, text: str, api: Api, default_action: str) -> None:
        self._text = text
        self._api = api
        self._default_action = default_action
        self._warnings: dict[str, None] = {}
        self._known: dict[tuple[str, str], Step] = {}

    def parse(self) -> Parsed:
        if len(self._text) > MAX_LENGTH:
            raise PlanError(MAX_LENGTH, f"expected at most {MAX_LENGTH} characters, got {len(self._text)}")
        for strange in re.finditer(r"[^ -~]|[\"'`]", self._text):
            raise PlanError(strange.start(), f"expected printable ASCII without quotes, got {strange.group()!r}")
        pieces = [piece for piece in _split(_Piece(0, self._text), ";") if piece.text.strip(" ")]
        if not pieces:
            raise PlanError(0, "expected a plan such as `FailedOperation.CallOutFailed, ok`, got nothing")
        return Parsed([self._plan(piece) for piece in pieces], list(self._warnings))

    def _plan(self, piece: _Piece) -> Draft:
        narrowing, rest = self._narrowing(piece)
        action = narrowing.action if narrowing.action in self._api.actions else None
        allowed = self._api.actions[action or self._default_action] if narrowing.action is None or action else None
        steps: list[Step] = []
        for part in _split(rest, ","):
            if steps and (steps[-1].times is None):
                raise PlanError(part.start, f"expected nothing behind {steps[-1].text!r}, which is for ever")
            steps.append(self._step(part.stripped(), allowed))
        return Draft(piece.text.strip(" "), narrowing, tuple(steps))

    def _narrowing(self, piece: _Piece) -> tuple[Narrowing, _Piece]:
        """What stands before the first colon that is no percentage's, and the rest."""
        colon = re.match(r"[^:(]*:", piece.text)
        if colon is None or "=" not in colon.group():
            return Narrowing(), piece
        given: dict[str, str] = {}
        for word in re.finditer(r"[^ ]+", colon.group()[:-1]):
            at = piece.start + word.start()
            name, equals, glob = word.group().partition("=")
            if "," in word.group():
                raise PlanError(at + word.group().index(","), "expected a blank between narrowings, got a comma")
            if name not in Narrowing.__slots__ or not equals:
                raise PlanError(at, f"no narrowing {name!r}; {did_you_mean(name, tuple(Narrowing.__slots__))}")
            if not glob:
                raise PlanError(at, f"expected a glob behind {name}=, got nothing")
            if name in given:
                raise PlanError(at, f"{name} is given twice")
            if glob.count("[") != glob.count("]"):
                raise PlanError(at, f"expected a ] for each [ in {glob!r}")
            if name == "action":
                self._check_action(glob, at + len("action="))
            given[name] = normalised(glob) if name == "callee" else glob
        return Narrowing(**given), _Piece(piece.start + colon.end(), piece.text[colon.end() :])

    def _check_action(self, glob: str, at: int) -> None:
        if not filter_names(self._api.actions, glob):
            raise PlanError(at, f"no action {glob!r}; {did_you_mean(glob, tuple(self._api.actions))}")

    def _step(self, piece: _Piece, action: Action | None) -> Step:
        key = (piece.text, action.name if action else "")
        if key not in self._known:
            self._known[key] = self._new_step(piece, action)
        return self._known[key]

    def _new_step(self, piece: _Piece, action: Action | None) -> Step:
        percent, body = self._percent(piece)
        times, body = self._times(body, percent)
        outcome, *faults = _split(body, "+")
        code, moment = self._outcome(outcome.stripped(), action)
        strikes = tuple(self._fault(each.stripped()) for each in faults)
        for strike in strikes:
            self._warn_of_fields(strike, action)
        return Step(piece.text, code, moment, strikes, times, percent)

    def _percent(self, piece: _Piece) -> tuple[float | None, _Piece]:
        match = re.match(r"([0-9]{1,3}(?:\.[0-9]{1,6})?)% *: *", piece.text)
        if match is None:
            return None, piece
        if not 0 < float(match[1]) <= 100:
            raise PlanError(piece.start, f"expected a percentage above 0 and up to 100, got {match[1]}")
        return float(match[1]), _Piece(piece.start + match.end(), piece.text[match.end() :])

    def _times(self, piece: _Piece, percent: float | None) -> tuple[int | None, _Piece]:
        match = re.search(r"(?<! ) *\* *([0-9]*) *$", piece.text)
        if match is None:
            return (1 if percent is None else None), piece
        count = match[1]
        if count and not 1 <= int(count[:10]) <= 1_000_000_000:
            raise PlanError(piece.start + match.start(), f"expected a repetition from 1 to 1000000000, got {count}")
        return (int(count) if count else None), _Piece(piece.start, piece.text[: match.start()])

    def _outcome(self, piece: _Piece, action: Action | None) -> tuple[str | None, Moment]:
        word, moment = _moment(piece)
        if word.text == OK:
            if moment is not None:
                raise PlanError(word.start + len(OK), "expected @before and @after on codes and faults, got one on ok")
            return None, BEFORE
        forced = word.text.startswith("!")
        code = word.text.removeprefix("!")
        kind = re.match(r"[A-Za-z-]*", code).group()  # type: ignore[union-attr]  # it matches nothing, too
        if kind in FAULTS or code.lower() == OK:
            hint = OK if code.lower() == OK else f"{OK}+{code}"
            raise PlanError(word.start, f"expected ok or a code, got {code[:60]!r}; did you mean {hint}?")
        if not re.fullmatch(r"[A-Za-z]+(\.[A-Za-z0-9]+)*", code):
            raise PlanError(word.start, f"expected ok or a code such as InternalError, got {word.text[:60]!r}")
        if not forced:
            self._check_code(code, word.start, action)
        return code, moment or BEFORE

    def _check_code(self, code: str, at: int, action: Action | None) -> None:
        known = self._api.errors
        common = [name for name, error in known.items() if error.kind == "common"]
        declared = list(known) if action is None else [*action.errors, *common]
        if code not in declared:
            where = f"{action.name} declares no code" if action is not None else "there is no code"
            hint = did_you_mean(code, list(dict.fromkeys(declared)))
            raise PlanError(at, f"{where} {code!r}; {hint} Write !{code} to raise it all the same")
        if action is not None and action.errors_inherited_from and code in action.errors and code not in common:
            self._warnings[
                f"the list of codes of {action.name} repeats that of {action.errors_inherited_from} by a fault of the "
                f"vendor's documentation: {code} may never come"
            ] = None

    def _warn_of_fields(self, strike: Strike, action: Action | None) -> None:
        """A field that the answer does not have is left alone: its writer should know."""
        if action is None or not isinstance(strike.fault, Null | Missing):
            return
        fields = (*action.output.members, "RequestId", "Error")
        if strike.fault.field not in fields:
            self._warnings[
                f"{action.name} answers no field {strike.fault.field!r}; {did_you_mean(strike.fault.field, fields)}"
            ] = None

    def _fault(self, piece: _Piece) -> Strike:
        word, moment = _moment(piece)
        match = re.fullmatch(r"([A-Za-z-]+) *(?:\((.*)\))?", word.text)
        if match is None:
            raise PlanError(word.start, f"expected a fault such as reset or delay(5s), got {word.text[:60]!r}")
        kind, settings = match[1], match[2] or ""
        if kind not in FAULTS:
            raise PlanError(word.start, f"no fault {kind!r}; {did_you_mean(kind, tuple(FAULTS))}")
        try:
            fault = make_fault(kind, settings)
        except BadWord as bad:
            raise PlanError(word.start + (match.start(2) if settings else 0), f"{kind}: {bad}") from None
        if moment == BEFORE and fault.usual_moment != BEFORE:
            raise PlanError(
                word.start, f"{word.text} changes an answer, and before the call there is none: leave @before out"
            )
        return Strike(fault, moment or fault.usual_moment)


def _moment(piece: _Piece) -> tuple[_Piece, Moment | None]:
    """Take a trailing @before or @after off."""
    text, at, word = piece.text.rpartition("@")
    if not at or ")" in word:
        return piece, None
    moments: Mapping[str, Moment] = {"before": "before", "after": "after"}
    if word not in moments:
        raise PlanError(piece.start + len(text), f"expected @before or @after, got {at + word!r}")
    return _Piece(piece.start, text.rstrip(" ")), moments[word]


def _split(piece: _Piece, separator: str) -> Iterator[_Piece]:
    """The parts between separators that stand outside of parentheses."""
    depth, start = 0, 0
    for match in re.finditer(r"[()]|" + re.escape(separator), piece.text):
        position, character = match.start(), match.group()
        if character == "(":
            depth += 1
        elif character == ")":
            depth -= 1
            if depth < 0:
                raise PlanError(piece.start + position, "expected a ( before this )")
        elif depth == 0:
            yield _Piece(piece.start + start, piece.text[start:position])
            start = position + 1
    if depth:
        raise PlanError(piece.start + len(piece.text), "expected a ) for each (")
    yield _Piece(piece.start + start, piece.text[start:])
