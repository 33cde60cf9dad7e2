"""All that is to be said of one request's signature, as lines for people and as JSON."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from ccc_contract.signing import ALGORITHM, Working

from ..forensics.diagnosis import Diagnosis, Made, Observation, Over, Secret
from ..forensics.recipe import claim_of
from ..forensics.search import diagnose
from ..forensics.shown import CANONICAL
from ..parameters import Parameters
from ..parameters import read as read_parameters
from ..redaction import Redaction, last_four, printable
from ..settings import Settings
from .comparing import masked
from .intermediates import Compared, Sides
from .reading import Note, Read
from .texts import label, note

FORM = 1
"""Of the JSON.  Within it fields may join; none goes away or changes its meaning."""

_MAX_LINE = 2000
"""Characters of one line of an intermediate that are shown: a query may have 32 KiB."""

_STRING = re.compile(rb"(?:[^\r\n]{0,200}\n){3}[0-9A-Za-z+/=_-]{0,88}\n?")

Verdict = Literal["fits", "differs", "undecided"]


@dataclass(frozen=True)
class Explanation:
    """What is known of one request.  `told` and `as_json` show no secret and no signature."""

    form: str
    read: Read
    diagnosis: Diagnosis
    compared: tuple[Compared, ...]
    remarks: tuple[Note, ...]
    redaction: Redaction
    hidden: tuple[bytes, ...] = field(default=(), repr=False)
    """What is not shown wherever it stands: SecretId, SecretKeys, the signature."""

    @property
    def verdict(self) -> Verdict:
        """`undecided` without the key, unless the user's own intermediates already show a difference."""
        if self.diagnosis.fits:
            return "fits"
        unknown = self.diagnosis.not_searched == "key" and all(each.is_ours for each in self.compared)
        return "undecided" if unknown else "differs"

    @property
    def _parameters(self) -> Parameters:
        return read_parameters(self.read.request, Settings())

    def told(self, language: str) -> Iterator[str]:
        yield from self._of_the_request(language)
        yield label(self.verdict, language)
        # Where the signature fits, what else is odd is why it is refused all the same.
        found = self._found(language)
        yield from (f"  {line}" for line in (found[1:] if self.verdict == "fits" else found))
        yield from (label("read", language) + each.told(language) for each in self.read.notes)
        yield from (each.told(language) for each in self.remarks)
        for compared in self.compared:
            yield from _of_one(compared, language)
        if self.verdict != "fits":
            yield from self._workings(language)

    def _of_the_request(self, language: str) -> Iterator[str]:
        request, parameters = self.read.request, self._parameters
        shown = " ".join(filter(None, (request.method, self._host, self._action)))
        yield label("input", language, form=self.form, line=self.read.line, request=printable(shown, 200))
        stamp = printable(_text(parameters.common(b"Timestamp")), 30) or "-"
        told = {"algorithm": self._algorithm, "secret_id": printable(last_four(parameters.secret_id))}
        if parameters.secret_id:
            yield label("signed", language, timestamp=f"{stamp} ({_utc(stamp)})", **told)
        else:
            yield label("unsigned", language)

    @property
    def _host(self) -> str:
        return self.read.request.headers.text(b"host")

    @property
    def _action(self) -> str:
        return _text(self._parameters.common(b"Action"))

    @property
    def _algorithm(self) -> str:
        if not self._parameters.older:
            return ALGORITHM
        return "HmacSHA256" if self._parameters.common(b"SignatureMethod") == b"HmacSHA256" else "HmacSHA1"

    def _found(self, language: str) -> list[str]:
        lines = self.diagnosis.told(language)
        return lines[1:] if self.diagnosis.not_searched == "key" else lines

    def _workings(self, language: str) -> Iterator[str]:
        ours, theirs = self._shown(self.diagnosis.ours), self._theirs
        for of, text in ours.items():
            if text:
                yield label("by-the-rule", language, of=label(of, language))
                yield from _lines(text)
            if theirs.get(of) and theirs[of] != text:
                yield label("proven", language, of=label(of, language))
                yield from _lines(theirs[of], beside=text)

    @property
    def _theirs(self) -> dict[str, str]:
        """As it was signed; of a text in another form, in which a mistake may have put anything, nothing is shown."""
        theirs = self.diagnosis.theirs
        if theirs is None or not theirs.canonical_request:
            return {}
        plain = {
            "canonical_request": CANONICAL.fullmatch(theirs.canonical_request),
            "string_to_sign": _STRING.fullmatch(theirs.string_to_sign),
        }
        return {of: text for of, text in self._shown(theirs).items() if plain[of]}

    def _shown(self, working: Working) -> dict[str, str]:
        texts = {"canonical_request": working.canonical_request, "string_to_sign": working.string_to_sign}
        return {of: masked(text, self.redaction, self.hidden).decode("utf-8", "replace") for of, text in texts.items()}

    def as_json(self, language: str) -> dict[str, Any]:
        request, parameters, diagnosis = self.read.request, self._parameters, self.diagnosis
        return {
            "form": FORM,
            "verdict": self.verdict,
            "input": {
                "form": self.form,
                "line": self.read.line,
                "method": request.method,
                "host": printable(self._host, 200),
                "path": printable(request.path.decode("utf-8", "replace"), 200),
                "action": printable(self._action, 200),
                "body_bytes": len(request.body),
            },
            "signature": {
                "algorithm": self._algorithm,
                "secret_id": last_four(parameters.secret_id) if parameters.secret_id else "",
                "timestamp": printable(_text(parameters.common(b"Timestamp")), 30),
            },
            "found": [_json(each, language) for each in diagnosis.found],
            "known": diagnosis.known,
            "tried": diagnosis.tried,
            "stopped": diagnosis.stopped,
            "not_searched": diagnosis.not_searched,
            "observations": [_json(each, language) for each in diagnosis.observations],
            "notes": [_json(each, language) for each in (*self.read.notes, *self.remarks)],
            "compared": [_compared_json(each, language) for each in self.compared],
            "ours": self._shown(diagnosis.ours),
            "theirs": self._theirs or None,
        }


