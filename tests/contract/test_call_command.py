"""`ccc-contract call` and `sign`: over real sockets, against the fake and against what is none."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import click
import pytest

import oracle
from ccc_contract import ApiError, cli, load_api
from ccc_contract.call import EPILOG, FLAG
from ccc_contract.client import Client
from ccc_contract.preview import MAX_ARGUMENT_BYTES
from process import Process, serve
from strangers import ACCEPTED, SESSION, Stranger, answer, health, stranger

CALLEE = "008613912345678"
BODY = json.dumps({"SdkAppId": 1400000000, "AIAgentId": 15, "Callee": CALLEE})
READ = json.dumps({"SdkAppId": 1400000000})
COMMAND = [sys.executable, "-m", "ccc_contract.cli"]

Run = subprocess.CompletedProcess[str]
Capture = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def served() -> Iterator[Process]:
    with serve("--quiet") as process:
        yield process


@pytest.fixture
def fake(served: Process, monkeypatch: pytest.MonkeyPatch) -> Process:
    """A fake as if it had just been started, with its address and its key in the environment."""
    served.control("POST", "/reset")
    clean(monkeypatch)
    monkeypatch.setenv("TENCENTCLOUD_ENDPOINT", served.hello["url"])
    return served


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    clean(monkeypatch)


def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("TENCENTCLOUD_") or name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)  # else nothing is left over that could not be written
    monkeypatch.setenv("TENCENTCLOUD_SECRET_ID", "AKID-ccc-mock-not-a-real-id")
    monkeypatch.setenv("TENCENTCLOUD_SECRET_KEY", "ccc-mock-not-a-real-key")


def placed(fake: Process) -> list[str]:
    return [call["callee"] for call in fake.control("GET", "/ledger")["calls"]]


def plan(fake: Process, text: str) -> None:
    fake.control("POST", "/plans", {"plan": text})


def ran(capsys: Capture, *argv: str) -> SimpleNamespace:
    code = cli.main(argv)
    out, err = capsys.readouterr()
    return SimpleNamespace(code=code, out=out, err=err)


def process(*argv: str, **options: Any) -> Run:
    return subprocess.run(
        [*COMMAND, *argv], capture_output=True, encoding="utf-8", timeout=60, check=False,
        **{"stdin": subprocess.DEVNULL, **options},
    )  # fmt: skip


# --- answered ------------------------------------------------------------------------------------------------------


def test_a_call_is_placed_and_its_answer_is_all_that_is_printed(fake: Process) -> None:
    result = process("call", "CreateAIAgentCall", "--json", BODY)
    assert (result.returncode, result.stderr) == (0, "")
    assert set(json.loads(result.stdout)) == {"SessionId", "RequestId"}
    assert placed(fake) == [CALLEE]


def test_a_read_asks_for_no_proof(keys: None, capsys: Capture) -> None:
    body = {"Response": {"TotalCount": 0, "Numbers": [], "RequestId": "r"}}
    with stranger(health, lambda: answer(json.dumps(body).encode())) as server:
        result = ran(capsys, "call", "DescribeNumbers", "--json", READ, "--endpoint", server.url)
        assert result.code == 0
        assert server.targets == ["POST /"]


def test_arguments_come_before_the_environment(fake: Process, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENCENTCLOUD_ENDPOINT", "http://127.0.0.1:1")
    monkeypatch.setenv("TENCENTCLOUD_REGION", "ap-beijing")
    url = fake.hello["url"]
    result = ran(capsys, "sign", "DescribeNumbers", "--json", READ, "--endpoint", url, "--region", "ap-shanghai",
                 "--language", "en-US", "--as-json")  # fmt: skip
    shown = json.loads(result.out)
    assert shown["url"] == f"{url}/"
    assert (shown["headers"]["x-tc-region"], shown["headers"]["x-tc-language"]) == ("ap-shanghai", "en-US")
    assert ran(capsys, "call", "DescribeNumbers", "--json", READ, "--endpoint", url).code == 0


def test_it_goes_over_tls_to_who_trusts_the_ca_and_through_no_other(keys: None, capsys: Capture) -> None:
    with serve("--quiet", "--tls") as fake:
        asked = ("call", "CreateAIAgentCall", "--json", BODY, "--endpoint", fake.hello["url"])
        assert ran(capsys, *asked, "--ca-file", fake.hello["ca_file"]).code == 0
        refused = ran(capsys, *asked, "--attempts", "1")
        assert (refused.code, refused.out) == (3, "")
        assert "CERTIFICATE_VERIFY_FAILED" in refused.err


def test_it_goes_through_the_proxy_that_is_named_proof_and_call_alike(keys: None, capsys: Capture) -> None:
    with stranger(health) as proxy:
        result = ran(capsys, "call", "CreateAIAgentCall", "--json", BODY, "--endpoint", "http://ccc.invalid",
                     "--proxy", proxy.url)  # fmt: skip
        assert result.code == 0
        assert proxy.targets == ["GET http://ccc.invalid/_ccc/health", "POST http://ccc.invalid/"]


def test_what_an_answer_has_is_shown_readable_and_moves_no_cursor(keys: None, capsys: Capture) -> None:
    name = "外呼 \x1b[2J\x9b0m \u202e\U000e0041"
    body = {"Response": {"TotalCount": 1, "Numbers": [{"Number": name}], "RequestId": "r"}}
    with stranger(health, lambda: answer(json.dumps(body).encode())) as server:
        result = ran(capsys, "call", "DescribeNumbers", "--json", READ, "--endpoint", server.url)
    assert json.loads(result.out)["Numbers"][0]["Number"] == name
    assert "外呼" in result.out
    assert all(character.isprintable() or character == "\n" for character in result.out)


@pytest.mark.parametrize("depth", [300, 900])
def test_an_answer_that_is_nested_deeper_than_indenting_goes_is_still_an_answer(
    keys: None, capsys: Capture, depth: int
) -> None:
    body = json.dumps(ACCEPTED).replace('"SessionId"', '"New": ' + "[" * depth + "]" * depth + ', "SessionId"')
    with stranger(health, lambda: answer(body.encode())) as server:
        result = ran(capsys, "call", "CreateAIAgentCall", "--json", BODY, "--endpoint", server.url)
    assert (result.code, json.loads(result.out)["SessionId"]) == (0, SESSION)


# --- where the parameters come from --------------------------------------------------------------------------------


def test_parameters_come_from_a_file_or_from_standard_input(
    fake: Process, capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "params.json"
    file.write_bytes(b"\xef\xbb\xbf" + BODY.encode())  # as some editors begin a file
    assert ran(capsys, "call", "CreateAIAgentCall", "--json", f"@{file}").code == 0
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(BODY.replace("678", "679").encode())))
    assert ran(capsys, "call", "CreateAIAgentCall", "--json", "-").code == 0
    assert placed(fake) == [CALLEE, CALLEE.replace("678", "679")]


def test_standard_input_that_is_closed_is_a_mistake_of_usage(keys: None) -> None:
    closed = ["sh", "-c", 'exec "$0" "$@" <&-', *COMMAND, "call", "CreateAIAgentCall", "--json", "-"]
    result = subprocess.run(closed, capture_output=True, encoding="utf-8", check=False)
    assert (result.returncode, result.stderr) == (2, "ccc-contract: --json: cannot read standard input: it is closed\n")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "--json: expected a JSON object, got nothing"),
        ("  \n ", "--json: expected a JSON object, got nothing"),
        ("[]", "--json: expected a JSON object, it is an array"),
        ("null", "--json: expected a JSON object, it is null"),
        ("true", "--json: expected a JSON object, it is a boolean"),
        ("1", "--json: expected a JSON object, it is a number"),
        ('"{}"', "--json: expected a JSON object, it is a string"),
        ("{Callee: 1}", "at line 1, column 2"),
        ('\n\n  {"Callee":\n   oops}', "expecting value at line 4, column 4"),
        ('{"a": NaN}', "NaN is no JSON"),
        ('{"a": -Infinity}', "-Infinity is no JSON"),
        ('{"a": 1e999}', "1e999 is beyond every number"),
        ('{"a": ' + "9" * 200 + "}", "a number of 200 characters"),
        ("{} {}", "3 characters behind the value"),
        ("[" * 100_000, "nested too deeply"),
        ("{\udcff}", "byte 1 is not UTF-8"),
        ("@", 'cannot read "": Is a directory'),
        ("@no/such/file", 'cannot read "no/such/file": No such file or directory'),
        ("@a\0b", 'cannot read "a'),
        ("@/dev/zero", "expected at most 11534336 bytes, got more"),
    ],
    ids=lambda value: value[:12].encode("ascii", "backslashreplace").decode().replace("\0", "0"),
)
def test_what_is_no_object_is_refused_with_its_place(keys: None, capsys: Capture, text: str, problem: str) -> None:
    result = ran(capsys, "call", "CreateAIAgentCall", "--json", text)
    assert (result.code, result.out) == (2, "")
    assert problem in result.err


def test_every_violation_is_listed_with_its_path(keys: None, capsys: Capture) -> None:
    wrong = {"SdkAppId": "x", "Foo": 1, "Variables": [{"Key": 1, "Value": "v"}]}
    result = ran(capsys, "call", "CreateAIAgentCall", "--json", json.dumps(wrong))
    assert (result.code, result.out) == (2, "")
    head, *lines = result.err.splitlines()
    assert head == "ccc-contract: CreateAIAgentCall was not sent: it breaks the contract in 5 places"
    assert {line.split(":")[0].strip() for line in lines} == {
        "SdkAppId", "Foo", "AIAgentId", "Callee", "Variables.0.Key",
    }  # fmt: skip


def test_a_number_in_the_wrong_place_is_not_told_whole(keys: None, capsys: Capture) -> None:
    result = ran(capsys, "call", "CreateAIAgentCall", "--json", json.dumps({CALLEE: 1}))
    assert (result.code, CALLEE in result.err, "00…78: unknown" in result.err) == (2, False, True)


def test_without_a_check_what_is_wrong_is_sent_and_an_unknown_action_is_taken_for_one_that_dials(
    fake: Process, capsys: Capture
) -> None:
    result = ran(capsys, "call", "DescribeNumbers", "--json", '{"SdkAppId": "x"}', "--no-check")
    assert (result.code, json.loads(result.out)["Error"]["Code"]) == (1, "InvalidParameter")
    with stranger(lambda nonce: health("old")) as server:
        result = ran(capsys, "call", "CreateNewThing", "--no-check", "--endpoint", server.url)
        assert result.code == 5
        assert not server.bodies


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("--endpoint", "ftp://x"), "endpoint: expected a host name"),
        (("--endpoint", "http://h/path"), "endpoint: expected a host name"),
        (("--region", "a b"), "region: expected a name"),
        (("--language", "fr"), "language: expected one of zh-CN, en-US"),
        (("--timeout", "0"), "--timeout"),
        (("--timeout", "inf"), "--timeout"),
        (("--timeout", "nan"), "timeout"),
        (("--attempts", "0"), "--attempts"),
        (
            ("--ca-file", "no-such-file"),
            "PEM certificates, got 'no-such-file': No such file or directory",
        ),
        (("--ca-file", __file__), "--ca-file: expected a file of PEM certificates, got"),
        (("--proxy", "http://user:hid/den@h:x"), "--proxy: expected http(s)://[user:password@]host[:port]"),
        (("--proxy", "gopher://user:hidden@h"), "--proxy: expected http(s)://[user:password@]host[:port]"),
    ],
    ids=lambda value: "=".join(value).replace("/", "-") if isinstance(value, tuple) else "",
)
def test_a_flag_that_cannot_be_right_is_named(
    keys: None, capsys: Capture, arguments: tuple[str, ...], problem: str
) -> None:
    with stranger(health) as server:
        given = arguments if "--endpoint" in arguments else (*arguments, "--endpoint", server.url)
        result = ran(capsys, "call", "CreateAIAgentCall", "--json", BODY, *given)
        assert (result.code, result.out) == (2, "")
        assert problem in result.err
        assert "den@" not in result.err
        assert not server.connections


def test_an_unknown_action_names_the_nearest(keys: None, capsys: Capture) -> None:
    result = ran(capsys, "call", "CreateAiAgentCall")
    assert result.code == 2
    assert "did you mean CreateAIAgentCall" in result.err


# --- nobody is called by mistake -----------------------------------------------------------------------------------

REAL: dict[str, Callable[[str], bytes]] = {
    "no-control": lambda nonce: answer(b"{}", status="404 Not Found"),
    "the-services-own-answer": lambda nonce: answer(
        b'{"Response": {"Error": {"Code": "UnsupportedProtocol", "Message": "m"}, "RequestId": "r"}}'
    ),
    "a-constant": lambda nonce: health("0" * 32),
    "everything-but-the-nonce": lambda nonce: health(None),
    "a-redirect": lambda nonce: answer(b"", f"Location: /elsewhere?nonce={nonce}", status="302 Found"),
    "garbage": lambda nonce: b"\0\1\2\3\r\n\r\n",
    "huge": lambda nonce: health(nonce, padding="x" * 1_000_000),
    "closed": lambda nonce: b"",
}


@pytest.mark.parametrize("told", REAL.values(), ids=REAL)
def test_a_target_that_is_not_proved_to_be_a_fake_gets_no_call(
    keys: None, capsys: Capture, told: Callable[[str], bytes]
) -> None:
    with stranger(told) as server:
        result = ran(capsys, "call", "CreateAIAgentCall", "--json", BODY, "--endpoint", server.url)
        assert (result.code, result.out) == (5, "")
        assert server.targets == ["GET /_ccc/health"]
    assert f"CreateAIAgentCall was not sent: it calls 00…78, and {server.url}/ did not prove to be a fake" in result.err
    assert f"to place a real call add {FLAG}" in result.err
    assert CALLEE not in result.err


def test_who_does_not_answer_for_its_health_gets_no_call(keys: None, capsys: Capture) -> None:
    with stranger(lambda nonce: None) as server:
        result = ran(capsys, "call", "CreateAIAgentCall", "--json", BODY, "--endpoint", server.url, "--timeout", "0.3")
        assert result.code == 5
        assert not server.bodies


def test_a_nonce_of_a_run_before_proves_nothing(keys: None, capsys: Capture) -> None:
    with stranger(lambda nonce: health(server.nonces[0])) as server:
        asked = ("call", "CreateAIAgentCall", "--json", BODY, "--endpoint", server.url)
        assert [ran(capsys, *asked).code for _ in range(3)] == [0, 5, 5]
        assert len(server.bodies) == 1


@pytest.mark.parametrize("action", [action.name for action in load_api().actions.values() if action.dials])
def test_no_action_that_dials_is_sent_without_a_proof(keys: None, capsys: Capture, action: str) -> None:
    with stranger(lambda nonce: health(None)) as server:
        result = ran(capsys, "call", action, "--no-check", "--endpoint", server.url)
        assert result.code == 5
        assert not server.bodies


def test_the_flag_places_the_call_and_asks_for_nothing_else(keys: None, capsys: Capture) -> None:
    with stranger(lambda nonce: health(None)) as server:
        result = ran(capsys, "call", "CreateAIAgentCall", "--json", BODY, "--endpoint", server.url, FLAG)
        assert result.code == 0
        assert json.loads(result.out)["SessionId"] == SESSION
        assert server.targets == ["POST /"]
        assert json.loads(server.bodies[0])["Callee"] == CALLEE


def test_neither_the_name_of_the_flag_nor_the_environment_can_be_shortened_into_a_yes(
    keys: None, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An abbreviation, or a variable left over, must not call anybody."""
    for name in ("YES_PLACE_A_REAL_CALL", "CCC_CONTRACT_YES_PLACE_A_REAL_CALL", "REAL"):
        monkeypatch.setenv(name, "1")
    with stranger(lambda nonce: health(None)) as server:
        asked = ("call", "CreateAIAgentCall", "--json", BODY, "--endpoint", server.url)
        assert ran(capsys, *asked).code == 5
        assert ran(capsys, *asked, "--yes").code == 2
        assert not server.bodies


