"""`ccc-mock explain` as it is typed: what it says, with which exit code, and what it never says."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import oracle
from captures import FIXTURES
from process import CCC_MOCK

SECRET_ID, SECRET_KEY = "AKID-newcomer-0001", "newcomers-very-own-key"
STAMP, DATE = 1795324683, "2026-11-22"
BODY = '{"SdkAppId": 1400000000, "AIAgentId": 15, "Callee": "0086"}'
JSON = "application/json"


def signed(
    *, key: str = SECRET_KEY, date: str = DATE, signed_type: str = JSON, sent_type: str = JSON, end: str = "\r\n"
) -> bytes:
    """A raw request that somebody signed by hand, with a mistake or without."""
    headers = {"Host": "ccc.tencentcloudapi.com", "Content-Type": signed_type}
    lines = tuple((name.encode(), value.encode()) for name, value in headers.items())
    steps = oracle.steps(
        oracle.Pieces("POST", b"/", lines, BODY.encode()), key, stamp=str(STAMP), date=date, service="ccc"
    )
    authorization = (
        f"TC3-HMAC-SHA256 Credential={SECRET_ID}/{date}/ccc/tc3_request, SignedHeaders=content-type;host, "
        f"Signature={steps.signature}"
    )
    sent = {
        **headers,
        "Content-Type": sent_type,
        "Authorization": authorization,
        "X-TC-Action": "CreateAIAgentCall",
        "X-TC-Version": "2020-02-10",
        "X-TC-Timestamp": str(STAMP),
        "X-TC-Token": "a-token-of-mine",
    }
    return end.join(["POST / HTTP/1.1", *(f"{name}: {value}" for name, value in sent.items()), "", BODY]).encode()


def signature(raw: bytes) -> str:
    return raw.partition(b"Signature=")[2].split(b"\r\n")[0].split(b"\n")[0].decode()


KEY = {"TENCENTCLOUD_SECRET_ID": SECRET_ID, "TENCENTCLOUD_SECRET_KEY": SECRET_KEY}


class Ran:
    def __init__(self, done: subprocess.CompletedProcess[bytes]) -> None:
        self.code = done.returncode
        self.out = done.stdout.decode()
        self.err = done.stderr.decode()

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.out)


def explain(*arguments: str | Path, given: bytes = b"", **environment: str) -> Ran:
    own = {name: value for name, value in os.environ.items() if not name.startswith("TENCENTCLOUD_")}
    done = subprocess.run(
        [*CCC_MOCK, "explain", *map(str, arguments)],
        input=given, capture_output=True, env={**own, **environment}, timeout=60, check=False,
    )  # fmt: skip
    ran = Ran(done)
    for secret in (SECRET_KEY, "a-token-of-mine", *filter(None, [signature(given)])):
        assert secret not in ran.out + ran.err
    return ran


# --- what is found ----------------------------------------------------------------------------------------------------


def test_a_signature_that_is_right_is_told() -> None:
    ran = explain(given=signed(), **KEY)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines()[:3] == [
        "raw, line 1: POST ccc.tencentcloudapi.com CreateAIAgentCall",
        "TC3-HMAC-SHA256, SecretId …0001, timestamp 1795324683 (2026-11-22 05:18:03 UTC)",
        "the signature matches",
    ]


MISTAKES = {
    "the local date": (signed(date="2026-11-23"), "local-date"),
    "a charset that was added on the way": (signed(sent_type=JSON + "; charset=utf-8"), "content-type-charset"),
    "a key with a line feed": (signed(key=SECRET_KEY + "\n"), "secret-blank"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_named(name: str) -> None:
    raw, found = MISTAKES[name]
    ran = explain("--json", given=raw, **KEY)
    assert (ran.code, ran.json["verdict"]) == (1, "differs")
    assert [each["name"] for each in ran.json["found"]] == [found]
    told = explain(given=raw, **KEY)
    assert told.code == 1
    assert f"proven, for it makes the client's signature byte for byte: {ran.json['found'][0]['says']}" in told.out


def test_another_key_is_no_known_mistake_and_says_so() -> None:
    ran = explain("--json", given=signed(key="another-key-entirely"), **KEY)
    assert (ran.code, ran.json["found"]) == (1, [])
    assert ran.json["tried"] > 1000
    assert "SecretKey is the first to look at" in explain(given=signed(key="another-key-entirely"), **KEY).out


def test_what_is_proven_is_shown_beside_what_was_sent() -> None:
    out = explain(given=signed(sent_type=JSON + "; charset=utf-8"), **KEY).out.splitlines()
    assert "  | content-type:application/json; charset=utf-8" in out
    assert "  > content-type:application/json" in out


def test_what_a_mistake_has_put_together_otherwise_is_not_repeated() -> None:
    """A token that is signed would stand in it, in a line that nobody can tell apart any more."""
    host, date, token = "ccc.tencentcloudapi.com", DATE, "a-token-of-mine"
    payload = hashlib.sha256(BODY.encode()).hexdigest()
    canonical = (
        rf"POST\n/\n\ncontent-type:{JSON}\nhost:{host}\nx-tc-token:{token}\n\ncontent-type;host;x-tc-token\n{payload}"
    )
    string = f"TC3-HMAC-SHA256\n{STAMP}\n{date}/ccc/tc3_request\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    key = ("TC3" + SECRET_KEY).encode()
    for step in (date, "ccc", "tc3_request", string):
        key = hmac.digest(key, step.encode(), "sha256")
    raw = signed().replace(b"content-type;host,", b"content-type;host;x-tc-token,")
    raw = raw.replace(signature(raw).encode(), key.hex().encode())
    ran = explain("--json", given=raw, **KEY)
    assert [each["name"] for each in ran.json["found"]] == ["no-line-ends"]
    assert list(ran.json["theirs"]) == ["string_to_sign"]
    assert explain(given=raw, **KEY).code == 1  # and shows the token nowhere


def test_an_editors_line_feed_behind_the_body_is_no_mistake() -> None:
    ran = explain(given=signed(end="\n") + b"\n", **KEY)
    assert ran.code == 0
    assert "without it the signature fits" in ran.out


def test_a_signature_that_cannot_be_read_does_not_match_with_any_key() -> None:
    for raw in (signed().replace(b"TC3-HMAC-SHA256 ", b"TC3 "), b"POST / HTTP/1.1\nHost: h\n\n{}"):
        ran = explain("--json", given=raw, **KEY)
        assert (ran.code, ran.json["not_searched"]) == (1, "claim")


@pytest.mark.parametrize("name", ["go__tc3_post__http_prod", "java__tc3_get__http_ip", "node__tc3_post__http_ip",
                                  "python__sha1_get__http_prod", "tccli__tc3_post__http_ip"])  # fmt: skip
def test_what_official_clients_sent_matches(name: str) -> None:
    known = json.loads((FIXTURES / "sdk" / f"{name}.json").read_bytes())
    ran = explain(FIXTURES / "sdk" / f"{name}.http", TENCENTCLOUD_SECRET_KEY=known["secret_key"])
    assert (ran.code, ran.err) == (0, "")


# --- the key ----------------------------------------------------------------------------------------------------------

KEY_FILES = {
    "a line": f"# mine\n\n{SECRET_ID}:{SECRET_KEY}\n",
    "with a token": f"{SECRET_ID}:{SECRET_KEY}:a-token-of-mine",
    "of an SDK": f"[default]\nsecret_id = {SECRET_ID}\nsecret_key = {SECRET_KEY}\nrole_arn = x\n",
    "of tccli": json.dumps({"secretId": SECRET_ID, "secretKey": SECRET_KEY}),
    "an environment": f"export TENCENTCLOUD_SECRET_KEY='{SECRET_KEY}'\nTENCENTCLOUD_SECRET_ID=\"{SECRET_ID}\"\nA=b\n",
    "from Windows": f"\ufeff{SECRET_ID}:{SECRET_KEY}\r\n",
    "several": f"AKID-other:other\n{SECRET_ID}:{SECRET_KEY}\n",
}


@pytest.mark.parametrize("name", KEY_FILES)
def test_the_key_may_stand_in_a_file(name: str, tmp_path: Path) -> None:
    (tmp_path / "key").write_text(KEY_FILES[name], "utf-8")
    ran = explain("--key-file", tmp_path / "key", given=signed())
    assert (ran.code, ran.err) == (0, "")


BAD_KEY_FILES = {
    "": (1, "got none"),
    "# nothing\n": (1, "got none"),
    f"# mine\n{SECRET_KEY}\n": (2, "expected ID:KEY"),
    f"{SECRET_ID}:\n": (1, "expected ID:KEY"),
    f"[default]\nsecret_key = {SECRET_KEY}\n": (1, "got none"),
    '{"secretKey": "': (1, "expected JSON with secretId"),
    '{"secretKey": 1}': (1, "got none"),
    "x" * 70_000: (1, "expected at most 65536 bytes"),
    "\udcff": (1, "expected UTF-8"),
}


@pytest.mark.parametrize("text", BAD_KEY_FILES, ids=lambda text: text[:20])
def test_a_file_without_a_key_is_told_and_not_repeated(text: str, tmp_path: Path) -> None:
    line, told = BAD_KEY_FILES[text]
    (tmp_path / "key").write_bytes(text.encode("utf-8", "surrogateescape"))
    ran = explain("--key-file", tmp_path / "key", given=signed())
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"ccc-mock: {tmp_path / 'key'} line {line}: ")
    assert told in ran.err


def test_blanks_in_the_variable_are_told() -> None:
    ran = explain(given=signed(), **{**KEY, "TENCENTCLOUD_SECRET_KEY": SECRET_KEY + " "})
    assert ran.code == 0
    assert "blanks around the value of TENCENTCLOUD_SECRET_KEY" in ran.out


def test_a_variable_that_is_no_text_is_told() -> None:
    ran = explain(given=signed(), **{**KEY, "TENCENTCLOUD_SECRET_KEY": "\udcff"})
    assert (ran.code, ran.err) == (2, "ccc-mock: TENCENTCLOUD_SECRET_KEY: expected UTF-8\n")


def test_the_key_of_another_id_is_told() -> None:
    ran = explain(given=signed(), **{**KEY, "TENCENTCLOUD_SECRET_ID": "AKID-somebody-0002"})
    assert ran.code == 3
    assert "the key that was given is of SecretId …0002; the request is signed by …0001" in ran.out


# A process may take a terminal for its own only itself, and at the head of its session.
WITH_A_TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(int(sys.argv[1]), termios.TIOCSCTTY, 0)
os.execv(sys.argv[2], sys.argv[2:])
"""


