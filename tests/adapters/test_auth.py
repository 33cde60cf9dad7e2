"""Who asks, on a socket: `serve --auth`, what the server says of an unknown SecretId, and where clients get keys."""

from __future__ import annotations

import subprocess

import pytest

from ccc_mock import Endpoint
from ccc_mock.adapters.serving import Served, serving
from process import CCC_MOCK, Process, serve
from wire import BODY, Answer, as_bytes, exchange, signed

NOT_FOUND = "AuthFailure.SecretIdNotFound"
SIGNATURE = "AuthFailure.SignatureFailure"
UNSIGNED = (
    b"POST / HTTP/1.1\r\nHost: localhost\r\nX-TC-Action: CreateAIAgentCall\r\nContent-Type: application/json\r\n"
    b"Content-Length: %d\r\n\r\n%b" % (len(BODY), BODY)
)


def asked_by(process: Process, secret_id: str, secret_key: str = "canary-key") -> Answer:
    return exchange(process.host, as_bytes(signed(process.host, secret_id, secret_key)))


EXPECTED = {
    "known": (None, SIGNATURE, NOT_FOUND, "MissingParameter"),
    "any": (None, SIGNATURE, None, "MissingParameter"),
    "off": (None, None, None, None),
}
"""auth → the codes for a call that is well signed, badly, by somebody unknown, and by nobody."""


@pytest.mark.parametrize("auth", EXPECTED)
def test_the_server_judges_as_far_as_it_is_told(auth: str) -> None:
    with serve("--auth", auth) as process:
        answers = [
            process.call(),
            asked_by(process, process.hello["secret_id"]),
            asked_by(process, "AKID-canary-9999"),
            exchange(process.host, UNSIGNED),
        ]
        assert tuple(answer.code for answer in answers) == EXPECTED[auth]
        *_, good, bad, unknown, nobody, _ = process.stop()
    assert good["verified"] is (auth != "off")
    assert not any(line["verified"] for line in (bad, unknown, nobody))


@pytest.mark.parametrize("given", [("--auth", "any"), ()], ids=["flag", "environment"])
def test_a_server_that_does_not_verify_says_so_at_the_start(given: tuple[str, ...]) -> None:
    with serve(*given, CCC_MOCK_AUTH="any") as process:
        told, _ = process.stop()
    assert told["log"] == "warning"
    assert told["message"].startswith("auth any: an unknown SecretId is accepted, and its signature is not verified")


def test_a_server_that_verifies_says_nothing_of_it() -> None:
    with serve() as process:
        assert [line for line in process.stop() if "log" in line] == []


def test_another_word_is_a_usage_error() -> None:
    done = subprocess.run([*CCC_MOCK, "serve", "--auth", "maybe"], capture_output=True, text=True, timeout=30)
    assert done.returncode == 2
    assert "'maybe' is not one of 'known', 'any', 'off'" in done.stderr


def test_the_line_of_a_refusal_has_what_cures_it_and_no_key() -> None:
    with serve() as process:
        answer = asked_by(process, "AKID-canary-9999")
        (entry,) = process.control("GET", "/journal")["entries"]
        refused, _ = process.stop()
    assert refused["hint"] == entry["hint"]
    assert "`--credential ID:KEY`" in refused["hint"]
    assert "canary" not in str((refused, entry))
    assert b"--credential" not in answer.body


def test_people_read_it_on_the_line_of_the_call() -> None:
    command = [*CCC_MOCK, "serve", "--port", "0", "--auth", "any", "--credential", "my-id:my-key"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8") as fake:
        assert fake.stdout is not None
        host = fake.stdout.readline().partition("http://")[2].split()[0]
        exchange(host, as_bytes(signed(host, "AKID-canary-9999", "canary-key")))
        exchange(host, as_bytes(signed(host, "my-id", "my-key")))
        fake.terminate()
        _, errors = fake.communicate(timeout=10)
    warned, unknown, known, _ = errors.splitlines()
    assert warned.startswith("warning: auth any: ")
    assert unknown.endswith("  (not verified)")
    assert "verified" not in known
    assert "canary" not in errors


def test_a_server_in_this_process_has_the_auth_of_its_endpoint() -> None:
    with serving(Endpoint(auth="any")) as served:
        answer = exchange(served.host, as_bytes(signed(served.host, "AKID-nobody", "any-key")))
        assert answer.code is None
        (entry,) = served.journal()
    assert (entry["verdict"], entry["verified"]) == ("ok", False)


ROLE = "/latest/meta-data/cam/security-credentials/"


def get(target: str, host: str) -> bytes:
    return f"GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()


@pytest.mark.parametrize(
    "request_",
    [
        get(ROLE, "metadata.tencentyun.com"),
        get(ROLE, "127.0.0.1"),
        get(f"http://metadata.tencentyun.com{ROLE}", "metadata.tencentyun.com"),
        get(f"http://metadata.tencentyun.com:80{ROLE}?a=b", "metadata.tencentyun.com"),
    ],
    ids=["by its host", "by its path", "through a proxy", "through a proxy, with a port"],
)
def test_a_machine_has_a_role_on_a_socket(served: Served, request_: bytes) -> None:
    answer = exchange(served.host, request_)
    assert (answer.status, answer.body) == (200, b"ccc-mock-role")
    (entry,) = served.journal()
    assert entry["request"]["path"] == ROLE


@pytest.mark.parametrize("target", ["http://metadata.tencentyun.com", "http://metadata.tencentyun.com/"])
def test_a_target_without_a_path_is_the_root(served: Served, target: str) -> None:
    assert exchange(served.host, get(target, "metadata.tencentyun.com")).status == 501
    (entry,) = served.journal()
    assert entry["request"]["path"] == "/"


@pytest.mark.parametrize("host", ["metadata.tencentyun.com", "sts.tencentcloudapi.com", "ccc.tencentcloudapi.com"])
def test_an_absolute_target_never_leads_to_control(served: Served, host: str) -> None:
    answer = exchange(served.host, get(f"http://{host}/_ccc/health", host))
    assert b'"ready"' not in answer.body
    assert len(served.journal()) == 1


def test_sts_answers_by_its_host_on_a_socket(served: Served) -> None:
    body = b'{"RoleArn": "qcs::cam::uin/1:roleName/a", "RoleSessionName": "session", "DurationSeconds": 900}'
    answer = exchange(
        served.host,
        b"POST / HTTP/1.1\r\nHost: sts.tencentcloudapi.com\r\nX-TC-Action: AssumeRoleWithWebIdentity\r\n"
        b"Authorization: SKIP\r\nX-TC-Version: 2018-08-13\r\nContent-Type: application/json\r\n"
        b"Content-Length: %d\r\n\r\n%b" % (len(body), body),
    )
    assert answer.code == "MissingParameter"
    assert "`ProviderId`" in answer.json["Response"]["Error"]["Message"]