def test_the_call_goes_over_the_connection_that_the_proof_came_by(keys: None, capsys: Capture) -> None:
    with stranger(health) as server:
        server.keeps_connections = True
        assert ran(capsys, "call", "CreateAIAgentCall", "--json", BODY, "--endpoint", server.url).code == 0
        assert server.targets == ["GET /_ccc/health", "POST /"]
        assert server.connections == 1


def test_no_secret_and_no_number_is_told_to_who_is_only_asked_for_a_proof(keys: None, capsys: Capture) -> None:
    with stranger(lambda nonce: health(None)) as server:
        ran(capsys, "call", "CreateAIAgentCall", "--json", BODY, "--endpoint", server.url)
        (lines,) = server.headers
    assert not {"authorization", "x-tc-token", "x-tc-action", "cookie"} & set(lines)
    assert CALLEE not in repr(lines)


@pytest.mark.parametrize(
    ("params", "people"),
    [
        ({"Callee": "008613912345678"}, "00…78"),
        ({"Callee": "1001"}, "…"),
        ({"Callee": ""}, "…"),
        ({"Callees": ["008613912345678", "+85261234567"]}, "00…78, +8…67"),
        ({"Callees": ["0086139123456" + str(last) for last in range(10, 15)]}, "00…10, 00…11, 00…12 and 2 more"),
        ({"CalleeAttributes": [{"Callee": "008613912345678"}]}, "00…78"),
        ({}, "people"),
        ({"Callee": 8613912345678, "Callees": {"a": 1}}, "people"),
        (json.loads('{"a":' + "[" * 900 + "]" * 900 + "}"), "people"),
    ],
    ids=range(9),
)
def test_who_would_be_called_is_told_without_a_whole_number(
    keys: None, capsys: Capture, params: Any, people: str
) -> None:
    with stranger(lambda nonce: health(None)) as server:
        text = json.dumps(params)
        result = ran(capsys, "call", "CreateAutoCalloutTask", "--no-check", "--json", text, "--endpoint", server.url)
    assert f"it calls {people}, and" in result.err


