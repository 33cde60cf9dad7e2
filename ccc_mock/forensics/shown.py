"""A diagnosis as it is shown: as JSON for the journal, as one line for a terminal or a header.

What the client must have put together is shown only in the form that the rules of redaction read; of anything else the
sentences tell.
"""

from __future__ import annotations

import re

from ccc_contract.model import JSON

from ..languages import CHINESE, ENGLISH
from ..redaction import Redaction, last_four, printable
from .diagnosis import Diagnosis, Working

MAX_LINE = 1000
"""Characters of the one line."""


def as_json(diagnosis: Diagnosis, redaction: Redaction, secret_id: str = "") -> dict[str, JSON]:
    """The form that stands in an entry of the journal: docs/journal.md."""
    form: dict[str, JSON] = {
        "found": [{"name": made.name, "how": _how(made.how)} for made in diagnosis.found],
        "known": diagnosis.known,
        "tried": diagnosis.tried,
        "stopped": diagnosis.stopped,
        "not_searched": diagnosis.not_searched or None,
        "observations": [{"name": each.name, "how": _how(each.how)} for each in diagnosis.observations],
        "told": {language: diagnosis.told(language) for language in (ENGLISH, CHINESE)},
    }
    theirs = diagnosis.theirs
    if theirs is not None and theirs.canonical_request:
        hashed = all(made.name != "not-hashed" for made in diagnosis.found)
        form["canonical_request"] = _canonical_request(theirs, redaction) if hashed else None
        form["string_to_sign"] = _string_to_sign(theirs, secret_id)
    return form


def _how(how: object) -> JSON:
    return {name: printable(value, 100) for name, value in dict(how).items()}  # type: ignore[call-overload]


CANONICAL = re.compile(
    rb"[A-Za-z]{0,20}\n[^\n\r]*\n[^\n\r{}<>\"]*\n(?:[A-Za-z0-9_-]+:[^\n\r]*\n|\n)+[A-Za-z0-9_;-]*\n"
    rb"(?:[0-9A-Fa-f]{64}|[0-9A-Za-z+/]{43}=|UNSIGNED-PAYLOAD)\n?"
)
"""A canonical request with nothing in it that may be a part of a body: that has lines and colons, too."""


def _canonical_request(theirs: Working, redaction: Redaction) -> str | None:
    plain = CANONICAL.fullmatch(theirs.canonical_request)
    return redaction.canonical_request(theirs.canonical_request) if plain else None


_FOUR_LINES = re.compile(rb"[^\n\r]{0,100}\n[^\n\r]{0,100}\n[^\n\r]{0,200}\n[0-9A-Za-z+/=_-]{0,88}\n?")


def _string_to_sign(theirs: Working, secret_id: str) -> str | None:
    if _FOUR_LINES.fullmatch(theirs.string_to_sign) is None:
        return None
    text = theirs.string_to_sign.decode("utf-8", "replace")
    return text.replace(secret_id, last_four(secret_id)) if secret_id else text


def one_line(diagnosis: Diagnosis) -> str:
    """In English and in ASCII, without anything that could end a line."""
    text = printable("; ".join(diagnosis.told(ENGLISH)), MAX_LINE)
    return text.encode("ascii", "replace").decode()
