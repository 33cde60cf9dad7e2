"""A signature that does not match, in the section of a failing test: what was found, and both sides step by step.

Nothing is searched here: what the endpoint found when the request came stands in the journal.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..endpoint import Endpoint
from ..journal import Entry
from ..languages import ENGLISH
from ..redaction import printable


def both_sides(entry: Entry, endpoint: Endpoint) -> Iterator[str]:
    """The computation of the fake and, where it is proven, that of the client."""
    shown = entry.as_json(endpoint.redaction, "")
    diagnosis = shown.get("diagnosis", {"told": {ENGLISH: []}})
    yield f"the signature of #{entry.n} does not match."
    yield from (f"  {printable(line, 1000)}" for line in diagnosis["told"][ENGLISH])
    fake = [str(shown.get("canonical_request") or ""), str(shown["string_to_sign"])]
    if fake[0]:
        yield from _numbered("the canonical request, as the fake built it of what came", fake[0])
        yield from _numbered("its string to sign", fake[1])
    else:
        yield from _numbered("the string to sign, as the fake built it of what came", fake[1])
    theirs = [diagnosis.get("canonical_request"), diagnosis.get("string_to_sign")]
    if theirs[0] and theirs[0] != fake[0]:
        yield from _numbered("the canonical request, as the client built it", theirs[0], beside=fake[0])
    if theirs[1]:
        yield from _numbered("the client's string to sign", theirs[1], beside=fake[1])


def _numbered(heading: str, text: str, beside: str = "") -> Iterator[str]:
    """A text line by line; `>` is before a line that differs from the one in `beside`."""
    other = beside.split("\n")
    yield f"  {heading}:"
    for n, line in enumerate(text.split("\n")):
        differs = beside and (n >= len(other) or other[n] != line)
        yield f"  {'>' if differs else '|'} {line}"