def test_no_connection_means_that_nobody_was_asked_and_nothing_was_done(keys: None, capsys: Capture) -> None:
    with stranger(health) as server:
        url = server.url
    result = ran(capsys, "call", "CreateAIAgentCall", "--json", BODY, "--endpoint", url)
    assert (result.code, result.out) == (3, "")
    assert "CreateAIAgentCall: no connection" in result.err
    assert "repeating the call is safe" in result.err


# --- what ends otherwise -------------------------------------------------------------------------------------------


def test_a_refusal_is_told_with_code_request_id_and_what_to_do(fake: Process) -> None:
    plan(fake, "FailedOperation.CalleeIsBlackUser")
    result = process("call", "CreateAIAgentCall", "--json", BODY, "--language", "en-US")
    assert result.returncode == 1
    refusal = json.loads(result.stdout)
    assert refusal["Error"]["Code"] == "FailedOperation.CalleeIsBlackUser"
    told, advice = result.stderr.splitlines()
    assert told.startswith("ccc-contract: CreateAIAgentCall was refused: FailedOperation.CalleeIsBlackUser: ")
    assert told.endswith(f"(RequestId {refusal['RequestId']})")
    assert advice.strip().startswith("This number is not to be called")


def test_what_the_rate_refused_is_tried_again_and_told(fake: Process) -> None:
    plan(fake, "RequestLimitExceeded, ok")
    result = process("call", "CreateAIAgentCall", "--json", BODY)
    assert result.returncode == 0
    (line,) = result.stderr.splitlines()
    assert line.startswith("ccc-contract: attempt 1: RequestLimitExceeded")
    assert "again in" in line
    assert len(placed(fake)) == 1


