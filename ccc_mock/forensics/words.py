"""What may be told of something that a client chose: itself where it has a harmless form, a word for it elsewhere.

Sentences go to terminals, into headers and into the journal, and no rule of redaction reads them there.  Whatever a
mistake or an observation tells of a request goes through here, unless it is one of our own words or a number.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

Word = Callable[[bytes], str]


def _word(form: str, instead: str) -> Word:
    harmless = re.compile(form.encode())

    def word(raw: bytes) -> str:
        return raw.decode() if harmless.fullmatch(raw) else instead

    return word


# A phone number has more digits in a row than any part of a name has.
_NO_NUMBER = r"(?!.*\d{6})"

method_word = _word(r"(?i:GET|POST|PUT|DELETE|PATCH|HEAD|OPTIONS)?", "METHOD")
path_word = _word(r"(?:/(?:[A-Za-z.]{1,40}|v\d))*/?", "PATH")
"""A path of letters, such as an action or a version; everything else may be what ought to be a parameter."""
name_word = _word(_NO_NUMBER + r"[A-Za-z][A-Za-z0-9_.\[\]-]{0,63}", "NAME")
"""Of a header, a member or a parameter."""
host_word = _word(
    r"(?:https?:)?(?://)?(?:(?!\d{6})[A-Za-z0-9-]{1,63}(?:\.(?!\d{6})[A-Za-z0-9-]{1,63}){0,9}|\[[0-9a-fA-F:.]{2,45}\])?"
    r"(?::\d{1,5})?/?",
    "HOST",
)
"""Without a name and a password in front of it, and with no path behind it."""
type_word = _word(
    r"(?:[A-Za-z]{1,20}/[A-Za-z.+-]{1,60}|\*/\*)?(?:; ?(?i:charset)=\"?[A-Za-z]{1,12}-?\d{0,5}-?\d{0,2}\"?)?",
    "CONTENT-TYPE",
)
service_word = _word(r"[A-Za-z]{0,16}", "SERVICE")
terminator_word = _word(r"(?i:(?:tc3|aws4|tc)?[_-]?request)", "TERMINATOR")
step_word = _word(
    r"\d{1,4}-\d{1,2}-\d{1,4}(?:T00:00:00Z)?|\d{8}|ap-guangzhou|[A-Za-z]{0,16}|(?i:(?:tc3|aws4|tc)?[_-]?request)",
    "STEP",
)
"""What a key is derived with: a date, a service, a terminator."""
digest_word = _word(r"(?i:(?:tc3-|tc3_|aws4-)?hmac[_-]?(?:sha|md)-?\d{1,3})?", "METHOD")
"""A SignatureMethod."""


def names_words(names: Iterable[bytes], between: str = ";") -> str:
    return between.join(map(name_word, names))


def pair_words(pairs: Iterable[tuple[bytes, bytes]], between: str = ", ") -> str:
    """The names of parameters.  A piece without a value may be anything that was not escaped: a body, a key."""
    return between.join([name_word(name) if value else empty_word(name) for name, value in pairs])


empty_word = _word(
    r"SignatureMethod|SecretId|Token|Region|RequestClient|Language|Action|Version|Timestamp|Nonce|Signature", "NAME"
)
