"""Any request, written in one of the forms, is read back as it was."""

from __future__ import annotations

import base64
import contextlib
import json
import shlex
import shutil
import subprocess

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from captures import FIXTURES
from ccc_contract.http import Headers, Request
from ccc_mock.explaining import raw
from ccc_mock.explaining.forms import FORMS, request_of
from ccc_mock.explaining.reading import Unreadable, no_files
from ccc_mock.explaining.shell import commands

TOKEN = st.text("abcdefghijklmnopqrstuvwxyzABCXYZ0123456789-_.!#$&'*+^`|~", min_size=1, max_size=12)
VALUE = st.binary(max_size=30).map(lambda raw: raw.translate(None, b"\r\n").strip(b" \t"))
OWN = ("host", "content-length", "content-type", "transfer-encoding", "accept", "user-agent", "authorization")
NAMES = TOKEN.map(lambda name: "X-" + name)
QUERY = st.text("abcXYZ019%=&+-_.~*/:?", max_size=30)


@st.composite
def requests(draw: st.DrawFn, values: st.SearchStrategy[bytes] = VALUE) -> Request:
    """A request as a client may send it: a host, a content type, other headers, a body of any bytes."""
    method = draw(st.sampled_from(["POST", "GET"]))
    lines = [(b"Host", b"ccc.tencentcloudapi.com"), (b"Content-Type", b"application/json")]
    lines += [(name.encode(), value) for name, value in draw(st.lists(st.tuples(NAMES, values), max_size=5))]
    query = draw(QUERY).encode() if method == "GET" else b""
    body = draw(st.binary(max_size=60)) if method == "POST" else b""
    return Request(method, b"/", query, Headers(lines), body)


def with_length(request: Request) -> Request:
    return request._replace(
        headers=Headers((*request.headers.lines, (b"Content-Length", str(len(request.body)).encode())))
    )


def as_raw(request: Request, end: bytes) -> bytes:
    lines = [b": ".join(line) for line in request.headers.lines]
    return end.join([b"%b %b HTTP/1.1" % (request.method.encode(), request.target), *lines, b"", request.body])


@given(requests().map(with_length), st.sampled_from([b"\r\n", b"\n"]))
@example(with_length(Request("POST", b"/", b"", Headers([(b"Host", b"h")]), b"\r\n")), b"\n")
def test_written_raw(request: Request, end: bytes) -> None:
    form, read = request_of(as_raw(request, end))
    assert (form, read.request, read.notes) == ("raw", request, ())


@given(requests().map(with_length))
def test_written_by_go_in_quotes(request: Request) -> None:
    """As `%q` writes it: what is not ASCII as bytes here, which Go does for what is no UTF-8."""
    text = "".join(_go_escaped(byte) for byte in as_raw(request, b"\r\n"))
    form, read = request_of(f'"{text}"\n'.encode())
    assert (form, read.request) == ("go", request)


def _go_escaped(byte: int) -> str:
    special = {0x22: '\\"', 0x5C: "\\\\", 0x0A: "\\n", 0x0D: "\\r", 0x09: "\\t"}
    return special.get(byte) or (chr(byte) if 0x20 <= byte < 0x7F else f"\\x{byte:02x}")


TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\x85\u2028"), max_size=20)


@given(requests(TEXT.map(lambda text: text.encode().strip(b" \t"))), st.booleans())
def test_written_as_har(request: Request, in_base64: bool) -> None:
    body = request.body.decode("latin-1").encode() if not in_base64 else request.body
    request = request._replace(body=body)
    headers = [{"name": name.decode(), "value": value.decode()} for name, value in request.headers.lines]
    data = {"mimeType": "x", "text": body.decode("utf-8", "replace")}
    if in_base64:
        data = {"mimeType": "x", "text": base64.b64encode(body).decode(), "encoding": "base64"}
    url = "https://ccc.tencentcloudapi.com" + request.target.decode()
    entry = {"request": {"method": request.method, "url": url, "headers": headers, "postData": data}}
    form, read = request_of(json.dumps({"log": {"entries": [entry]}}).encode())
    assert (form, read.request) == ("har", request)


# --- curl -------------------------------------------------------------------------------------------------------------

# A word of a command cannot hold NUL, and a header of curl no line end.
WORD = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)


def ansi(text: str) -> str:
    r"""`$'…'`, with everything that is not a plain character as `\u` or `\x`."""
    return (
        "$'"
        + "".join(c if c.isalnum() and c.isascii() else "".join(f"\\x{b:02x}" for b in c.encode()) for c in text)
        + "'"
    )


def double(text: str) -> str:
    return '"' + "".join("\\" + c if c in '$`"\\' else c for c in text) + '"'


def caret(text: str) -> str:
    """For cmd.exe and a C program: a caret before everything, an argument in quotes."""
    quoted = ""
    for c in text:
        slashes = len(quoted) - len(quoted.rstrip("\\"))
        quoted += "\\" * (slashes + 1) + c if c == '"' else c
    quoted += "\\" * (len(quoted) - len(quoted.rstrip("\\")))
    return (
        '^"' + "".join("^\n\n" if c == "\n" else c if c.isalnum() else "^" + c for c in quoted.replace('"', '"')) + '^"'
    )