def test_attempts_says_how_often(fake: Process, capsys: Capture) -> None:
    plan(fake, "RequestLimitExceeded*")
    assert ran(capsys, "call", "CreateAIAgentCall", "--json", BODY, "--attempts", "1").code == 1
    entries = fake.control("GET", "/journal")["entries"]
    assert len(entries) == 1


@pytest.mark.parametrize(
    "fault", ["ok+reset@after", "ok+page(502)@after", "InternalError@after", "ok+null(SessionId)", "ok+truncate(20)"]
)
def test_a_lost_answer_ends_with_4_and_is_not_repeated(fake: Process, capsys: Capture, fault: str) -> None:
    plan(fake, fault)
    result = ran(capsys, "call", "CreateAIAgentCall", "--json", BODY)
    assert result.code == 4
    assert "outcome unknown, the person may have been called" in result.err
    assert "Do not repeat it blindly" in result.err
    assert placed(fake) == [CALLEE]


def test_of_a_failure_inside_the_answer_is_printed_beside_the_doubt(fake: Process, capsys: Capture) -> None:
    plan(fake, "InternalError@after")
    result = ran(capsys, "call", "CreateAIAgentCall", "--json", BODY)
    assert (result.code, json.loads(result.out)["Error"]["Code"]) == (4, "InternalError")


