"""The user's own canonical request and string to sign, held against those that the request gives.

No key is needed: both texts follow from what was sent.  Where the user's differs, the known mistakes of `forensics` are
made in ours until it is the user's, so that a difference has a name even where nobody can recompute the signature.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from ccc_contract.http import Request
from ccc_contract.signing import (
    READINGS,
    SIGNED_AT_LEAST,
    SigningKey,
)
from ccc_contract.signing_v1 import digest_of

from ..forensics.diagnosis import Made, Over, Secret
from ..forensics.mistake import Evidence
from ..forensics.mistakes import MISTAKES
from ..forensics.recipe import (
    DIGITS_OF_SECONDS,
    FORMS,
    Canonical,
    Signing,
    canonical_by_the_rule,
    claim_of,
    date_of,
    head_of,
    older_by_the_rule,
    pairs_of,
    signing_by_the_rule,
)
from ..redaction import Redaction
from .comparing import Difference, first_difference
from .reading import Note
from .texts import note

MAX_BYTES = 16 * 1024 * 1024
"""Of a file with an intermediate: a canonical request repeats the query of a GET, and nothing else that is long."""

_MAX_NAMED_BYTES = 16 * 1024
"""A longer text is not made anew under each mistake."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One of the user's texts beside ours."""

    of: str
    """`canonical_request` or `string_to_sign`."""
    difference: Difference | None
    made: tuple[Made, ...] = ()
    """The mistakes that make it of ours, where they are known."""
    remarks: tuple[Note, ...] = ()
    only_its_end: bool = False
    """It differs by line feeds at its end, which a file may have and a text that is signed not."""

    @property
    def is_ours(self) -> bool:
        return self.difference is None or self.only_its_end


