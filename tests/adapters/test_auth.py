"""Who asks, on a socket: `serve --auth`, and what the server says of an unknown SecretId."""

from __future__ import annotations

import subprocess

import pytest

from ccc_mock import Endpoint
from ccc_mock.adapters.serving import serving
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