def test_a_read_without_an_answer_ends_with_3(fake: Process, capsys: Capture) -> None:
    plan(fake, "ok+reset@after*")
    result = ran(capsys, "call", "DescribeNumbers", "--json", READ, "--attempts", "2")
    assert (result.code, result.out) == (3, "")


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("TENCENTCLOUD_SECRET_ID", None, "set TENCENTCLOUD_SECRET_ID"),
        ("TENCENTCLOUD_SECRET_KEY", None, "set TENCENTCLOUD_SECRET_KEY"),
        ("TENCENTCLOUD_SECRET_KEY", "ccc-mock-not-a-real-key\n", "secret_key has whitespace after it"),
    ],
)
@pytest.mark.parametrize("command", [("call",), ("call", "--dry-run"), ("sign",)], ids=" ".join)
def test_without_a_usable_key_nothing_is_sent(
    fake: Process, capsys: Capture, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...], name: str,
    value: str | None, problem: str,
) -> None:  # fmt: skip
    monkeypatch.delenv(name)
    if value is not None:
        monkeypatch.setenv(name, value)
    result = ran(capsys, *command, "CreateAIAgentCall", "--json", BODY)
    assert (result.code, result.out) == (3, "")
    assert problem in result.err
    assert not fake.control("GET", "/journal")["entries"]


def test_without_an_http_library_it_says_what_to_install_and_still_signs(fake: Process) -> None:
    hide = (
        "import sys; sys.modules.update(httpx=None, httpx2=None); from ccc_contract.cli import main; sys.exit(main())"
    )
    found = {}
    for command in (["call"], ["call", "--dry-run"], ["sign"]):
        found[" ".join(command)] = subprocess.run(
            [sys.executable, "-c", hide, *command, "CreateAIAgentCall", "--json", BODY],
            capture_output=True, encoding="utf-8", check=False,
        )  # fmt: skip
    assert {name: run.returncode for name, run in found.items()} == {"call": 3, "call --dry-run": 0, "sign": 0}
    assert "httpx2 or httpx" in found["call"].stderr


