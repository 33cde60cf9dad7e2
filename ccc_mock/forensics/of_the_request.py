"""Mistakes with the rest of the canonical request: method, path, query, headers, and how the lines are joined."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from urllib.parse import quote, quote_plus, unquote_to_bytes

from ccc_contract.signing import SIGNED_AT_LEAST

from ..hosts import host_name, is_real
from ..regions import REGIONS
from .mistake import Evidence, How
from .recipe import Canonical, Older
from .words import host_word, method_word, name_word, names_words, path_word, type_word

Lines = tuple[tuple[bytes, bytes], ...]


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def _with(canonical: Canonical, name: bytes, value: bytes) -> Canonical:
    return canonical._replace(
        headers=tuple([(each, value if each == name else old) for each, old in canonical.headers])
    )


def _value(canonical: Canonical, name: bytes) -> bytes:
    return next((value for each, value in canonical.headers if each == name), b"")


# Method, path and query.


def method_in_lower_case(canonical: Canonical, seen: Evidence) -> Iterator[tuple[How, Canonical]]:
    for method in (canonical.method.lower(), canonical.method.capitalize()):
        yield {"method": method_word(method)}, canonical._replace(method=method)


def other_method(canonical: Canonical, seen: Evidence) -> Iterator[tuple[How, Canonical]]:
    for method in (b"POST", b"GET", b"PUT", b""):
        yield {"method": _text(method)}, canonical._replace(method=method)


def other_path(canonical: Canonical, seen: Evidence) -> Iterator[tuple[How, Canonical]]:
    request = seen.request
    host, path = request.headers.get(b"host") or b"", path_word(request.path)
    # A target has the query, and so what stands in it: it is told as a word.
    target = f"{path}?QUERY" if request.query else path
    for told, uri in (
        (path, request.path),
        (target, request.target),
        ("", b""),
        (path.rstrip("/") + "/", request.path.rstrip(b"/") + b"/"),
        (f"https://{host_word(host)}{target}", b"https://" + host + request.target),
        (f"https://{host_word(host)}", b"https://" + host),
        (f"http://{host_word(host)}{target}", b"http://" + host + request.target),
        ("/v3/", b"/v3/"),
        ("//", b"//"),
    ):
        yield {"path": told}, canonical._replace(uri=uri)


def query_sorted(canonical: Canonical, seen: Evidence) -> Iterator[tuple[How, Canonical]]:
    pieces = canonical.query.split(b"&")
    if len(pieces) <= MAX_PIECES:
        for key in _SORTED_BY:
            order: list[bytes] = sorted(pieces, key=key)
            yield {}, canonical._replace(query=b"&".join(order))
        yield {}, canonical._replace(query=b"&".join(reversed(pieces)))


_SORTED_BY: tuple[Callable[[bytes], bytes], ...] = (
    bytes,
    lambda piece: piece.partition(b"=")[0],
    lambda piece: piece.lower(),
)

MAX_PIECES = 500
"""A query of more parameters is not put together anew."""


def query_re_encoded(canonical: Canonical, seen: Evidence) -> Iterator[tuple[How, Canonical]]:
    """As other libraries escape: https://url.spec.whatwg.org differs from RFC 3986, and both from forms."""
    query = canonical.query
    pieces = query.split(b"&")
    if query and len(pieces) <= MAX_PIECES:
        pairs = [tuple(map(_plain, piece.partition(b"=")[::2])) for piece in pieces]
        for name, escape in _ESCAPES.items():
            text = b"&".join([escape(key) + b"=" + escape(value) for key, value in pairs])
            yield {"how": name}, canonical._replace(query=text)
        yield {"how": "%xx"}, canonical._replace(query=_HEX.sub(lambda match: match[0].lower(), query))
        yield {"how": "%%"}, canonical._replace(query=quote(query, safe="=&").encode())


_HEX = re.compile(rb"%[0-9A-Fa-f]{2}")


def _plain(part: bytes) -> bytes:
    return unquote_to_bytes(part.replace(b"+", b" "))


