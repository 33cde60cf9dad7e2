"""What is read of a curl command is what the real curl sends: each is run by bash and read by us."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from ccc_contract.http import Request
from ccc_mock.explaining import curl, raw
from ccc_mock.explaining.reading import NoFile, Unreadable, no_files
from recorder import Recorder, recording

with_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl here")
with_bash = pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash here")


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    with recording() as recorder:
        yield recorder


COMMANDS = {
    "json by -d": """curl http://HOST/ -H 'Content-Type: application/json' -d '{"Callee": "0086"}'""",
    "no type": """curl -d 'A=1' http://HOST/""",
    "data twice": """curl -d A=1 -d B=2 --data-ascii C=3 http://HOST""",
    "data that is empty": """curl -d '' -d A=1 -d '' -d B=2 http://HOST""",
    "--json": """curl --json '{"A":' --json '1}' http://HOST/""",
    "--json with a type": """curl --json '{}' -H 'Content-Type: application/json; charset=utf-8' http://HOST/""",
    "a file by -d": """curl -d @body.json http://HOST/""",
    "a file by --data-binary": """curl --data-binary @body.json http://HOST/""",
    "a file by --json": """curl --json @body.json http://HOST/""",
    "an at sign by --data-raw": """curl --data-raw @body.json http://HOST/""",
    "urlencode": """curl --data-urlencode 'a b&c=d 中文' --data-urlencode '=x y' --data-urlencode n@body.json http://HOST/""",
    "-G": """curl -G -d A=1 -d 'B=2' --data-urlencode 'C=a b/~*' http://HOST/""",
    "-G and a query": """curl -G -d A=1 'http://HOST/?Z=0'""",
    "a query": """curl 'http://HOST?A=1&B=%2f+2#part'""",
    "--url-query": """curl --url-query 'A=a b' --url-query +B=%20 http://HOST/""",
    "-X": """curl -XPOST http://HOST/""",
    "-X GET with data": """curl -X GET -d A=1 http://HOST/""",
    "-I": """curl -I http://HOST/""",
    "empty data": """curl -d '' http://HOST/""",
    "header without blank": """curl -H 'X-A:b' -H 'x-b:   c  ' http://HOST/""",
    "header taken away": """curl -H 'Accept:' -H 'Host: ccc.tencentcloudapi.com' http://HOST/""",
    "empty header": """curl -H 'X-TC-Region;' http://HOST/""",
    "header twice": """curl -H 'X-A: 1' -H 'X-A: 2' http://HOST/""",
    "type taken away": """curl -d A=1 -H 'Content-Type:' http://HOST/""",
    "no scheme": """curl HOST""",
    "user": """curl -u id:pass http://HOST/""",
    "user of the url": """curl http://id:pass@HOST/""",
    "bearer": """curl --oauth2-bearer TOKEN http://HOST/""",
    "agent, referer, cookie": """curl -A me -e http://x/ -b 'c=2; d' http://HOST/""",
    "letters together": """curl -sSkXPOST -HX-A:1 -d{} http://HOST/""",
    "--request-target": """curl --request-target '/?A=1' http://HOST/x""",
    "glob off": """curl -g 'http://HOST/?A={}[]'""",
    "glob escaped": r"""curl 'http://HOST/?A=\\{\\}'""",
    "several lines": "curl -X POST \\\n  http://HOST/ \\\n  -H 'X-A: b' \\\n  --data '{\"A\": 1}'\n",
    "double quotes": r'''curl "http://HOST/" -d "{\"A\": \"b\\n\", \"c\": \"\$1\`\"}"''',
    "line end in quotes": "curl http://HOST/ -d '{\n\"A\": 1\r\n}'",
    "line joined in quotes": 'curl http://HOST/ -d "a\\\nb"',
    "ansi": r"""curl http://HOST/ --data-raw $'{"A":"it\'s \u4e2d\u6587 \x41\101\n\t\\ \u0021"}'""",
    "pieces": """curl http://HOST/ -d '{"A":"'"b"'"}'""",
    "backslashes": r"""curl http://HOST/ -d \{\"A\":\ 1\}""",
    "a pipe behind": """curl -s http://HOST/ -d A=1 | cat""",
    "redirects": """curl http://HOST/ -o /dev/null 2>/dev/null >/dev/null -d A=1""",
    "variables before": """A=b curl http://HOST/ -d A=1""",
    "a comment": """# what\ncurl http://HOST/ -d A=1 # that""",
    "upper-case path and port": """curl http://HOST/A/b%2F""",
    "bytes": "curl http://HOST/ -d 'caf\udce9'",
}