def test_a_fault_of_the_program_itself_does_not_look_like_a_refusal(
    fake: Process, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python would end with 1, and a script take it that nothing was done."""

    def fail(*_: object) -> None:
        raise RuntimeError("ccc-mock-not-a-real-key")

    monkeypatch.setattr(Client, "call", fail)
    result = ran(capsys, "call", "CreateAIAgentCall", "--json", BODY)
    assert result.code == 4
    assert "RuntimeError in test_call_command.py:" in result.err
    assert "not-a-real-key" not in result.err
    assert ran(capsys, "call", "DescribeNumbers", "--json", READ).code == 3


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_an_answer_that_cannot_be_written_does_not_look_like_a_refusal(fake: Process) -> None:
    with open("/dev/full", "w") as full:
        result = subprocess.run(
            [*COMMAND, "call", "CreateAIAgentCall", "--json", BODY], stdout=full, stderr=subprocess.PIPE, check=False
        )
        assert result.returncode == 4
        assert b"SessionId" in result.stderr
        read = subprocess.run([*COMMAND, "call", "DescribeNumbers", "--json", READ], stdout=full, check=False)
        assert read.returncode == 3
    assert placed(fake) == [CALLEE]


def test_a_reader_that_has_gone_away_does_not_look_like_a_refusal(fake: Process) -> None:
    read, write = os.pipe()
    os.close(read)
    try:
        result = subprocess.run(
            [*COMMAND, "call", "CreateAIAgentCall", "--json", BODY], stdout=write, stderr=write, check=False
        )
    finally:
        os.close(write)
    assert result.returncode == 4


# --- interrupted ---------------------------------------------------------------------------------------------------


# A shell lets what it starts in the background ignore SIGINT, and whatever that starts in turn.
INTERRUPTIBLE = [sys.executable, "-c", "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
                 "from ccc_contract.cli import main; sys.exit(main())"]  # fmt: skip


def interrupted(server: Stranger, *argv: str) -> tuple[int, str]:
    """Exit code and standard error of a run that is interrupted once its last request has arrived."""
    with subprocess.Popen(
        [*INTERRUPTIBLE, "call", "CreateAIAgentCall", "--json", BODY, "--endpoint", server.url, *argv],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
    ) as popen:  # fmt: skip
        assert server.arrived.acquire(timeout=30)
        popen.send_signal(signal.SIGINT)
        out, err = popen.communicate(timeout=30)
    assert out == ""
    return popen.returncode, err


def test_who_interrupts_a_call_that_is_under_way_is_told_that_it_may_ring(keys: None) -> None:
    with stranger(health, lambda: None) as server:
        code, err = interrupted(server, FLAG)
        assert len(server.bodies) == 1
    assert code == 130
    assert "broken off while it was under way: the person may have been called" in err
    assert err.endswith("ccc-contract: interrupted\n")
    assert "Traceback" not in err


def test_who_interrupts_before_the_call_is_under_way_is_told_nothing_of_it(keys: None) -> None:
    with stranger(lambda nonce: None) as server:
        code, err = interrupted(server)
        assert not server.bodies
    assert (code, err.strip()) == (130, "ccc-contract: interrupted")


# --- what would be sent --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [("call", "--dry-run"), ("call", "--dry-run", FLAG), ("sign",)], ids=" ".join)
def test_who_only_looks_opens_no_connection(keys: None, capsys: Capture, command: tuple[str, ...]) -> None:
    with stranger(health) as server:
        result = ran(capsys, *command, "CreateAIAgentCall", "--json", BODY, "--endpoint", server.url)
        assert result.code == 0
        assert server.connections == 0
    assert "nothing was sent; the curl line, where it is run, calls 00…78" in result.err


def test_what_is_shown_is_what_is_sent(keys: None, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENCENTCLOUD_REGION", "ap-guangzhou")
    with stranger(health) as server:
        asked = ("CreateAIAgentCall", "--json", BODY, "--endpoint", server.url)
        assert ran(capsys, "call", *asked, FLAG).code == 0
        (sent,) = server.headers
        shown = json.loads(ran(capsys, "sign", *asked, "--as-json", "--timestamp", sent["x-tc-timestamp"]).out)
    assert shown["headers"].items() <= sent.items()
    assert {name for name in sent if name.startswith("x-tc") or name == "authorization"} <= set(shown["headers"])
    assert shown["body"].encode() == server.bodies[0]


def test_each_step_is_the_one_that_the_published_rule_gives(keys: None, capsys: Capture) -> None:
    asked = ("sign", "CreateAIAgentCall", "--json", '{"SdkAppId": 1, "AIAgentId": 2, "Callee": "外"}')
    result = ran(capsys, *asked, "--timestamp", "1551113065", "--as-json", "--endpoint", "CCC.example.com")
    shown = json.loads(result.out)
    lines = tuple((name.encode(), value.encode()) for name, value in shown["headers"].items())
    pieces = oracle.Pieces("POST", b"/", lines, shown["body"].encode())
    steps = oracle.steps(pieces, "ccc-mock-not-a-real-key", stamp="1551113065", date="2019-02-25", service="ccc")
    assert shown["canonical_request"].encode() == steps.canonical_request
    assert shown["string_to_sign"].encode() == steps.string_to_sign
    assert shown["signature"] == steps.signature == oracle.claim(pieces).signature
    text = ran(capsys, *asked, "--timestamp", "1551113065", "--endpoint", "CCC.example.com").out
    for step in (shown["canonical_request"], shown["string_to_sign"]):
        assert "\n".join(f"  {line}".rstrip() for line in step.split("\n")) in text


@pytest.mark.parametrize("timestamp", ["0", "253402300799"])
def test_it_signs_for_any_second_of_the_calendar(keys: None, capsys: Capture, timestamp: str) -> None:
    result = ran(capsys, "sign", "DescribeNumbers", "--json", READ, "--as-json", "--timestamp", timestamp)
    assert json.loads(result.out)["timestamp"] == int(timestamp)


@pytest.mark.parametrize("timestamp", ["-1", "253402300800", "now"])
def test_another_second_is_refused(keys: None, capsys: Capture, timestamp: str) -> None:
    assert ran(capsys, "sign", "DescribeNumbers", "--json", READ, "--timestamp", timestamp).code == 2


# --- the line for curl ---------------------------------------------------------------------------------------------

needs_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")


def curled(line: str, cwd: Path) -> Any:
    result = subprocess.run(["sh"], input=line, cwd=cwd, capture_output=True, encoding="utf-8", check=False)
    assert (result.returncode, result.stderr) == (0, "")
    return json.loads(result.stdout)["Response"]


AWKWARD = {
    "plain": "x",
    "quotes": 'it\'s "quoted" `id` $(touch ran) $HOME \\ ; & | > ran',
    "lines": "a\nb\r\n\tc",
    "not-ascii": "外呼 é \U0001f600",
    "looks-like-a-file": "@/etc/passwd",
    "longer-than-an-argument": "x'" * MAX_ARGUMENT_BYTES,
}


@needs_curl
@pytest.mark.parametrize("value", AWKWARD.values(), ids=AWKWARD)
def test_the_curl_line_sends_the_very_call(fake: Process, capsys: Capture, tmp_path: Path, value: str) -> None:
    params = {**json.loads(BODY), "Variables": [{"Key": "k", "Value": value}]}
    file = tmp_path / "params.json"
    file.write_text(json.dumps(params), "utf-8")
    shown = json.loads(ran(capsys, "sign", "CreateAIAgentCall", "--json", f"@{file}", "--as-json").out)
    assert "\n" not in shown["curl"]
    file.unlink()
    assert set(curled(shown["curl"], tmp_path)) == {"SessionId", "RequestId"}
    (entry,) = fake.control("GET", "/journal")["entries"]
    assert entry["params"]["Variables"] == [{"Key": "k", "Value": value}]
    assert list(tmp_path.iterdir()) == []


@needs_curl
def test_the_curl_line_of_the_text_is_the_same_and_takes_the_token_from_the_environment(
    fake: Process, capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = fake.control("POST", "/accounts", {"duration_seconds": 600})
    for name in ("secret_id", "secret_key", "token"):
        monkeypatch.setenv(f"TENCENTCLOUD_{name.upper()}", account[name])
    text = ran(capsys, "call", "CreateAIAgentCall", "--json", BODY, "--dry-run").out
    (line,) = [line for line in text.splitlines() if line.startswith("  curl --silent")]
    assert '"x-tc-token: $TENCENTCLOUD_TOKEN"' in line
    assert account["token"] not in text
    assert "SessionId" in curled(line, tmp_path)
    monkeypatch.delenv("TENCENTCLOUD_TOKEN")
    assert curled(line, tmp_path)["Error"]["Code"].startswith("AuthFailure")


@needs_curl
def test_the_curl_line_trusts_the_ca_that_was_named(keys: None, capsys: Capture, tmp_path: Path) -> None:
    ca_file = tmp_path / "a CA's file.pem"
    with serve("--quiet", "--tls", "--ca-file", str(ca_file)) as fake:
        result = ran(capsys, "sign", "CreateAIAgentCall", "--json", BODY, "--endpoint", fake.hello["url"],
                     "--ca-file", str(ca_file), "--as-json")  # fmt: skip
        assert "SessionId" in curled(json.loads(result.out)["curl"], tmp_path)


# --- secrets -------------------------------------------------------------------------------------------------------

CANARY = {"TENCENTCLOUD_SECRET_KEY": "canary-key-7d1f", "TENCENTCLOUD_TOKEN": "canary-token-93ab"}
ENDS: dict[str, tuple[int, tuple[str, ...]]] = {
    "answered": (0, ("call", "CreateAIAgentCall", "--json", BODY)),
    "refused": (1, ("call", "CreateAIAgentCall", "--json", BODY, "--language", "en-US")),
    "wrong": (2, ("call", "CreateAIAgentCall", "--json", '{"Callee": 1}')),
    "wrong-flag": (2, ("call", "CreateAIAgentCall", "--region", "a b")),
    "not-sent": (3, ("call", "CreateAIAgentCall", "--json", BODY, "--endpoint", "http://127.0.0.1:1")),
    "unknown": (4, ("call", "CreateAIAgentCall", "--json", BODY)),
    "real": (5, ("call", "CreateAIAgentCall", "--json", BODY)),
    "dry-run": (0, ("call", "CreateAIAgentCall", "--json", BODY, "--dry-run")),
    "sign": (0, ("sign", "CreateAIAgentCall", "--json", BODY)),
    "sign-as-json": (0, ("sign", "CreateAIAgentCall", "--json", BODY, "--as-json")),
}
ECHO = json.dumps({"Response": {"Error": {"Code": "AuthFailure.SignatureFailure", "Message": "m"}, "RequestId": "r"}})
POSTED: dict[str, Callable[[], bytes]] = {
    "refused": lambda: answer(ECHO.encode()),
    "unknown": lambda: b"",
}


@pytest.mark.parametrize("end", ENDS)
def test_no_secret_is_printed_whatever_the_end(keys: None, end: str) -> None:
    code, argv = ENDS[end]
    asked = (lambda nonce: health(None)) if end == "real" else health
    with stranger(asked, POSTED.get(end, lambda: answer(json.dumps(
            {"Response": {"SessionId": SESSION, "RequestId": "r"}}).encode()))) as server:  # fmt: skip
        environment = {**os.environ, "TENCENTCLOUD_ENDPOINT": server.url, **CANARY}
        result = process(*argv, env=environment)
        signatures = [lines["authorization"].rpartition("=")[2] for lines in server.headers if "authorization" in lines]
    assert result.returncode == code, result.stderr
    shown = result.stdout + result.stderr
    for secret in (*CANARY.values(), *signatures):
        assert secret not in shown
    assert CALLEE not in result.stderr


def test_an_interrupted_call_prints_no_secret(keys: None, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in CANARY.items():
        monkeypatch.setenv(name, value)
    with stranger(health, lambda: None) as server:
        code, err = interrupted(server, FLAG)
    assert code == 130
    assert not [secret for secret in CANARY.values() if secret in err]


# --- what is told --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["call", "sign"])
def test_help_tells_the_exit_codes_and_where_the_key_comes_from(capsys: Capture, command: str) -> None:
    told = ran(capsys, command, "--help")
    assert told.code == 0
    for line in EPILOG.replace("\b", "").split("\n"):
        assert line.strip() in told.out


def params_of(command: str) -> list[click.Parameter]:
    found = cli.contract.get_command(click.Context(cli.contract), command)
    assert found is not None
    return found.params


def test_no_argument_takes_a_credential() -> None:
    names = [name for command in ("call", "sign") for option in params_of(command)
             for name in option.opts]  # fmt: skip
    assert not [name for name in names if any(word in name for word in ("secret", "key", "token", "credential"))]


def test_every_class_of_errors_has_an_exit_code_and_the_tree_is_covered() -> None:
    from ccc_contract import errors
    from ccc_contract.call import _EXITS

    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.CccError)]
    for kind in kinds:
        assert kind is errors.CccError or any(issubclass(kind, known) for known, _ in _EXITS), kind
    assert ApiError in kinds


DOCS = (Path(__file__).parents[2] / "docs" / "call.md").read_text("utf-8")


def test_the_documentation_tells_every_flag_and_every_exit_code() -> None:
    flags = {option.opts[-1] for command in ("call", "sign") for option in params_of(command)
             if option.opts[-1].startswith("--")}  # fmt: skip
    assert [flag for flag in flags if f"`{flag}" not in DOCS] == []
    codes = re.findall(r"^  (\d+) ", EPILOG, re.MULTILINE)
    assert codes == ["0", "1", "2", "3", "4", "5", "130"] == re.findall(r"^\| (\d+) \|", DOCS, re.MULTILINE)


def test_the_documentation_tells_every_key_of_the_json(keys: None, capsys: Capture) -> None:
    shown = json.loads(ran(capsys, "sign", "DescribeNumbers", "--json", READ, "--as-json").out)
    assert [key for key in shown if f"`{key}`" not in DOCS.rpartition("With `--as-json`")[2]] == []


def test_the_refusal_in_the_documentation_is_the_real_one(keys: None, capsys: Capture) -> None:
    (block,) = re.findall(r"```text\n\$ (.*?)\n(.*?)```", DOCS, re.DOTALL)
    with stranger(REAL["no-control"]) as server:
        told = ran(capsys, "call", "CreateAIAgentCall", "--json", BODY, "--endpoint", server.url).err
    assert told.replace(server.url, "https://ccc.tencentcloudapi.com") == block[1]