_ESCAPES: Mapping[str, Callable[[bytes], bytes]] = {
    "-": bytes,
    "%20": lambda text: quote(text, safe="").encode(),
    "+": lambda text: quote_plus(text).encode(),
    "%20 *": lambda text: quote(text, safe="!'()*").encode(),
    "+ %7E": lambda text: quote_plus(text).replace("~", "%7E").encode(),
    "+ * %7E": lambda text: quote_plus(text, safe="*").replace("~", "%7E").encode(),
    "%20 %7E %27": lambda text: quote(text, safe="").replace("~", "%7E").encode(),
}


def query_of_the_other_method(canonical: Canonical, seen: Evidence) -> Iterator[tuple[How, Canonical]]:
    if seen.request.method == "GET":
        yield {"query": "-"}, canonical._replace(query=b"")
        yield {"query": "?"}, canonical._replace(query=b"?" + seen.request.query)
    else:
        if seen.request.query:
            yield {"query": "QUERY"}, canonical._replace(query=seen.request.query)
        if len(seen.request.body) <= 4 * MAX_VALUE:
            yield {"query": "BODY"}, canonical._replace(query=seen.request.body)


# Values of headers.

MAX_VALUE = 4096
"""A longer value of a header is not changed in all the ways there are."""

_CHARSETS = (b"", b"; charset=utf-8", b";charset=utf-8", b"; charset=utf8", b";charset=utf8")
_TYPES = (
    b"application/json",
    b"application/json; charset=utf-8",
    b"application/x-www-form-urlencoded",
    b"application/x-www-form-urlencoded; charset=utf-8",
    b"",
    b"text/plain",
    b"text/plain; charset=utf-8",
    b"multipart/form-data",
    b"application/octet-stream",
    b"*/*",
)


def charset(canonical: Canonical, seen: Evidence) -> Iterator[tuple[How, Canonical]]:
    sent = _value(canonical, b"content-type")
    media_type = sent.partition(b";")[0].rstrip()
    if media_type and len(sent) <= MAX_VALUE:
        for suffix in _CHARSETS:
            value = media_type + suffix
            how = {"signed": type_word(value), "sent": type_word(sent)}
            yield how, _with(canonical, b"content-type", value)


def other_type(canonical: Canonical, seen: Evidence) -> Iterator[tuple[How, Canonical]]:
    sent = _value(canonical, b"content-type")
    for value in _TYPES:
        if value.partition(b";")[0] != sent.partition(b";")[0].rstrip():
            yield {"signed": type_word(value), "sent": type_word(sent)}, _with(canonical, b"content-type", value)


Hosts = Callable[[bytes, Evidence], Iterable[bytes]]


class OfTheHost:
    """The client signed another host than came."""

    def __init__(self, hosts: Hosts) -> None:
        self._hosts = hosts

    def canonical(self, canonical: Canonical, seen: Evidence) -> Iterator[tuple[How, Canonical]]:
        sent = _value(canonical, b"host")
        for host in self._of(sent, seen):
            yield {"signed": host_word(host), "sent": host_word(sent)}, _with(canonical, b"host", host)

    def older(self, older: Older, seen: Evidence) -> Iterator[tuple[How, Older]]:
        for host in self._of(older.host, seen):
            yield {"signed": host_word(host), "sent": host_word(older.host)}, older._replace(host=host)

    def _of(self, sent: bytes, seen: Evidence) -> Iterator[bytes]:
        if len(sent) <= MAX_VALUE:
            yield from dict.fromkeys(host for host in self._hosts(sent, seen) if host != sent)


_PORT = re.compile(rb":\d*$")


def _ports(sent: bytes, seen: Evidence) -> Iterator[bytes]:
    bare = _PORT.sub(b"", sent)
    yield bare
    for port in (b":443", b":80", b":8679", b":8080"):
        yield bare + port


_REAL = (b"ccc.tencentcloudapi.com", b"ccc.intl.tencentcloudapi.com")


def _regions(sent: bytes, seen: Evidence) -> Iterator[bytes]:
    if not is_real(host_name(sent)):
        return
    yield from _REAL
    asked = seen.header(b"x-tc-region").strip() or seen.pairs.get(b"Region", b"")
    if asked and len(asked) < 64:
        yield b"ccc." + asked + b".tencentcloudapi.com"
    for region in REGIONS:
        yield f"ccc.{region}.tencentcloudapi.com".encode()
    yield b"ccc.internal.tencentcloudapi.com"