QUOTES = {"single": shlex.quote, "ansi": ansi, "double": double}


@given(st.lists(st.tuples(WORD, st.sampled_from(sorted(QUOTES))), min_size=1, max_size=4))
def test_words_of_a_shell(words: list[tuple[str, str]]) -> None:
    line = "curl " + " \\\n  ".join(QUOTES[how](word) for word, how in words)
    (command,) = commands(line.encode())
    assert command.words == (b"curl", *(word.encode() for word, _ in words))


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash here")
@settings(max_examples=60)
@given(
    st.lists(
        st.sampled_from(["a", "n", "x41", " ", "\t", "'", "'", '"', '"', "\\", "$'", "#", ":", "中"]), max_size=12
    ).map("".join)
)
@example("$'a\\'b\\x41\\u4e2d\\101\\cA'")
@example("$'a\\x9z\\u9z\\U1F600 \\7\\e\\q'")
@example("a#b #c")
@example("a 2>&1 >/dev/null b | cat")
@example("a;")
@example('"a\\\n\\a\\"" b')
def test_a_line_is_taken_apart_as_bash_does_it(text: str) -> None:
    line = f"printf '%s\\0' - {text}"
    with contextlib.suppress(Unreadable):
        command, *_ = commands(line.encode())
        ran = subprocess.run(["bash", "-c", line], capture_output=True, timeout=30, check=True)
        assert b">/dev/null" in line.encode() or ran.stdout == b"\0".join((*command.words[2:], b""))


@given(st.lists(WORD.filter(lambda text: "\r" not in text), min_size=1, max_size=4))
@example(['a"b\\"c\\\\'])
@example(["", "^", "a b\n"])
def test_words_of_cmd(words: list[str]) -> None:
    line = "curl " + " ^\n  ".join(map(caret, ["first", *words]))
    (command,) = commands(line.encode())
    assert command.words == (b"curl", b"first", *(word.encode() for word in words))


LINE = TEXT.filter(lambda text: not text.startswith("@"))


@given(requests(TEXT.map(lambda text: text.encode().strip(b" \t"))), st.sampled_from(sorted(QUOTES)), WORD)
def test_written_as_a_curl_command(request: Request, how: str, body: str) -> None:
    quote = QUOTES[how]
    request = request._replace(body=body.encode() if request.method == "POST" else b"")
    sent = [(name, value) for name, value in request.headers.lines[1:] if value]
    parts = ["curl", quote("https://ccc.tencentcloudapi.com" + request.target.decode()), "-X", request.method]
    parts += [f"-H {quote(f'{name.decode()}: {value.decode()}')}" for name, value in sent]
    parts += [f"--data-raw {quote(body)}"] if request.method == "POST" else []
    form, read = request_of(" \\\n ".join(parts).encode())
    got = read.request
    assert form == "curl"
    assert (got.method, got.target, got.body) == (request.method, request.target, request.body)
    assert got.headers.get(b"host") == b"ccc.tencentcloudapi.com"
    assert [line for line in got.headers.lines if line[0].startswith((b"X-", b"Content-Type"))] == sent


# --- nothing else than a request or a refusal -------------------------------------------------------------------------

PIECES = st.sampled_from(
    [b"POST / HTTP/1.1\r\n", b"GET /?A=1", b"Host: h\n", b"\n", b"\r\n", b"curl ", b"-d ", b"-H ", b"'", b'"', b"\\",
     b"$'", b"^", b"{", b"}", b"[", b'"request":', b'"log":', b"http request: ", b"\\r\\n", b"http://x/ ", b"@f ",
     b"\xff", b"\0", b"chunked", b"Transfer-Encoding: chunked\n", b"Content-Length: 3\n", b"0\n", b"\xff\xfe"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=12).map(b"".join), st.sampled_from([None, *FORMS]))
def test_of_anything_comes_a_request_or_a_refusal(text: bytes, form: str | None) -> None:
    with contextlib.suppress(Unreadable):
        assert isinstance(request_of(text, form=form, files=no_files)[1].request, Request)


def test_a_capture_in_each_form_is_the_same_request() -> None:
    wire = (FIXTURES / "sdk" / "go__tc3_post__http_prod.http").read_bytes()
    request = raw.message(wire).request
    lines = [(name.decode(), value.decode()) for name, value in request.headers.lines]
    headers = " ".join(f"-H {shlex.quote(f'{name}: {value}')}" for name, value in lines)
    curl = f"curl http://x/ {headers} --data-binary {shlex.quote(request.body.decode())}"
    har = {
        "method": "POST",
        "url": "http://ccc.tencentcloudapi.com/",
        "headers": [{"name": name, "value": value} for name, value in lines],
        "postData": {"text": request.body.decode()},
    }
    for text in (wire, curl.encode(), json.dumps(har).encode()):
        got = request_of(text)[1].request
        assert got.body == request.body
        assert set(request.headers.lines) <= set(got.headers.lines)
