"""One request whose signature is to be explained, in each of the two schemes: what by the rule, and what else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from ccc_contract.http import Request
from ccc_contract.signing import (
    SIGNED_AT_LEAST,
    TERMINATOR,
    Reading,
    Working,
    claimed_secret_id,
)
from ccc_contract.signing_v1 import READINGS as OLDER_READINGS

from .diagnosis import Secret
from .mistake import Evidence, How, Mistake
from .mistakes import MISTAKES, SCOPE_NOT_SIGNED
from .recipe import (
    FORMS,
    Canonical,
    Older,
    Recipe,
    Signing,
    Steps,
    canonical_by_the_rule,
    claim_of,
    older_by_the_rule,
    pairs_of,
    signature_of,
    signature_of_older,
    signing_by_the_rule,
    string_to_sign,
    working,
)
from .words import service_word, terminator_word
from .writing import Style

REWRITTEN_BYTES = 16 * 1024
"""What is longer is not put together anew thousands of times: then only keys, times and scopes are searched."""

REWRITTEN_PAIRS = 250
"""So it is with more parameters of the older scheme."""

MAX_OTHERS = 16
"""Keys beside the one that is claimed."""

Seen = tuple[Mistake, How]
Candidate = tuple[bytes, tuple[Seen, ...], "Recipe | Older"]
"""A signature, the mistakes that lead to it, and how it was made."""


def _own(keys: Sequence[Secret], claimed: str) -> Secret | None:
    """Whose signature it should be.  One who swapped both claims the key: then it is by that key."""
    for secret in keys:
        if secret.secret_id == claimed.strip():
            return secret
    return next((secret for secret in keys if secret.secret_key == claimed.strip()), None)


def _others(keys: Sequence[Secret], own: Secret | None) -> list[Secret]:
    return [secret for secret in keys if secret is not own][:MAX_OTHERS]


class _Half(NamedTuple):
    """A changed canonical request, with its text and its hash."""

    place: int
    seen: Seen
    canonical: Canonical
    text: bytes
    line: bytes


class _Other(NamedTuple):
    """A changed way to sign."""

    place: int
    seen: Seen
    signing: Signing

    @property
    def is_plain(self) -> bool:
        """Does the canonical request stand in the string as the hash that a `_Half` has?"""
        return self.signing.digest == "hex"


class Newer:
    """TC3-HMAC-SHA256."""

    pairs = None

    def __init__(
        self,
        request: Request,
        keys: Sequence[Secret],
        actions: Sequence[str],
        readings: Sequence[Reading],
        payload_hash: str,
    ) -> None:
        self.secret = _own(keys, claimed_secret_id(request.headers))
        self._request, self._readings, self._steps = request, readings, Steps()
        self._claim = claim_of(request)
        self._stamp = (request.headers.get(b"x-tc-timestamp") or b"").strip()
        readable = self._claim is not None and self._stamp.isdigit() and len(self._stamp) <= MAX_DIGITS
        self.claimed = self._claim.signature.encode("utf-8", "replace") if self._claim and readable else b""
        self._seen = Evidence(
            request,
            claim=self._claim,
            secret_id=self.secret.secret_id if self.secret else "",
            others=_others(keys, self.secret),
            actions=actions,
        )
        self._names = self._claim.signed_headers if self._claim else SIGNED_AT_LEAST
        canonical = canonical_by_the_rule(request, self._names, payload=payload_hash.encode())
        self._is_small = len(canonical.text) <= REWRITTEN_BYTES and len(self._names) <= MAX_NAMES
        self._canonical = canonical._replace(style=self._style())

    def _style(self) -> Style | None:
        request = self._request
        unsigned = b"x-tc-content-sha256" in request.headers
        hashes = request.method != "GET" and not unsigned and self._is_small and self.claimed
        return self._seen.writings.sent if hashes and self.secret is not None else None

    @property
    def is_whole(self) -> bool:
        """Is every mistake searched?"""
        return self._is_small

    @staticmethod
    def concerns(mistake: Mistake) -> bool:
        return mistake.canonical is not None or mistake.signing is not None or mistake is SCOPE_NOT_SIGNED

    def ours(self) -> Working:
        """By the rule, as far as it goes without a key and without a claim that can be read."""
        if not self.claimed or self._claim is None:
            return Working(self._canonical.text, b"", "")
        if self.secret is None:
            signing = signing_by_the_rule(self._claim, self._stamp, "")
            return Working(self._canonical.text, string_to_sign(self._canonical, signing), "")
        return working(Recipe(self._canonical, self._signing))

    @property
    def _signing(self) -> Signing:
        assert self._claim is not None and self.secret is not None  # noqa: PT018 - else there is no search
        return signing_by_the_rule(self._claim, self._stamp, self.secret.secret_key)

    def accepted(self) -> Iterator[Candidate]:
        """What the fake accepts."""
        for canonical in (self._canonical, *self._alike()):
            recipe = Recipe(canonical, self._signing)
            yield signature_of(recipe), (), recipe

    def beside(self, recipe: Recipe | Older) -> tuple[Seen, ...]:
        """What is wrong without any effect on the signature: the header names another scope than was signed."""
        assert self._claim is not None  # else there is no search
        claimed = f"{self._claim.date}/{self._claim.service}/{self._claim.terminator}"
        ruled = self._signing.scope.decode()
        if not isinstance(recipe, Recipe) or claimed == ruled or recipe.signing.scope.decode() != ruled:
            return ()
        words = (service_word(self._claim.service.encode()), terminator_word(self._claim.terminator.encode()))
        told = "/".join((self._claim.date, *words))
        by_rule = "/".join((ruled.partition("/")[0], words[0], TERMINATOR))
        return ((SCOPE_NOT_SIGNED, {"claimed": told, "signed": by_rule}),)

    def _alike(self) -> list[Canonical]:
        """What is accepted beside the rule, where it makes a difference here."""
        found = []
        for reading in self._readings:
            other = canonical_by_the_rule(self._request, self._names, reading, payload=self._canonical.payload)
            other = other._replace(style=self._canonical.style)
            if other != self._canonical and other not in found:
                found.append(other)
        return found

    def candidates(self) -> Iterator[Candidate]:
        """Every mistake alone, then those that go together."""
        signing = self._signing
        halves: list[_Half] = []
        ways: list[_Other] = []
        wholes: list[tuple[_Half, _Other]] = []
        for place, mistake in enumerate(MISTAKES):
            mine: tuple[list[_Half], list[_Other]] = ([], [])
            yield from self._alone(self._canonical, signing, place, mistake, mine)
            halves += mine[0][: mistake.paired]
            ways += mine[1][: mistake.paired]
            if mine[0] and mine[1] and mistake.paired:
                wholes.append((mine[0][0], mine[1][-1]))
        for canonical in self._alike() if self._is_small else ():
            for place, mistake in enumerate(MISTAKES):
                yield from self._alone(canonical, signing, place, mistake, ([], []))
        yield from self._across(halves, ways)
        yield from self._twice_in_the_request(halves, signing)
        yield from self._twice_in_the_signing(ways)
        for whole in wholes:
            yield from self._beside_a_whole(*whole, halves)

    def _halves(self, place: int, mistake: Mistake, canonical: Canonical) -> Iterator[_Half]:
        if mistake.canonical is None or not self._is_small:
            return
        plain, form, seen = canonical.text, FORMS["hex"], {canonical.text}
        for how, changed in mistake.canonical(canonical, self._seen):
            text = changed.text
            if text not in seen and text != plain:
                seen.add(text)
                yield _Half(place, (mistake, how), changed, text, form(text))

    def _ways(self, place: int, mistake: Mistake, signing: Signing) -> Iterator[_Other]:
        if mistake.signing is not None:
            for how, changed in mistake.signing(signing, self._seen):
                if changed != signing:
                    yield _Other(place, (mistake, how), changed)

    def _alone(
        self,
        canonical: Canonical,
        signing: Signing,
        place: int,
        mistake: Mistake,
        kept: tuple[list[_Half], list[_Other]],
    ) -> Iterator[Candidate]:
        """One mistake, in either half or in both; what it makes of each is `kept`."""
        halves, ways = kept
        sign, text = self._steps.of(signing), canonical.text
        for half in self._halves(place, mistake, canonical):
            halves.append(half)
            yield sign(half.line), (half.seen,), Recipe(half.canonical, signing)
        for way in self._ways(place, mistake, signing):
            if self._is_small or way.is_plain:
                ways.append(way)
                yield self._sign(text, way.signing), (way.seen,), Recipe(canonical, way.signing)
        for half in halves:
            for way in ways:
                recipe = Recipe(half.canonical, way.signing)
                yield self._sign(half.text, way.signing), (half.seen, way.seen), recipe

    def _sign(self, text: bytes, signing: Signing) -> bytes:
        return self._steps.of(signing)(self._steps.line(text, signing.digest))

    def _across(self, halves: Sequence[_Half], ways: Sequence[_Other]) -> Iterator[Candidate]:
        """One mistake in the canonical request, one in what is made of it."""
        for way in ways:
            sign, form = self._steps.of(way.signing), FORMS[way.signing.digest]
            for half in halves:
                line = half.line if way.is_plain else form(half.text)
                yield sign(line), (half.seen, way.seen), Recipe(half.canonical, way.signing)

    def _twice_in_the_request(self, halves: Sequence[_Half], signing: Signing) -> Iterator[Candidate]:
        sign = self._steps.of(signing)
        for half in halves:
            for place in range(half.place + 1, len(MISTAKES)):
                mistake = MISTAKES[place]
                for other in islice(self._halves(place, mistake, half.canonical), mistake.paired):
                    yield sign(other.line), (half.seen, other.seen), Recipe(other.canonical, signing)

    def _twice_in_the_signing(self, ways: Sequence[_Other]) -> Iterator[Candidate]:
        canonical = self._canonical
        text = canonical.text
        for way in ways:
            for place in range(way.place + 1, len(MISTAKES)):
                mistake = MISTAKES[place]
                for other in islice(self._ways(place, mistake, way.signing), mistake.paired):
                    if self._is_small or other.is_plain:
                        made = (way.seen, other.seen)
                        yield self._sign(text, other.signing), made, Recipe(canonical, other.signing)

    def _beside_a_whole(self, half: _Half, way: _Other, halves: Sequence[_Half]) -> Iterator[Candidate]:
        """A mistake that is made wherever it can be, such as CR LF in both texts, and another one."""
        sign, form, whole = self._steps.of(way.signing), FORMS[way.signing.digest], MISTAKES[half.place]
        for other in halves:
            if other.place < half.place:
                for top in islice(self._halves(half.place, whole, other.canonical), 1):
                    yield sign(form(top.text)), (other.seen, top.seen), Recipe(top.canonical, way.signing)
        for place, mistake in enumerate(MISTAKES):
            if place > half.place:
                for top in islice(self._halves(place, mistake, half.canonical), mistake.paired):
                    yield sign(form(top.text)), (half.seen, top.seen), Recipe(top.canonical, way.signing)
            if place != half.place:
                for further in islice(self._ways(place, mistake, way.signing), mistake.paired):
                    recipe = Recipe(half.canonical, further.signing)
                    yield self._sign(half.text, further.signing), (half.seen, further.seen), recipe


MAX_NAMES = 100
"""Signed headers; with more it is as with a long text."""

MAX_DIGITS = 20
"""Of a timestamp, as where it is judged."""


class OlderCase:
    """HmacSHA1 and HmacSHA256."""

    def __init__(self, request: Request, keys: Sequence[Secret]) -> None:
        self._request = request
        self.pairs = pairs_of(request)
        self.secret = _own(keys, self.pairs.get(b"SecretId", b"").decode("utf-8", "replace"))
        # Ruby's client ends it with a line feed; of a `+` that was not encoded a blank has become, which counts.
        self.claimed = self.pairs.get(b"Signature", b"").strip(b"\r\n")
        self._seen = Evidence(
            request,
            pairs=self.pairs,
            secret_id=self.secret.secret_id if self.secret else "",
            others=_others(keys, self.secret),
        )
        key = self.secret.secret_key if self.secret else ""
        self._older = older_by_the_rule(request, self.pairs, key)
        self._is_small = len(self._older.pairs) <= REWRITTEN_PAIRS and len(self._older.text) <= REWRITTEN_BYTES

    @property
    def is_whole(self) -> bool:
        """Is every mistake searched?"""
        return self._is_small

    @staticmethod
    def concerns(mistake: Mistake) -> bool:
        return mistake.older is not None

    def ours(self) -> Working:
        if self.secret is None or not self.pairs:
            return Working(b"", self._older.text if self.pairs else b"", "")
        return working(self._older)

    def accepted(self) -> Iterator[Candidate]:
        readings = OLDER_READINGS if any(b"_" in key for key, _ in self._older.pairs) else OLDER_READINGS[:1]
        for reading in readings:
            older = self._older._replace(pairs=tuple([(reading(key), value) for key, value in self._older.pairs]))
            yield signature_of_older(older), (), older

    def beside(self, recipe: Recipe | Older) -> tuple[Seen, ...]:
        """There is no scope in this scheme."""
        return ()

    def candidates(self) -> Iterator[Candidate]:
        """Every mistake alone, then those that go together."""
        found: list[tuple[int, Seen, Older]] = []
        for place, mistake in enumerate(MISTAKES):
            for n, (made, older) in enumerate(self._changed(mistake, self._older)):
                yield signature_of_older(older), (made,), older
                if n < mistake.paired:
                    found.append((place, made, older))
        for place, made, older in found if self._is_small else ():
            for mistake in MISTAKES[place + 1 :]:
                for other, both in islice(self._changed(mistake, older), mistake.paired):
                    yield signature_of_older(both), (made, other), both

    def _changed(self, mistake: Mistake, older: Older) -> Iterator[tuple[Seen, Older]]:
        if mistake.older is None or not (self._is_small or mistake.name in OF_THE_KEY):
            return
        for how, changed in mistake.older(older, self._seen):
            if changed != older:
                yield (mistake, how), changed


OF_THE_KEY = ("secret-blank", "secret-cut", "id-for-key", "other-key", "key-with-prefix", "other-digest")
"""What is searched of the older scheme however large a request is: nothing is put together anew."""