_FORWARDED = (b"x-forwarded-host", b"x-original-host", b"x-host", b"x-real-host")


def _rewritten(sent: bytes, seen: Evidence) -> Iterator[bytes]:
    """What was asked for before a proxy put another name there."""
    for name in _FORWARDED:
        value = seen.header(name).split(b",")[0].strip()
        if value and len(value) <= MAX_VALUE:
            yield value.lower()
    if not is_real(host_name(sent)):
        yield from _REAL
    port = sent[len(_PORT.sub(b"", sent)) :]
    for name in (b"127.0.0.1", b"localhost", b"ccc.localhost", b"0.0.0.0", b"[::1]", b"host.docker.internal"):
        yield name + port
        yield name
    yield b""
    if not is_real(host_name(sent)):
        for region in REGIONS:
            yield f"ccc.{region}.tencentcloudapi.com".encode()


def _as_url(sent: bytes, seen: Evidence) -> Iterator[bytes]:
    bare = re.sub(rb"^https?://", b"", sent)
    yield from (b"https://" + bare, b"http://" + bare, bare + b"/", b"https://" + bare + b"/", b"//" + bare, bare)


PORT, REGION, REWRITTEN, AS_URL = map(OfTheHost, (_ports, _regions, _rewritten, _as_url))


def not_lowered(canonical: Canonical, seen: Evidence) -> Iterator[tuple[How, Canonical]]:
    sent = {name: seen.header(name).strip() for name, _ in canonical.headers}
    capital = {name: value for name, value in sent.items() if value != value.lower() and len(value) <= MAX_VALUE}
    if capital:
        lines = tuple([(name, capital.get(name, value)) for name, value in canonical.headers])
        yield {"name": names_words(capital)}, canonical._replace(headers=lines)
    if len(capital) > 1:
        for name, value in capital.items():
            yield {"name": name_word(name)}, _with(canonical, name, value)


def changed(canonical: Canonical, seen: Evidence) -> Iterator[tuple[How, Canonical]]:
    """A header is signed, and came with another value: the likely ones are tried."""
    for name, sent in canonical.headers:
        if name in SIGNED_AT_LEAST:
            continue
        for value in dict.fromkeys(_likely(name, seen)):
            if value != sent:
                yield {"name": name_word(name)}, _with(canonical, name, value)


def _likely(name: bytes, seen: Evidence) -> Iterator[bytes]:
    yield b""
    for each, value in seen.request.headers.lines:
        if each.lower() == name:
            yield value.strip().lower()
    yield from _LIKELY.get(name, ())
    if name == b"x-tc-action":
        yield from (action.lower().encode() for action in seen.actions)
    if name == b"x-tc-timestamp":
        yield from _around(seen.header(name))
    if name == b"x-tc-region":
        yield from (region.encode() for region in REGIONS)


def _around(stamp: bytes) -> Iterator[bytes]:
    if stamp.strip().isdigit() and len(stamp) < 20:
        yield from (b"%d" % (int(stamp) + step) for step in (-1, 1, -2, 2, -3, 3))


_LIKELY: Mapping[bytes, tuple[bytes, ...]] = {
    b"connection": (b"keep-alive", b"close"),
    b"accept": (b"*/*", b"application/json"),
    b"accept-encoding": (b"gzip", b"identity", b"gzip, deflate", b"gzip, deflate, br"),
    b"x-tc-version": (b"2020-02-10", b"2017-03-12"),
    b"x-tc-language": (b"zh-cn", b"en-us"),
    b"x-tc-content-sha256": (b"unsigned-payload",),
}


# Which headers, and how they are written.

_FURTHER: tuple[tuple[bytes, ...], ...] = (
    (),
    (b"x-tc-action",),
    (b"x-tc-action", b"x-tc-timestamp"),
    (b"x-tc-action", b"x-tc-timestamp", b"x-tc-version"),
    (b"x-tc-action", b"x-tc-version"),
    (b"x-tc-timestamp",),
    (b"x-tc-action", b"x-tc-region", b"x-tc-timestamp", b"x-tc-version"),
)


