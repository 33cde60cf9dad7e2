"""Mistakes with the key: the wrong one, a blank around it, another way to derive from it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import permutations

from ..redaction import last_four
from .mistake import Evidence, How
from .recipe import Older, Signing
from .words import step_word

_ENDS = (("LF", b"\n"), ("blank", b" "), ("CRLF", b"\r\n"), ("NUL", b"\0"), ('"', b'"'), ("'", b"'"))


def _blanks(secret: bytes, seen: Evidence) -> Iterator[tuple[How, bytes]]:
    for name, end in _ENDS[:3]:
        yield {"what": name}, secret + end
    for name, mark in _ENDS[4:]:
        yield {"what": f"{name}...{name}"}, mark + secret + mark
    yield {"what": "blank"}, b" " + secret
    for name, end in _ENDS[3:]:
        yield {"what": name}, secret + end
    yield {"what": "BOM"}, b"\xef\xbb\xbf" + secret


def _cut(secret: bytes, seen: Evidence) -> Iterator[tuple[How, bytes]]:
    yield {"what": "-1"}, secret[:-1]
    yield {"what": "1"}, secret[1:]
    yield {"what": "0"}, b""


def _other_key(secret: bytes, seen: Evidence) -> Iterator[tuple[How, bytes]]:
    for other in seen.others:
        yield {"whose": last_four(other.secret_id).replace("…", "...")}, other.secret_key.encode()


def _id_for_key(secret: bytes, seen: Evidence) -> Iterator[tuple[How, bytes]]:
    yield {}, seen.secret_id.encode()


Changes = Callable[[bytes, Evidence], Iterator[tuple[How, bytes]]]


class OfTheSecret:
    """A change of the SecretKey, whatever is derived from it then."""

    def __init__(self, changes: Changes) -> None:
        self._changes = changes

    def signing(self, signing: Signing, seen: Evidence) -> Iterator[tuple[How, Signing]]:
        for how, secret in self._changes(signing.secret, seen):
            yield how, signing._replace(secret=secret)

    def older(self, older: Older, seen: Evidence) -> Iterator[tuple[How, Older]]:
        for how, secret in self._changes(older.secret, seen):
            yield how, older._replace(secret=secret)


BLANKS, CUT, OTHER_KEY, ID_FOR_KEY = map(OfTheSecret, (_blanks, _cut, _other_key, _id_for_key))


def without_prefix(signing: Signing, seen: Evidence) -> Iterator[tuple[How, Signing]]:
    for prefix in ("", "AWS4", "TC3-HMAC-SHA256", "tc3"):
        yield {"prefix": prefix}, signing._replace(prefix=prefix.encode())


def with_prefix(older: Older, seen: Evidence) -> Iterator[tuple[How, Older]]:
    yield {"prefix": "TC3"}, older._replace(prefix=b"TC3")


def in_another_order(signing: Signing, seen: Evidence) -> Iterator[tuple[How, Signing]]:
    date, service, terminator = signing.chain
    likely = ((service, date, terminator), (terminator, service, date))
    for chain in dict.fromkeys((*likely, *permutations(signing.chain))):
        yield {"chain": _shown(chain)}, signing._replace(chain=chain)


def with_other_steps(signing: Signing, seen: Evidence) -> Iterator[tuple[How, Signing]]:
    date, service, terminator = signing.chain
    for chain in (
        (date, service),
        (),
        (date,),
        (date, terminator),
        (service, terminator),
        (date, b"ap-guangzhou", service, terminator),
    ):
        yield {"chain": _shown(chain) or "-"}, signing._replace(chain=chain)
    yield {"chain": "CredentialScope"}, signing._replace(chain=(signing.scope,))


def _shown(chain: tuple[bytes, ...]) -> str:
    return " > ".join(map(step_word, chain))


def as_text(signing: Signing, seen: Evidence) -> Iterator[tuple[How, Signing]]:
    for link in ("hex", "base64"):
        yield {"form": link}, signing._replace(link=link)


def swapped(signing: Signing, seen: Evidence) -> Iterator[tuple[How, Signing]]:
    yield {}, signing._replace(link="swapped")
