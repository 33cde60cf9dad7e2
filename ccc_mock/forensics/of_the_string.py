"""Mistakes with the string to sign and with what is made of it: time, scope, hash, the form of the signature."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain

from ccc_contract.signing import TERMINATOR

from ..hosts import host_name
from .mistake import Evidence, How
from .recipe import DIGITS_OF_SECONDS, Signing
from .words import service_word, terminator_word


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def _scoped(signing: Signing, *, place: int, part: bytes) -> Iterator[Signing]:
    """With another part of the scope: in the string and in the key, in the key only, in the string only."""
    chain = (*signing.chain[:place], part, *signing.chain[place + 1 :])
    parts = signing.scope.split(b"/")
    scope = b"/".join((*parts[:place], part, *parts[place + 1 :]))
    yield signing._replace(chain=chain, scope=scope)
    yield signing._replace(chain=chain)
    yield signing._replace(scope=scope)


def local_date(signing: Signing, seen: Evidence) -> Iterator[tuple[How, Signing]]:
    """The day that the scope claims, or one day beside."""
    ours = signing.chain[0].decode()
    claimed = seen.claim.date if seen.claim else ours
    for date in dict.fromkeys((claimed, *_days_beside(ours))):
        for changed in _scoped(signing, place=0, part=date.encode()):
            yield {"signed": date, "utc": ours}, changed


def _days_beside(date: str) -> Iterator[str]:
    with suppress(ValueError, OverflowError):  # a claimed one can be any ten characters of that form
        day = datetime.date.fromisoformat(date)
        for step in (1, -1):
            yield (day + datetime.timedelta(days=step)).isoformat()


def form_of_the_date(signing: Signing, seen: Evidence) -> Iterator[tuple[How, Signing]]:
    date = _text(signing.chain[0])
    year, month, day = date.split("-")
    for form in (
        f"{year}{month}{day}",
        f"{year}-{month.lstrip('0')}-{day.lstrip('0')}",
        f"{day}-{month}-{year}",
        f"{date}T00:00:00Z",
        f"{year[2:]}-{month}-{day}",
    ):
        for changed in _scoped(signing, place=0, part=form.encode()):
            yield {"signed": form, "utc": date}, changed


MAX_SECONDS = 60
"""How far apart two looks at a clock are tried, in seconds."""


STEPS = (
    *(1, -1, 8 * 3600, -8 * 3600),
    *(sign * step for step in range(2, MAX_SECONDS + 1) for sign in (1, -1)),
    *(sign * halves * 1800 for halves in range(1, 29) for sign in (1, -1)),
)


def clock(signing: Signing, seen: Evidence) -> Iterator[tuple[How, Signing]]:
    """Another time than X-TC-Timestamp: seconds away (the clock was read twice), or whole hours (a time zone)."""
    if not signing.stamp.isdigit() or len(signing.stamp) > DIGITS_OF_SECONDS:
        return
    sent = int(signing.stamp)
    for step in STEPS:
        how = {"signed": str(sent + step), "step": f"{step:+d}"}
        yield how, signing._replace(stamp=b"%d" % (sent + step))


MILLISECONDS = 1000


def milliseconds(signing: Signing, seen: Evidence) -> Iterator[tuple[How, Signing]]:
    """Which millisecond it was is not sent: all of its second are tried.  Or seconds are signed and others sent."""
    stamp = signing.stamp
    if not stamp.isdigit():
        return
    if len(stamp) > DIGITS_OF_SECONDS:
        for digits in (3, 6):
            seconds = stamp[:-digits]
            yield {"signed": _text(seconds), "sent": _text(stamp)}, signing._replace(stamp=seconds)
        return
    likely = (b"%b000" % stamp, b"%b.0" % stamp)
    for text in chain(likely, (b"%b%03d" % (stamp, rest) for rest in range(1, MILLISECONDS))):
        yield {"signed": _text(text), "sent": _text(stamp)}, signing._replace(stamp=text)


def other_service(signing: Signing, seen: Evidence) -> Iterator[tuple[How, Signing]]:
    label = host_name(seen.header(b"host")).partition(".")[0]
    claimed = seen.claim.service if seen.claim else ""
    ours = service_word(signing.chain[1])
    for service in dict.fromkeys((claimed, "ccc", "cvm", label, "sts", "CCC", "tencentcloudapi", "api", "")):
        for changed in _scoped(signing, place=1, part=service.encode()):
            yield {"signed": service_word(service.encode()), "sent": ours}, changed


def other_terminator(signing: Signing, seen: Evidence) -> Iterator[tuple[How, Signing]]:
    claimed = seen.claim.terminator if seen.claim else TERMINATOR
    words = (
        claimed,
        "aws4_request",
        "TC3_request",
        "tc3-request",
        "tc_request",
        "tc3request",
        "tc3_REQUEST",
        "request",
    )
    for word in dict.fromkeys(words):
        for changed in _scoped(signing, place=2, part=word.encode()):
            yield {"signed": terminator_word(word.encode()), "sent": TERMINATOR}, changed


def other_scope(signing: Signing, seen: Evidence) -> Iterator[tuple[How, Signing]]:
    """The whole Credential, or a part of the scope only."""
    date, service, terminator = [*signing.scope.split(b"/"), b"", b""][:3]
    day, named, end = _text(date), service_word(service), terminator_word(terminator)
    for told, scope in (
        (f"SecretId/{day}/{named}/{end}", seen.secret_id.encode() + b"/" + signing.scope),
        (f"{day}/{named}", date + b"/" + service),
        (day, date),
        (f"{named}/{day}/{end}", service + b"/" + date + b"/" + terminator),
        (f"/{day}/{named}/{end}", b"/" + signing.scope),
    ):
        yield {"signed": told}, signing._replace(scope=scope)


def other_algorithm(signing: Signing, seen: Evidence) -> Iterator[tuple[How, Signing]]:
    for word in (b"HMAC-SHA256", b"TC3-HMAC-SHA1", b"TC3_HMAC_SHA256", b"tc3-hmac-sha256", b"AWS4-HMAC-SHA256", b""):
        yield {"signed": _text(word)}, signing._replace(algorithm=word)


def lines_in_another_order(signing: Signing, seen: Evidence) -> Iterator[tuple[How, Signing]]:
    for order in ((0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 1, 0), (2, 0, 1)):
        names = ("Algorithm", "RequestTimestamp", "CredentialScope")
        yield {"order": ", ".join(names[place] for place in order)}, signing._replace(order=order)


def unhashed(signing: Signing, seen: Evidence) -> Iterator[tuple[How, Signing]]:
    yield {"what": "CanonicalRequest"}, signing._replace(digest="unhashed")


def hashed_twice(signing: Signing, seen: Evidence) -> Iterator[tuple[How, Signing]]:
    yield {"what": "HashedCanonicalRequest"}, signing._replace(digest="hashed twice")


def one_line_too_many(signing: Signing, seen: Evidence) -> Iterator[tuple[How, Signing]]:
    yield {"where": "StringToSign"}, signing._replace(end=signing.eol)


def with_crlf(signing: Signing, seen: Evidence) -> Iterator[tuple[How, Signing]]:
    end = signing.end.replace(b"\n", b"\r\n")
    yield {"where": "StringToSign"}, signing._replace(eol=b"\r\n", end=end)


def without_line_ends(signing: Signing, seen: Evidence) -> Iterator[tuple[How, Signing]]:
    end = signing.end.replace(b"\n", b"\\n")
    yield {"where": "StringToSign"}, signing._replace(eol=b"\\n", end=end)


def in_upper_case(signing: Signing, seen: Evidence) -> Iterator[tuple[How, Signing]]:
    yield {"what": "HashedCanonicalRequest"}, signing._replace(digest="HEX")
    yield {"what": "Signature"}, signing._replace(output="HEX")
    yield {"what": "HashedCanonicalRequest, Signature"}, signing._replace(digest="HEX", output="HEX")


def in_base64(signing: Signing, seen: Evidence) -> Iterator[tuple[How, Signing]]:
    yield {"what": "Signature"}, signing._replace(output="base64")
    yield {"what": "HashedCanonicalRequest"}, signing._replace(digest="base64")
    yield {"what": "Signature"}, signing._replace(output="base64url")
    yield {"what": "Signature"}, signing._replace(output="base64 of hex")
    yield {"what": "HashedCanonicalRequest, Signature"}, signing._replace(digest="base64", output="base64")