def test_the_key_may_be_typed_and_is_not_seen() -> None:
    """On a terminal of its own, with the request on standard input."""
    master, slave = pty.openpty()
    own = {name: value for name, value in os.environ.items() if not name.startswith("TENCENTCLOUD_")}
    with subprocess.Popen(
        [sys.executable, "-c", WITH_A_TERMINAL, str(slave), *CCC_MOCK, "explain", "--prompt"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=own, start_new_session=True,
        pass_fds=[slave],
    ) as popen:  # fmt: skip
        assert popen.stdin is not None
        popen.stdin.write(signed())
        popen.stdin.close()
        popen.stdin = None
        shown = b""
        while b": " not in shown:  # what is typed before it asks is thrown away
            shown += os.read(master, 1000)
        os.write(master, SECRET_KEY.encode() + b"\n")
        out, err = popen.communicate(timeout=60)
        os.set_blocking(master, False)
        shown += os.read(master, 1000)
    os.close(master)
    os.close(slave)
    assert popen.returncode == 0, err
    assert "SecretKey of …0001" in shown.decode()
    assert SECRET_KEY not in shown.decode() + out.decode() + err.decode()


def test_without_a_terminal_no_key_is_asked_for() -> None:
    done = subprocess.run(
        [*CCC_MOCK, "explain", "--prompt", str(FIXTURES / "sdk" / "go__tc3_post__http_prod.http")],
        input=SECRET_KEY.encode(), capture_output=True, start_new_session=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode().startswith("ccc-mock: --prompt: expected a terminal to ask on; ")


def test_a_standard_input_that_is_closed_is_told() -> None:
    code = "import sys; sys.stdin = None; from ccc_mock.cli import main; sys.exit(main(['explain']))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "ccc-mock: expected a request in FILE or on standard input, which is closed\n"


# --- without a key ----------------------------------------------------------------------------------------------------


def test_without_a_key_nothing_is_judged_and_it_is_told_how_to_give_one() -> None:
    ran = explain(given=signed())
    assert ran.code == 3
    assert "cannot be told without its key" in ran.out
    for way in ("TENCENTCLOUD_SECRET_KEY", "--key-file", "--prompt"):
        assert way in ran.out
    assert "  | content-type;host" in ran.out.splitlines()
    assert explain("--json", given=signed()).json["verdict"] == "undecided"


def test_without_a_key_the_users_own_texts_show_a_difference(tmp_path: Path) -> None:
    raw = signed(sent_type=JSON + "; charset=utf-8")
    shown = explain("--json", given=raw).json["ours"]
    right, wrong = shown["canonical_request"], shown["canonical_request"].replace("; charset=utf-8", "")
    (tmp_path / "right").write_text(right + "\n", newline="\n")
    (tmp_path / "wrong").write_text(wrong, newline="\n")
    assert explain("--canonical", tmp_path / "right", given=raw).code == 3
    ran = explain("--canonical", tmp_path / "wrong", given=raw)
    assert ran.code == 1
    assert "your canonical request differs from the byte at 37 on (line 4, column 30):" in ran.out
    assert r"  expected  …nt-type:application/json[;] charset=utf-8\nhost:ccc.…" in ran.out.splitlines()
    assert r"  yours     …nt-type:application/json[\n]host:ccc.tencentcloudapi…" in ran.out.splitlines()
    assert "how yours comes about: " in ran.out
    (compared,) = explain("--json", "--canonical", tmp_path / "wrong", given=raw).json["compared"]
    assert (compared["of"], compared["difference"]["line"]) == ("canonical_request", 4)
    assert [each["name"] for each in compared["found"]] == ["content-type-charset"]


def test_with_the_key_the_users_string_tells_whether_the_key_is_right(tmp_path: Path) -> None:
    raw = signed()
    (tmp_path / "string").write_text(explain("--json", given=raw).json["ours"]["string_to_sign"], newline="\n")
    ran = explain("--string-to-sign", tmp_path / "string", given=raw, **KEY)
    assert ran.code == 0
    assert "makes your signature with this key: the key is right" in ran.out
    ran = explain("--string-to-sign", tmp_path / "string", given=signed(key="another-key-entirely"), **KEY)
    assert ran.code == 1
    assert "does not make your signature with this key" in ran.out


def test_a_file_that_is_another_than_it_should_be_gives_no_secret_away(tmp_path: Path) -> None:
    raw = signed()
    for content in (SECRET_KEY, signature(raw), f"{SECRET_ID}:{SECRET_KEY}"):
        (tmp_path / "text").write_text(content)
        ran = explain("--canonical", tmp_path / "text", "--string-to-sign", tmp_path / "text", given=raw, **KEY)
        assert ran.code == 0
        assert "***" in ran.out
        assert content[:8] not in ran.out


def test_what_does_not_concern_a_request_is_left_out_and_told(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("x")
    older = explain("--canonical", tmp_path / "text", FIXTURES / "sdk" / "go__sha1_get__http_prod.http")
    assert "HmacSHA1 and HmacSHA256 have no canonical request" in older.out
    unsigned = explain("--string-to-sign", tmp_path / "text", given=b"POST / HTTP/1.1\nAuthorization: x\n\n")
    assert "--string-to-sign was left out" in unsigned.out


# --- languages, JSON, usage -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("flag", ["--lang", "--language"])
def test_it_speaks_chinese(flag: str) -> None:
    ran = explain(flag, "zh", given=signed(date="2026-11-23"), **KEY)
    assert ran.code == 1
    assert ran.out.splitlines()[2:4] == [
        "签名不一致",
        "  已证实（逐字节重现了客户端的签名）：签名使用的日期是 2026-11-23；该时间戳的 UTC 日期是 2026-11-22",
    ]
    refused = explain(flag, "zh", given=b"")
    assert (refused.code, refused.err) == (2, "ccc-mock: standard input line 1: 应为一个请求，但输入为空\n")


def test_the_json_says_all_of_it() -> None:
    ran = explain("--json", given=signed(date="2026-11-23"), **KEY)
    assert list(ran.json) == [
        "form", "verdict", "input", "signature", "found", "known", "tried", "stopped", "not_searched", "observations",
        "notes", "compared", "ours", "theirs",
    ]  # fmt: skip
    assert ran.json["form"] == 1
    assert ran.json["signature"] == {
        "algorithm": "TC3-HMAC-SHA256", "secret_id": "…0001", "timestamp": str(STAMP)
    }  # fmt: skip
    assert ran.json["input"] == {
        "form": "raw", "line": 1, "method": "POST", "host": "ccc.tencentcloudapi.com", "path": "/",
        "action": "CreateAIAgentCall", "body_bytes": len(BODY),
    }  # fmt: skip
    assert ran.json["theirs"]["string_to_sign"].splitlines()[2] == "2026-11-23/ccc/tc3_request"


USAGE = {
    ("--form", "xml"): "Invalid value for '--form'",
    ("--entry", "0"): "Invalid value for '--entry'",
    ("no-such-file",): "cannot read no-such-file: No such file or directory",
    ("--key-file", "no-such-file"): "cannot read no-such-file: No such file or directory",
    ("--files", "no-such-folder"): "no-such-folder",
    ("--form", "har"): "standard input line 1: expected JSON",
    ("--form", "curl"): "standard input line 1: expected a command that begins with `curl`",
    ("--entry", "2"): "there is no request 2; there are 1",
    ("--lang", "fr"): "Invalid value for '--lang'",
    (SECRET_ID, "a-key"): "unexpected extra argument",
}


@pytest.mark.parametrize("arguments", USAGE, ids=" ".join)
def test_a_usage_error_is_one_sentence(arguments: tuple[str, ...]) -> None:
    ran = explain(*arguments, given=signed(), **KEY)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert USAGE[arguments] in ran.err


def test_a_file_of_the_command_line_is_read_only_from_the_folder_that_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    (folder / "body.json").write_text(BODY)
    (tmp_path / "secret").write_text("hush")
    (folder / "link").symlink_to(tmp_path / "secret")
    headers = [line for line in signed().decode().split("\r\n\r\n")[0].split("\r\n")[1:] if "Host" not in line]
    command = "curl https://ccc.tencentcloudapi.com/ --data-binary @FILE " + " ".join(
        f"-H '{line}'" for line in headers
    )

    def of(file: str, *arguments: str | Path) -> Ran:
        return explain(*arguments, given=command.replace("FILE", file).encode(), **KEY)

    assert of("body.json", "--files", folder).code == 0
    assert of(str(folder / "body.json"), "--files", folder).code == 0
    assert "no file is read unless --files" in of("body.json").err
    for outside in ("../secret", "link", str(tmp_path / "secret")):
        ran = of(outside, "--files", folder)
        assert (ran.code, "which is not in the folder of --files" in ran.err) == (2, True)
    assert "No such file" in of("nothing.json", "--files", folder).err


def test_an_endless_input_is_not_read_to_its_end() -> None:
    if not Path("/dev/zero").exists():
        pytest.skip("there is no /dev/zero here")
    ran = explain("/dev/zero")
    assert (ran.code, "expected at most" in ran.err) == (2, True)


def test_an_unreadable_terminal_cannot_be_moved() -> None:
    raw = signed().replace(b"CreateAIAgentCall", b"\x1b[2J\x07")
    ran = explain(given=raw, **KEY)
    assert ran.out.isprintable() or "\x1b" not in ran.out


def test_nothing_of_the_web_is_imported_for_it() -> None:
    code = (
        "import sys; from ccc_mock.cli import main; code = main(['explain']); "
        "print(code, [n for n in ('starlette', 'uvicorn', 'anyio', 'asyncio') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], input=signed(), capture_output=True, timeout=60, check=True)
    assert done.stdout.decode().splitlines()[-1] == "3 []"