class Sides:
    """What a request gives, for comparison with what the user has.  `over` ends the search for a difference's name."""

    def __init__(
        self,
        request: Request,
        redaction: Redaction,
        secret: Secret | None = None,
        hidden: Sequence[bytes] = (),
        *,
        over: Over = lambda: False,
    ) -> None:
        self._request, self._redaction, self._secret, self._hidden = request, redaction, secret, hidden
        self._over = over
        self.claim = claim_of(request)
        self.stamp = (request.headers.get(b"x-tc-timestamp") or b"").strip()
        self.older = b"authorization" not in request.headers
        self._names = self.claim.signed_headers if self.claim else SIGNED_AT_LEAST
        self._seen = Evidence(request, claim=self.claim, secret_id=secret.secret_id if secret else "")

    def canonical(self, theirs: bytes) -> Compared:
        """The user's canonical request beside ours; where clients differ, beside the one that is theirs."""
        ours = list(self._canonicals())
        texts = [each.text for each in ours]
        nearest = theirs if theirs in texts else texts[0]
        difference = first_difference(nearest, theirs, self._redaction, self._hidden)
        ends = theirs.rstrip(b"\r\n") in texts
        made = self._named_canonical(ours[0], theirs) if difference and not ends else ()
        return Compared("canonical_request", difference, made, tuple(_remarks(theirs, ends)), ends)

    def string(self, theirs: bytes, canonical: bytes | None = None) -> Compared | None:
        """The user's string to sign beside the one that the canonical request gives, the user's own if it is given.

        None where the request lacks what stands in it.
        """
        plain = [each.text for each in self._canonicals()] if canonical is None else _with_and_without_end(canonical)
        texts = [self._older_string()] if self.older else [self._string(each) for each in plain]
        known = [each for each in texts if each is not None]
        if not known:
            return None
        nearest = theirs if theirs in known else known[0]
        difference = first_difference(nearest, theirs, self._redaction, self._hidden)
        ends = theirs.rstrip(b"\r\n") in known
        made = self._named_string(plain[0], theirs) if difference and not (ends or self.older) else ()
        hashes = () if canonical is None or self.older else belong_together(canonical, theirs)
        remarks = (*_remarks(theirs, ends), *self._signs(theirs), *hashes)
        return Compared("string_to_sign", difference, made, remarks, ends)

    def _canonicals(self) -> Iterator[Canonical]:
        for reading in READINGS:
            yield canonical_by_the_rule(self._request, self._names, reading)

    @property
    def _signing(self) -> Signing | None:
        if self.claim is None or not self.stamp.isdigit() or len(self.stamp) > DIGITS_OF_SECONDS:
            return None
        return signing_by_the_rule(self.claim, self.stamp, "")

    def _string(self, canonical: bytes) -> bytes | None:
        signing = self._signing
        return None if signing is None else head_of(signing) + FORMS["hex"](canonical)

    def _older_string(self) -> bytes | None:
        pairs = pairs_of(self._request)
        return older_by_the_rule(self._request, pairs, "").text if b"Signature" in pairs else None

    def _named_canonical(self, ours: Canonical, theirs: bytes) -> tuple[Made, ...]:
        if max(len(theirs), len(self._request.body)) > _MAX_NAMED_BYTES:
            return ()
        plain = ours._replace(style=self._seen.writings.sent if self._request.method != "GET" else None)
        for made, changed in self._mistaken(plain):
            if changed.text == theirs:
                return (made,)
        for made, changed in self._mistaken(plain, paired=True):
            for other, twice in self._mistaken(changed, paired=True):
                if twice.text == theirs:
                    return (made, other)
        return ()

    def _mistaken(self, canonical: Canonical, *, paired: bool = False) -> Iterator[tuple[Made, Canonical]]:
        """What each mistake makes of it, until the time is over; `paired` together with another one."""
        for mistake in MISTAKES:
            if mistake.canonical is not None:
                most = mistake.paired if paired else None
                for how, changed in islice(mistake.canonical(canonical, self._seen), most):
                    if self._over():
                        return
                    yield mistake.made(how), changed

    def _named_string(self, canonical: bytes, theirs: bytes) -> tuple[Made, ...]:
        plain = self._signing
        if plain is None or len(theirs) > _MAX_NAMED_BYTES:
            return ()
        for mistake in MISTAKES:
            for how, changed in mistake.signing(plain, self._seen) if mistake.signing else ():
                if self._over():
                    return ()
                if head_of(changed) + FORMS[changed.digest](canonical) + changed.end == theirs:
                    return (mistake.made(how),)
        return ()

    def _signs(self, theirs: bytes) -> Iterator[Note]:
        """Is the claimed signature the one of the user's own text?  Then the key is right, and how it is derived."""
        if self._secret is None:
            return
        claimed = pairs_of(self._request).get(b"Signature", b"").strip() if self.older else self._claimed()
        if claimed:
            texts = _with_and_without_end(theirs)
            signatures = (made for text in texts for made in self._signatures(text, self._secret.secret_key))
            right = any(hmac.compare_digest(made, claimed) for made in signatures)
            yield note("string-signed" if right else "string-not-signed")

    def _claimed(self) -> bytes:
        return self.claim.signature.encode("utf-8", "replace") if self.claim and self._signing else b""

    def _signatures(self, text: bytes, secret_key: str) -> Iterator[bytes]:
        """What a key makes of a text: derived for the scope by the rule, the claimed one, and the one in the text."""
        if self.older:
            digest = digest_of(pairs_of(self._request).get(b"SignatureMethod"))
            yield base64.b64encode(hmac.digest(secret_key.encode(), text, digest))
            return
        assert self.claim is not None  # else nothing is claimed
        claimed = (self.claim.date, self.claim.service)
        for date, service in dict.fromkeys(((date_of(self.claim, self.stamp), claimed[1]), claimed, *_scopes(text))):
            yield SigningKey.derive(secret_key, date, service).sign(text).encode()


_SCOPE = re.compile(rb"^([^/\s]{1,40})/([^/\s]{1,100})/tc3_request\r?$", re.MULTILINE)


def _scopes(text: bytes) -> Iterator[tuple[str, str]]:
    for match in islice(_SCOPE.finditer(text), 1):
        yield match[1].decode("utf-8", "replace"), match[2].decode("utf-8", "replace")


def belong_together(canonical: bytes, string: bytes) -> Iterator[Note]:
    """Is the last line of the user's string to sign the hash of the user's canonical request?"""
    last = string.rstrip(b"\r\n").rpartition(b"\n")[2].strip()
    hashes = [hashlib.sha256(text).hexdigest().encode() for text in _with_and_without_end(canonical)]
    if last.lower() not in hashes:
        yield note("hash-of-another")
    elif hashes[0] != hashes[-1] and last.lower() == hashes[0]:
        yield note("hash-with-line-feed")


def _with_and_without_end(text: bytes) -> list[bytes]:
    """As the file is, and without the line feed that an editor puts at its end."""
    bare = text.rstrip(b"\r\n")
    return [text] if bare == text else [text, bare]


def _remarks(theirs: bytes, ends: bool) -> Iterator[Note]:
    if ends and theirs.endswith((b"\n", b"\r")):
        yield note("file-line-feed")
    if b"\n" not in theirs and rb"\n" in theirs:
        yield note("file-escaped")