def explain(
    form: str,
    read: Read,
    keys: Sequence[Secret],
    redaction: Redaction,
    *,
    canonical: bytes | None = None,
    string: bytes | None = None,
    actions: Sequence[str] = (),
    now: float | None = None,
    over: Over = lambda: False,
) -> Explanation:
    """Search for the mistake with the keys there are, and compare the user's intermediates where they are given.

    `now` (Unix seconds) is held against the timestamp; `over` ends the search.
    """
    read, diagnosis = _diagnosed(read, keys, actions, over)
    claimed = read_parameters(read.request, Settings()).secret_id.strip()
    own = next((secret for secret in keys if secret.secret_id == claimed), None)
    hidden = tuple(_hidden(read, keys, claimed))
    sides = Sides(read.request, redaction, own, hidden, over=over)
    compared: list[Compared] = []
    remarks = [*_of_the_key(diagnosis, keys, claimed), *_of_the_time(read, now)]
    if canonical is not None and sides.older:
        remarks.append(note("no-canonical"))
    elif canonical is not None:
        compared.append(sides.canonical(canonical))
    against = None if string is None else sides.string(string, canonical)
    if against is not None:
        compared.append(against)
    elif string is not None:
        remarks.append(note("no-string"))
    return Explanation(form, read, diagnosis, tuple(compared), tuple(remarks), redaction, hidden)


def _hidden(read: Read, keys: Sequence[Secret], claimed: str) -> Iterator[bytes]:
    claim = claim_of(read.request)
    older = read_parameters(read.request, Settings()).pairs.get(b"Signature", b"").strip()
    texts = [claimed, claim.signature if claim else "", *(secret.secret_key for secret in keys)]
    yield from (raw for raw in (older, *map(str.encode, texts)) if len(raw) >= _WORTH_HIDING)


_WORTH_HIDING = 6
"""Bytes.  Shorter ones are no secret, and stand in many a word."""


def _diagnosed(read: Read, keys: Sequence[Secret], actions: Sequence[str], over: Over) -> tuple[Read, Diagnosis]:
    """The reading whose signature fits, or can be explained; the plain one where none does."""
    plain = diagnose(read.request, keys, actions=actions, over=over)
    if not plain.fits:
        for request, told in read.otherwise:
            diagnosis = diagnose(request, keys, actions=actions, over=over)
            if diagnosis.fits or (diagnosis.found and not plain.found):
                return read._replace(request=request, notes=(*read.notes, told)), diagnosis
    return read, plain


def _of_the_key(diagnosis: Diagnosis, keys: Sequence[Secret], claimed: str) -> Iterator[Note]:
    if diagnosis.not_searched != "key":
        return
    if keys:
        given = ", ".join(last_four(secret.secret_id) for secret in keys[:5])
        yield note("key-of-another", given=given, claimed=last_four(claimed))
    else:
        yield note("how-to-give-a-key")


MAX_SKEW_SECONDS = 300
"""Of a timestamp, from the service's clock (doc-common-params)."""


def _of_the_time(read: Read, now: float | None) -> Iterator[Note]:
    """A signature that fits is refused all the same when it comes late."""
    stamp = _text(read_parameters(read.request, Settings()).common(b"Timestamp"))
    if now is not None and stamp.isdecimal() and len(stamp) <= 11 and abs(int(stamp) - now) > MAX_SKEW_SECONDS:
        yield note("not-now", seconds=round(abs(int(stamp) - now)), most=MAX_SKEW_SECONDS)


def _of_one(compared: Compared, language: str) -> Iterator[str]:
    of, difference = label(compared.of, language), compared.difference
    if difference is None:
        yield label("same", language, of=of)
    elif compared.only_its_end:
        yield label("end", language, of=of)
    else:
        yield label("other", language, of=of, **difference._asdict())
        yield label("ours", language, text=difference.ours)
        yield label("theirs", language, text=difference.theirs)
    if compared.made:
        made = label("and", language).join(each.told(language) for each in compared.made)
        yield label("made", language) + made
    yield from (f"  {each.told(language)}" for each in compared.remarks)


def _lines(text: str, beside: str | None = None) -> Iterator[str]:
    """Line by line; `>` is before one that differs from the one in `beside`."""
    other = None if beside is None else beside.split("\n")
    for n, line in enumerate(text.split("\n")):
        differs = other is not None and (n >= len(other) or other[n] != line)
        yield f"  {'>' if differs else '|'} {printable(line, _MAX_LINE)}".rstrip()


def _json(each: Made | Observation | Note, language: str) -> dict[str, Any]:
    how = {name: printable(value, 200) for name, value in each.how.items()}
    return {"name": each.name, "says": each.told(language), "how": how}


def _compared_json(compared: Compared, language: str) -> dict[str, Any]:
    difference = compared.difference
    return {
        "of": compared.of,
        "same": difference is None,
        "only_its_end": compared.only_its_end,
        "difference": None if difference is None else difference._asdict(),
        "found": [_json(each, language) for each in compared.made],
        "notes": [_json(each, language) for each in compared.remarks],
    }


def _text(value: bytes | None) -> str:
    return (value or b"").decode("utf-8", "replace").strip()


def _utc(stamp: str) -> str:
    try:
        return f"{datetime.fromtimestamp(int(stamp), UTC):%Y-%m-%d %H:%M:%S} UTC"
    except (ValueError, OverflowError, OSError):
        return "?"