def other_list(canonical: Canonical, seen: Evidence) -> Iterator[tuple[How, Canonical]]:
    """Other headers are signed than Authorization names: in the lines, in the list below them, or in both."""
    for further in _FURTHER:
        names = tuple(sorted((*SIGNED_AT_LEAST, *further)))
        lines = tuple([(name, seen.header(name).strip().lower()) for name in names])
        signed = b";".join(names)
        if lines != canonical.headers and all(name in seen.request.headers for name in names):
            yield {"signed": _text(signed)}, canonical._replace(headers=lines, signed=signed)
            yield {"signed": _text(signed)}, canonical._replace(headers=lines)
            yield {"signed": _text(signed)}, canonical._replace(signed=signed)


_LISTED = re.compile(rb"SignedHeaders=([^,\s]+)")


def unsorted(canonical: Canonical, seen: Evidence) -> Iterator[tuple[How, Canonical]]:
    """As Authorization lists them, the other way round, or as they came."""
    listed = _LISTED.search(seen.header(b"authorization"))
    came = [name.lower() for name, _ in seen.request.headers.lines]
    place = {name: n for n, name in reversed(list(enumerate(came)))}
    orders = [
        sorted(canonical.headers, key=lambda line: place.get(line[0], 0)),
        list(reversed(canonical.headers)),
    ]
    if listed:
        names = listed[1].lower().split(b";")
        orders.insert(0, sorted(canonical.headers, key=lambda line: names.index(line[0]) if line[0] in names else 0))
    for order in orders:
        names_line = b";".join(name for name, _ in order)
        told = names_words(name for name, _ in order)
        yield {"signed": told}, canonical._replace(headers=tuple(order), signed=names_line)
        yield {"signed": told}, canonical._replace(headers=tuple(order))
        yield {"signed": told}, canonical._replace(signed=names_line)


def names_in_capitals(canonical: Canonical, seen: Evidence) -> Iterator[tuple[How, Canonical]]:
    lines = tuple([(_capitals(name), value) for name, value in canonical.headers])
    names = b";".join(map(_capitals, canonical.signed.split(b";")))
    told = names_words(names.split(b";"))
    yield {"name": told}, canonical._replace(headers=lines)
    yield {"name": told}, canonical._replace(headers=lines, signed=names)
    yield {"name": told}, canonical._replace(signed=names)


def _capitals(name: bytes) -> bytes:
    return b"-".join(part.upper() if part in (b"tc",) else part.capitalize() for part in name.split(b"-"))


def blank_after_colon(canonical: Canonical, seen: Evidence) -> Iterator[tuple[How, Canonical]]:
    yield {}, canonical._replace(colon=b": ")


# How lines are joined.


def without_the_empty_line(canonical: Canonical, seen: Evidence) -> Iterator[tuple[How, Canonical]]:
    yield {}, canonical._replace(gap=b"")


def one_line_too_many(canonical: Canonical, seen: Evidence) -> Iterator[tuple[How, Canonical]]:
    yield {"where": "CanonicalRequest"}, canonical._replace(end=canonical.eol)
    yield {"where": "CanonicalHeaders"}, canonical._replace(gap=canonical.gap + canonical.eol)


def with_crlf(canonical: Canonical, seen: Evidence) -> Iterator[tuple[How, Canonical]]:
    gap, end = (part.replace(b"\n", b"\r\n") for part in (canonical.gap, canonical.end))
    yield {"where": "CanonicalRequest"}, canonical._replace(eol=b"\r\n", gap=gap, end=end)


def without_line_ends(canonical: Canonical, seen: Evidence) -> Iterator[tuple[How, Canonical]]:
    """A backslash and an n, as a shell or a configuration file leaves them."""
    gap, end = (part.replace(b"\n", b"\\n") for part in (canonical.gap, canonical.end))
    yield {"where": "CanonicalRequest"}, canonical._replace(eol=b"\\n", gap=gap, end=end)
