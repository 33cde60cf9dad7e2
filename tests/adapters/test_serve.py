"""`ccc-mock serve` as a process."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ccc_mock.cli import main
from process import CCC_MOCK, PLAIN_CCC_MOCK, serve
from wire import as_bytes, exchange, read_answer, signed


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*CCC_MOCK, *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=30,
    )


def test_the_first_line_says_where_and_with_what() -> None:
    with serve() as process:
        assert sorted(process.hello) == ["ca_file", "control_token", "control_url", "secret_id", "secret_key", "url"]
        assert process.hello["control_token"] is None
        assert process.hello["ca_file"] is None
        assert process.control("GET", "/health?nonce=n")["nonce"] == "n"
        answer = process.call()
        assert answer.code is None


def test_each_call_is_one_object_on_standard_error_with_the_number_shortened() -> None:
    with serve() as process:
        process.call()
        process.call(x_tc_action="Nonsense")
        placed, refused, stopped = process.stop()
    assert (placed["action"], placed["verdict"], placed["callee"]) == ("CreateAIAgentCall", "ok", "00861******0000")
    assert (refused["verdict"], refused["stage"]) == ("InvalidAction", "route")
    assert stopped["stopped"] is True


def test_quiet_prints_no_call() -> None:
    with serve("--quiet") as process:
        process.call()
        assert [sorted(line) for line in process.stop()] == [["cut", "dropped_lines", "idle", "stopped"]]


def test_people_get_one_line_a_call() -> None:
    with subprocess.Popen(
        [*CCC_MOCK, "serve", "--port", "0"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    ) as popen:
        url = popen.stdout.readline().split(" serves ")[1].split()[0]
        secret_id, secret_key = (popen.stdout.readline().split()[1] for _ in range(2))
        host = url.removeprefix("http://")
        answer = exchange(host, as_bytes(signed(host, secret_id, secret_key)))
        exchange(host, as_bytes(signed(host, secret_id, secret_key, x_tc_action="\x9b31mred")))
        popen.send_signal(signal.SIGTERM)
        _, errors = popen.communicate(timeout=10)
    placed, refused, stopped = errors.splitlines()
    request_id = answer.json["Response"]["RequestId"]
    assert placed.split()[1:] == ["CreateAIAgentCall", "00861******0000", "ok", "execute", request_id]
    assert "InvalidAction  route/action" in refused
    assert "action=`?31mred`" in refused
    assert "?31mred" in refused
    assert stopped.startswith("stopped;")


def test_the_clock_is_frozen_by_a_flag_or_its_twin() -> None:
    with serve("--at", "2026-11-22T10:00:00+08:00") as process:
        assert process.control("PUT", "/clock", {"advance": 0})["world"] == 1795312800
        assert process.call().code == "AuthFailure.SignatureExpire"
    with serve(CCC_MOCK_AT="1795312800") as process:
        assert process.call().header("date") == "Sun, 22 Nov 2026 02:00:00 GMT"


def test_a_seed_makes_ids_repeat() -> None:
    answers = []
    for _ in range(2):
        with serve("--seed", "42") as process:
            answers.append(process.call().body)
    assert answers[0] == answers[1]


def test_given_credentials_replace_the_well_known_one(tmp_path: Path) -> None:
    file = tmp_path / "credentials"
    lines = "# two of them\n\nfirst-id:first-key\nsecond-id:second-key:second-token\n"
    file.write_text(lines, "utf-8-sig")  # an editor's BOM is no part of the first line
    with serve("--credential", f"@{file}", "--credential", "third-id:third-key") as process:
        assert (process.hello["secret_id"], process.hello["secret_key"]) == ("first-id", "first-key")
        assert process.call().code is None
        host = process.host
        assert exchange(host, as_bytes(signed(host, "third-id", "third-key"))).code is None
        token = {"x_tc_token": "second-token"}
        assert exchange(host, as_bytes(signed(host, "second-id", "second-key", **token))).code is None
        assert exchange(host, as_bytes(signed(host, "AKID-ccc-mock-not-a-real-id", "x"))).code == (
            "AuthFailure.SecretIdNotFound"
        )


def test_every_flag_has_a_twin_in_the_environment() -> None:
    from ccc_mock.serve import serve as command

    for option in command.params:
        assert option.envvar == "CCC_MOCK_" + option.opts[-1].removeprefix("--").replace("-", "_").upper()


def test_twins_are_read() -> None:
    twins = {
        "CCC_MOCK_CREDENTIAL": "a-id:a-key b-id:b-key",
        "CCC_MOCK_QUIET": "1",
        "CCC_MOCK_SEED": "3",
        "CCC_MOCK_SET": "session_id=dashless",
        "CCC_MOCK_CONTROL_TOKEN": "twin-token",
    }
    with serve(**twins) as process:
        assert process.hello["control_token"] == "twin-token"
        assert len(process.call().json["Response"]["SessionId"]) == 32
        assert exchange(process.host, as_bytes(signed(process.host, "b-id", "b-key"))).code is None
        headers = {"Authorization": "Bearer twin-token"}
        assert process.control("GET", "/journal", **headers)["last"] == 2
        assert len(process.stop()) == 1


def test_off_loopback_a_token_is_made_and_asked_for() -> None:
    with serve("--host", "0.0.0.0") as process:
        token = process.hello["control_token"]
        assert len(token) >= 32
        port = process.hello["url"].rpartition(":")[2]
        host = f"127.0.0.1:{port}"
        ask = "GET /_ccc/journal HTTP/1.1\r\nHost: {}\r\n{}\r\n"
        assert exchange(host, ask.format(host, "").encode()).status == 401
        assert exchange(host, ask.format(host, f"Authorization: Bearer {token}\r\n").encode()).status == 200
        assert exchange(host, f"GET /_ccc/health HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()).status == 200


def test_an_ipv6_address_is_served() -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no ::1")
    with serve("--host", "::1") as process:
        assert process.hello["url"].startswith("http://[::1]:")
        assert process.control("GET", "/health")["ready"] is True


USAGE_ERRORS = {
    "port is no number": (["serve", "--port", "x"], "--port"),
    "port is too large": (["serve", "--port", "65536"], "65535"),
    "no such flag": (["serve", "--prot", "1"], "--prot"),
    "no such command": (["sevre"], "sevre"),
    "credential without key": (["serve", "--credential", "abc"], "ID:KEY"),
    "credential with nothing": (["serve", "--credential", ":key"], "SecretId"),
    "credential twice": (["serve", "--credential", "a:b", "--credential", "a:c"], "twice"),
    "unreadable file": (["serve", "--credential", "@/no/such/file"], "/no/such/file"),
    "time": (["serve", "--at", "yesterday"], "yesterday"),
    "time without offset": (["serve", "--at", "2026-11-22T10:00:00"], "offset"),
    "seed": (["serve", "--seed", "x"], "--seed"),
    "no token": (["serve", "--control-token", ""], "--control-token"),
    "no host": (["serve", "--host", ""], "--host"),
    "no command": ([], "serve"),
    "setting": (["serve", "--set", "session_idd=x"], "session_id"),
    "setting value": (["serve", "--set", "session_id=x"], "dashless"),
    "setting form": (["serve", "--set", "session_id"], "NAME=VALUE"),
    "limit of nothing": (["serve", "--limit", "acount=1"], "did you mean account"),
    "limit and none": (["serve", "--no-rate-limit", "--limit", "ip=1"], "--no-rate-limit"),
    "address": (["serve", "--host", "203.0.113.1", "--port", "0"], "203.0.113.1"),
    "name": (["serve", "--host", "no.such.name.invalid", "--port", "0"], "no.such.name.invalid"),
}


# In this process: that `ccc-mock` ends with what `main` returns is shown by test_a_port_in_use_….
@pytest.mark.parametrize("case", USAGE_ERRORS)
def test_a_usage_error_is_one_sentence_and_exit_code_2(case: str, capfd: pytest.CaptureFixture[str]) -> None:
    arguments, told = USAGE_ERRORS[case]
    assert main(arguments) == 2
    out, errors = capfd.readouterr()
    assert out == ""
    (line,) = errors.splitlines()
    assert line.startswith("ccc-mock: ")
    assert told in line


def test_a_secret_in_a_bad_credential_is_not_repeated() -> None:
    assert "canary" not in run("serve", "--credential", "canary-secret").stderr


def test_a_port_in_use_is_one_sentence_and_exit_code_2() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = run("serve", "--port", port)
    assert result.returncode == 2
    (line,) = result.stderr.splitlines()
    assert f"127.0.0.1:{port} is in use" in line


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_told_to_stop_it_is_gone_within_a_second_and_did_well(number: signal.Signals) -> None:
    with serve() as process:
        name, _, port = process.host.rpartition(":")
        with socket.create_connection((name, int(port))) as idle, socket.create_connection((name, int(port))) as busy:
            idle.sendall(process.request())
            idle.recv(65536)
            busy.sendall(process.request()[:-5])
            time.sleep(0.2)  # until the server has read it
            began = time.monotonic()
            process.popen.send_signal(number)
            _, errors = process.popen.communicate(timeout=10)
            took = time.monotonic() - began
    assert process.popen.returncode == 0
    stopped = json.loads(errors.splitlines()[-1])
    assert stopped["idle"] == 1
    (cut,) = stopped["cut"]
    assert "sending its request" in cut
    assert took < 1.0


def test_what_is_cut_off_is_no_bug() -> None:
    with serve() as process:
        name, _, port = process.host.rpartition(":")
        half = f"PUT /_ccc/clock HTTP/1.1\r\nHost: {process.host}\r\nContent-Length: 100\r\n\r\n{{".encode()
        with socket.create_connection((name, int(port)), 5) as sock:
            sock.sendall(half)
            time.sleep(0.2)  # until the server has read it
            (stopped,) = process.stop()
    assert len(stopped["cut"]) == 1


def test_a_request_under_way_is_answered_before_the_end() -> None:
    with serve() as process:
        name, _, port = process.host.rpartition(":")
        with socket.create_connection((name, int(port)), 5) as sock:
            data = process.request()
            sock.sendall(data[:-5])
            time.sleep(0.2)
            process.popen.send_signal(signal.SIGTERM)
            time.sleep(0.2)
            sock.sendall(data[-5:])
            answer = read_answer(sock)
            assert (answer.code, answer.closed) == (None, True)
            assert [value for name, value in answer.headers if name.lower() == "connection"] == ["close"]
        assert process.popen.wait(5) == 0


def test_nobody_reading_the_lines_stops_nothing() -> None:
    with serve() as process:
        for _ in range(20):
            name, _, port = process.host.rpartition(":")
            with socket.create_connection((name, int(port)), 5) as sock:
                sock.sendall(process.request() * 100)
                received = b""
                while received.count(b"RequestId") < 100:
                    received += sock.recv(1 << 20)
        assert process.control("GET", "/journal?limit=1")["last"] == 2000
        process.popen.send_signal(signal.SIGTERM)  # 2,000 lines are more than a pipe holds
        assert process.popen.wait(5) == 0


def test_the_list_of_actions_says_which_answer() -> None:
    rows = json.loads(run("actions", "--json").stdout)
    assert len(rows) == 84
    assert [row["action"] for row in rows if row["answers"]] == [
        "CreateAIAgentCall", "DescribeAIAgentInfoList", "DescribeNumbers", "DescribeTelSession", "HangUpCall",
    ]  # fmt: skip
    assert "5 of 84 actions answer" in run("actions").stdout


def test_the_fidelity_list_has_every_setting_and_every_check() -> None:
    from ccc_mock.settings import knobs
    from ccc_mock.stages import STAGES

    told = {point["name"] for point in json.loads(run("fidelity", "--json").stdout)}
    assert {name for name, *_ in knobs()} <= told
    assert {f"{stage.name}/{check.name}" for stage in STAGES for check in stage.checks} <= told
    assert "assumed" in run("fidelity").stdout


OTHER_ENCODINGS = {
    "cp1252": {"PYTHONIOENCODING": "cp1252"},
    "ascii": {"PYTHONIOENCODING": "ascii:strict"},
    "utf-16": {"PYTHONIOENCODING": "utf-16"},
    "C locale": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
}


def piped(program: str, *arguments: str, **environment: str) -> tuple[str, str]:
    """Standard output and error as a pipe gets them, read as UTF-8 and nothing else."""
    command = [sys.executable, "-m", f"{program}.cli", *arguments]
    done = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, timeout=30)
    return done.stdout.decode("utf-8", "strict"), done.stderr.decode("utf-8", "strict")


@pytest.mark.parametrize(
    "command",
    [
        ("ccc_mock", "fidelity"),
        ("ccc_mock", "actions"),
        ("ccc_mock", "--help"),
        ("ccc_contract", "describe", "CreateAIAgentCall"),
    ],
    ids=" ".join,
)
def test_output_is_utf_8_whatever_the_console_says(command: tuple[str, ...]) -> None:
    out, errors = piped(*command)
    for encoding, environment in OTHER_ENCODINGS.items():
        assert piped(*command, **environment) == (out, errors), encoding


@pytest.mark.parametrize("encoding", OTHER_ENCODINGS)
def test_a_file_name_in_a_complaint_is_utf_8(encoding: str) -> None:
    out, errors = piped("ccc_mock", "serve", "--credential", "@/没有/文件", **OTHER_ENCODINGS[encoding])
    name = "/没有/文件"
    if encoding == "C locale":  # Python takes the bytes for no text, and half of a character is shown escaped
        name = os.fsencode(name).decode("ascii", "surrogateescape").encode("ascii", "backslashreplace").decode()
    assert (out, errors) == ("", f"ccc-mock: --credential: cannot read {name}: No such file or directory\n")


@pytest.mark.parametrize("encoding", OTHER_ENCODINGS)
def test_the_lines_of_calls_are_utf_8(encoding: str) -> None:
    with subprocess.Popen(
        [*CCC_MOCK, "serve", "--port", "0"],
        env={**os.environ, **OTHER_ENCODINGS[encoding]},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    ) as popen:
        host = popen.stdout.readline().split(" serves http://")[1].split()[0]
        secret_id, secret_key = (popen.stdout.readline().split()[1] for _ in range(2))
        headers = {"x_tc_action": "没有", "x_tc_language": "zh-CN"}
        answer = exchange(host, as_bytes(signed(host, secret_id, secret_key, **headers)))
        popen.send_signal(signal.SIGTERM)
        _, errors = popen.communicate(timeout=10)
    message = answer.json["Response"]["Error"]["Message"]
    assert not message.isascii()
    assert message in errors


def test_nothing_needs_uvloop_httptools_or_sigterm() -> None:
    with serve(program=PLAIN_CCC_MOCK) as process:
        assert process.call().code is None
        *_, stopped = process.stop(signal.SIGINT)
    assert stopped["stopped"] is True
    assert process.popen.returncode == 0
