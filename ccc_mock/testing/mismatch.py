"""A signature that does not match: what the fake computed, and what the client must have computed.

What the client had before it is not sent.  But its signature is, and so a guess at what it signed can be proven: where
the signature of the guess is the client's, both sides are known, step by step.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

from ccc_contract.http import Headers, Request
from ccc_contract.signing import (
    READINGS,
    Authorization,
    MalformedAuthorization,
    SigningKey,
    Working,
    parse_authorization,
    utc_date,
    work,
)

from ..endpoint import Endpoint
from ..journal import Entry
from ..redaction import last_four


class Guess(NamedTuple):
    """What the client may have signed, and what went wrong then."""

    told: str
    request: Request
    secret_key: str
    date: str


def both_sides(entry: Entry, endpoint: Endpoint) -> Iterator[str]:
    """The computation of the fake and, where it can be proven, that of the client."""
    shown = entry.as_json(endpoint.redaction, "")
    fake = [str(shown.get("canonical_request", "")), str(shown["string_to_sign"])]
    yield f"the signature of #{entry.n} does not match."
    if not entry.canonical_request:
        yield from _numbered("the string to sign, as the fake built it of what came", fake[1])
        return
    found = _proven(entry, endpoint)
    yield from _numbered("the canonical request, as the fake built it of what came", fake[0])
    yield from _numbered("its string to sign", fake[1])
    if found is None:
        yield (
            "the client's side cannot be told: its signature fits none of the keys that the fake has, nor a request "
            "that differs by content type, host, path, query, form of the JSON or day; so the SecretKey is the first "
            "to look at, and then what rewrites requests on their way"
        )
        return
    guess, working = found
    yield f"the client {guess.told}"
    if working.canonical_request != entry.canonical_request:
        theirs = endpoint.redaction.canonical_request(working.canonical_request)
        yield from _numbered("the canonical request, as the client built it", theirs, beside=fake[0])
    yield from _numbered("its string to sign", working.string_to_sign.decode("utf-8", "replace"), beside=fake[1])


def _numbered(heading: str, text: str, beside: str = "") -> Iterator[str]:
    """A text line by line; `>` is before a line that differs from the one in `beside`."""
    other = beside.split("\n")
    yield f"  {heading}:"
    for n, line in enumerate(text.split("\n")):
        differs = beside and (n >= len(other) or other[n] != line)
        yield f"  {'>' if differs else '|'} {line}"


def _proven(entry: Entry, endpoint: Endpoint) -> tuple[Guess, Working] | None:
    """The first guess whose signature is the client's."""
    request = Request(entry.method, entry.path, entry.query, Headers(entry.headers), entry.body)
    with suppress(MalformedAuthorization, ValueError):
        claim = parse_authorization(request.headers.get(b"authorization") or b"")
        stamp = request.headers.get(b"x-tc-timestamp") or b""
        grant = endpoint.accounts.grant(claim.secret_id)
        if grant is None:
            return None
        own = grant.credential.secret_key
        keys = [
            (
                f"signed with the key of another SecretId, {last_four(other.credential.secret_id)}",
                other.credential.secret_key,
            )
            for account in endpoint.accounts
            for other in account.grants
            if other is not grant
        ]
        for guess in _guesses(request, claim, own, keys, utc_date(int(stamp))):
            working = _working(guess, claim, stamp)
            if working is not None:
                return guess, working
    return None


def _working(guess: Guess, claim: Authorization, stamp: bytes) -> Working | None:
    key = SigningKey.derive(guess.secret_key, guess.date, claim.service)
    for reading in READINGS:
        working = work(guess.request, claim.signed_headers, stamp, key, reading)
        if working.signature == claim.signature:
            return working
    return None


def _guesses(
    request: Request, claim: Authorization, own: str, keys: list[tuple[str, str]], date: str
) -> Iterator[Guess]:
    for told, secret_key in (*keys, *_misread(own)):
        yield Guess(told, request, secret_key, date)
    if claim.date != date:
        yield Guess(
            f"signed for the day {claim.date}, and its timestamp is of {date} (UTC): a local date does not do",
            request, own, claim.date,
        )  # fmt: skip
    for told, other in _changed(request):
        yield Guess(f"signed {told}, and something else came", other, own, date)


def _misread(own: str) -> Iterator[tuple[str, str]]:
    for end, told in (("\n", "a line feed"), ("\r\n", "a line end"), (" ", "a blank"), ('"', "a quotation mark")):
        yield f"signed with its own key and {told} behind it", own + end
    yield "signed with its own key in quotation marks", f'"{own}"'


_CONTENT_TYPES = (
    "application/json",
    "application/json; charset=utf-8",
    "application/json;charset=utf-8",
    "application/json; charset=UTF-8",
    "application/x-www-form-urlencoded",
)


def _changed(request: Request) -> Iterator[tuple[str, Request]]:
    """Requests that the client may have meant: what libraries and proxies change on the way."""
    for value in _CONTENT_TYPES:
        yield f"`Content-Type: {value}`", _with_header(request, b"content-type", value.encode())
    for host in (b"ccc.tencentcloudapi.com", b"ccc.intl.tencentcloudapi.com"):
        yield f"`Host: {host.decode()}`", _with_header(request, b"host", host)
    yield "an empty body", request._replace(body=b"")
    with suppress(ValueError):
        body = json.loads(request.body)
        for told, text in (
            ("its JSON without blanks", json.dumps(body, separators=(",", ":"))),
            ("its JSON with blanks", json.dumps(body)),
            ("its JSON without blanks and escapes", json.dumps(body, separators=(",", ":"), ensure_ascii=False)),
            ("its JSON with blanks and without escapes", json.dumps(body, ensure_ascii=False)),
            ("its JSON sorted by name", json.dumps(body, sort_keys=True)),
            ("its JSON sorted by name, without blanks", json.dumps(body, sort_keys=True, separators=(",", ":"))),
        ):
            yield told, request._replace(body=text.encode("utf-8", "surrogatepass"))


def _with_header(request: Request, name: bytes, value: bytes) -> Request:
    lines = tuple((each, value if each.lower() == name else there) for each, there in request.headers.lines)
    return request._replace(headers=Headers(lines))