@with_curl
@with_bash
@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_read_as_curl_sends_it(name: str, recorder: Recorder, tmp_path: Path) -> None:
    (tmp_path / "body.json").write_bytes(b'{"A":\r\n "b",\n "c": "\xe4\xb8\xad"}\n')
    command = COMMANDS[name].replace("HOST", recorder.host).encode("utf-8", "surrogateescape")
    ran = subprocess.run(
        [b"bash", b"-c", command.replace(b"curl ", b"curl -q -m 10 --noproxy '*' ", 1)],
        cwd=tmp_path, capture_output=True, timeout=30, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    (sent,) = recorder.sent
    (read,) = curl.read(command, lambda file: (tmp_path / file.decode()).read_bytes())
    readings = [comparable(request) for request in (read.request, *(other for other, _ in read.otherwise))]
    assert comparable(raw.message(sent).request) in readings


def comparable(request: Request) -> tuple[object, ...]:
    """All but curl's User-Agent, which names its version; the order of headers is curl's own."""
    lines = sorted((name.lower(), value) for name, value in request.headers.lines if not value.startswith(b"curl/"))
    return request.method, request.path, request.query, lines, request.body


# --- what browsers copy ---------------------------------------------------------------------------------------------

# The forms in which Chrome writes a command (DevTools, "Copy as cURL"), by hand after its rules: for bash `$'…'` as
# soon as a control character, `!` or `'` is in a value; for cmd a caret before all but letters, digits and a few
# signs, and two line ends behind a caret for one line feed.
CHROME_BASH = r"""curl 'https://ccc.tencentcloudapi.com/' \
  -H 'authority: ccc.tencentcloudapi.com' \
  -H 'content-type: application/json' \
  -H $'x-tc-requestclient: it\'s\u0021' \
  --data-raw $'{\n  "Callee": "0086",\n  "Text": "it\'s 中文\u0021 100% ^"\n}' \
  --compressed
"""
CHROME_CMD = r"""curl ^"https://ccc.tencentcloudapi.com/^" ^
  -H ^"authority: ccc.tencentcloudapi.com^" ^
  -H ^"content-type: application/json^" ^
  -H ^"x-tc-requestclient: it's^!^" ^
  --data-raw ^"^{^

  ^\^"Callee^\^": ^\^"0086^\^",^

  ^\^"Text^\^": ^\^"it's 中文^! 100^% ^^^\^"^

^}^" ^
  --compressed
"""
COPIED = b'{\n  "Callee": "0086",\n  "Text": "it\'s \xe4\xb8\xad\xe6\x96\x87! 100% ^"\n}'


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("command", [CHROME_BASH, CHROME_CMD], ids=["bash", "cmd"])
def test_what_chrome_copies_is_read(command: str, ends: str) -> None:
    (read,) = curl.read(command.replace("\n", ends).encode(), no_files)
    assert (read.request.method, read.request.body) == ("POST", COPIED)
    assert read.request.headers.get(b"host") == b"ccc.tencentcloudapi.com"
    assert read.request.headers.get(b"content-type") == b"application/json"
    assert read.request.headers.get(b"x-tc-requestclient") == b"it's!"


# What the rules of a C program's command line say (Microsoft's documentation of argv), one by one.
WINDOWS = {
    r'curl ^"http://x/^" -d "a b"': b"a b",
    r'curl ^"http://x/^" -d "a\\b\"c"': rb'a\\b"c',
    r'curl ^"http://x/^" -d "a\\"': b"a\\",
    r'curl ^"http://x/^" -d "a""b"': b'a"b',
    r'curl ^"http://x/^" -d "a^b"': b"a^b",
    r'curl ^"http://x/^" -d a^&b | more': b"a&b",
    r'curl ^"http://x/^" -d a%^b > file': b"a%b",
}


@pytest.mark.parametrize("command", WINDOWS)
def test_a_windows_command_line_is_taken_apart_as_windows_does(command: str) -> None:
    (read,) = curl.read(command.encode(), no_files)
    assert read.request.body == WINDOWS[command]


def test_a_caret_in_a_body_makes_no_command_of_windows() -> None:
    (read,) = curl.read(b"""curl http://x/ -d '{"a": "^"}' -H 'a: ^"'""", no_files)
    assert read.request.body == b'{"a": "^"}'


# --- what is refused ------------------------------------------------------------------------------------------------

REFUSED = {
    "curl http://x/ -d @body.json": (1, "no file is read unless --files"),
    "curl http://x/ -H @headers": (1, "no file is read unless --files"),
    "curl http://x/ -d @-": (1, "standard input"),
    "true\n\ncurl http://x/ -H \\\n  \"Authorization: $AUTH\"": (4, "`$AUTH`"),
    "curl http://x/ -H \"A: ${AUTH}\"": (1, "`${`"),
    "curl http://x/ -H \"A: $(sign)\"": (1, "`$(`"),
    "curl http://x/ -d `cat body`": (1, "'`'"),
    "curl http://x/ -H $AUTH": (1, "`$AUTH`"),
    "curl http://x/ \\\n -d '{": (2, "quotation mark ' is not closed"),
    'curl http://x/ -d "{': (1, 'quotation mark " is not closed'),
    "curl": (1, "one URL, got 0"),
    "curl http://x/ http://y/": (1, "one URL, got 2"),
    "curl http://x/?a={1,2}": (1, "pattern"),
    "curl http://x/[1-3]": (1, "pattern"),
    "curl http://x/ -d": (1, "--data needs an argument"),
    "curl http://x/ --nosuch 1": (1, "--nosuch is not known"),
    "curl http://x/ -?": (1, "-? is not known"),
    "curl http://x/ -F a=b": (1, "--form is not read here"),
    "curl http://x/ -T file": (1, "--upload-file is not read here"),
    "curl http://x/ -K file": (1, "--config is not read here"),
    "curl http://x/ --next http://y/": (1, "--next is not read here"),
    "wget http://x/": (1, "begins with `curl`"),
}  # fmt: skip


@pytest.mark.parametrize("command", REFUSED)
def test_what_cannot_be_read_is_told_with_its_line(command: str) -> None:
    line, told = REFUSED[command]
    with pytest.raises(Unreadable) as refused:
        curl.read(command.encode(), no_files)
    assert refused.value.line == line
    assert told.strip("'") in refused.value.told("en-US")
    assert refused.value.told("zh-CN") != refused.value.told("en-US")


def test_a_file_that_is_not_there_is_told() -> None:
    def no_such_file(name: bytes) -> bytes:
        raise FileNotFoundError(2, "No such file or directory")

    with pytest.raises(Unreadable) as refused:
        curl.read(b"curl http://x/ -d @body.json", no_such_file)
    assert refused.value.told("en-US") == "curl would read the file body.json: No such file or directory"


def test_files_may_be_kept_from_a_command() -> None:
    def outside(name: bytes) -> bytes:
        raise NoFile("curl-outside")

    with pytest.raises(Unreadable) as refused:
        curl.read(b"curl http://x/ -d @../secret", outside)
    assert "../secret, which is not in the folder" in refused.value.told("en-US")


@pytest.mark.parametrize(
    "piece", [b"'", b'"', b"\\", b"$'", b"^", b'^"', b"{", b"a ", b"-d ", b"\0", b"\xff", b"\n", b'\\\\"']
)
def test_a_command_of_many_pieces_ends(piece: bytes) -> None:
    text = b"curl http://x/ -d " + piece * 100_000
    with contextlib.suppress(Unreadable):
        curl.read(text, no_files)
