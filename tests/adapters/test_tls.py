"""`--tls`: who can verify the fake, what is left behind, and what is said of those who cannot."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from tencentcloud.ccc.v20200210 import ccc_client, ccc_client_async, models
from tencentcloud.common.credential import Credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile

from ccc_mock import Endpoint
from ccc_mock.adapters import tls
from ccc_mock.adapters.serving import serving
from process import CCC_MOCK, PLAIN_CCC_MOCK, Process, ccc_mock_without, serve
from wire import as_bytes, connect, exchange, read_answer, signed

REAL_NAME = "ccc.tencentcloudapi.com"
NAMES = (
    "127.0.0.1",
    "localhost",
    "ccc.localhost",
    REAL_NAME,
    "ccc.intl.tencentcloudapi.com",
    "ccc.internal.tencentcloudapi.com",
    "ccc.ap-guangzhou.tencentcloudapi.com",
    "ccc.ap-shanghai-fsi.tencentcloudapi.com",
    "ccc.na-siliconvalley.tencentcloudapi.com",
    "fake.example.test",
    "192.0.2.7",
)


@pytest.fixture(scope="module", params=[CCC_MOCK, PLAIN_CCC_MOCK], ids=["uvloop", "asyncio"])
def fake(request: pytest.FixtureRequest) -> Iterator[Process]:
    names = ("--tls-name", "fake.example.test", "--tls-name", "192.0.2.7")
    with serve("--tls", *names, program=request.param) as process:
        yield process


@pytest.fixture(params=[CCC_MOCK, PLAIN_CCC_MOCK], ids=["uvloop", "asyncio"])
def quiet_fake(request: pytest.FixtureRequest) -> Iterator[Process]:
    with serve("--tls", "--quiet", program=request.param) as process:
        yield process


def profile(**settings: Any) -> ClientProfile:
    return ClientProfile(httpProfile=HttpProfile(**settings), language="en-US")


def credential_of(fake: Process) -> Credential:
    return Credential(fake.hello["secret_id"], fake.hello["secret_key"])


def example() -> models.CreateAIAgentCallRequest:
    call = models.CreateAIAgentCallRequest()
    call.SdkAppId, call.AIAgentId, call.Callee = 1400000000, 15, "008612300000000"
    return call


def told(fake: Process) -> str:
    """What a quiet fake says next."""
    line = json.loads(fake.popen.stderr.readline())
    return f"{line['log']}: {line['message']}"


# --- who can verify it ---------------------------------------------------------------------------------------------


def test_the_sdk_calls_it_with_the_cas_file(fake: Process) -> None:
    https = profile(endpoint=fake.host, certification=fake.hello["ca_file"])
    answer = ccc_client.CccClient(credential_of(fake), "", https).CreateAIAgentCall(example())
    assert len(answer.SessionId) == 36


def test_the_async_sdk_calls_it_by_a_variable(fake: Process, monkeypatch: pytest.MonkeyPatch) -> None:
    # It takes `certification` for a client's certificate (3.1.195); httpx, below it, reads the variable.
    monkeypatch.setenv("SSL_CERT_FILE", fake.hello["ca_file"])

    async def call() -> Any:
        async with ccc_client_async.CccClient(credential_of(fake), "", profile(endpoint=fake.host)) as client:
            return await client.CreateAIAgentCall(example())

    assert len(asyncio.run(call()).SessionId) == 36


def test_a_client_with_the_real_endpoint_is_led_here_by_its_resolver(
    fake: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve = socket.getaddrinfo
    port = int(fake.host.rpartition(":")[2])

    def as_a_hosts_file_would(host: str, asked: int, *rest: Any, **more: Any) -> Any:
        assert (host, asked) == (REAL_NAME, 443)
        return resolve("127.0.0.1", port, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", as_a_hosts_file_would)
    unchanged = profile(certification=fake.hello["ca_file"])
    assert ccc_client.CccClient(credential_of(fake), "", unchanged).CreateAIAgentCall(example()).SessionId


def test_the_sdk_without_the_file_is_told_of_the_certificate(quiet_fake: Process) -> None:
    client = ccc_client.CccClient(credential_of(quiet_fake), "", profile(endpoint=quiet_fake.host))
    with pytest.raises(TencentCloudSDKException, match="CERTIFICATE_VERIFY_FAILED"):
        client.CreateAIAgentCall(example())
    assert told(quiet_fake).startswith("warning: a client refuses the certificate (tlsv1 alert unknown ca): it must ")


def openssl(fake: Process, name: str, *options: str) -> subprocess.CompletedProcess[str]:
    is_address = name.replace(".", "").isdigit()
    asks = ("-verify_ip", name) if is_address else ("-verify_hostname", name, "-servername", name)
    command = ["openssl", "s_client", "-connect", fake.host, "-CAfile", fake.hello["ca_file"], "-verify_return_error"]
    return subprocess.run(
        [*command, *asks, *options], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20
    )


@pytest.mark.parametrize("name", NAMES)
def test_openssl_verifies_each_name(fake: Process, name: str) -> None:
    result = openssl(fake, name)
    assert result.returncode == 0, result.stderr
    assert "Verify return code: 0 (ok)" in result.stdout


@pytest.mark.parametrize("name", ["cvm.tencentcloudapi.com", "tencentcloudapi.com", "example.test", "192.0.2.8"])
def test_openssl_refuses_a_name_that_is_not_in_it(fake: Process, name: str) -> None:
    result = openssl(fake, name)
    assert result.returncode != 0
    assert "mismatch" in result.stderr


def test_openssl_is_offered_tls_1_2_and_1_3_and_http_1_1_only(fake: Process) -> None:
    for version in ("-tls1_2", "-tls1_3"):
        assert "ALPN protocol: http/1.1" in openssl(fake, "localhost", version, "-alpn", "h2,http/1.1").stdout
    assert openssl(fake, "localhost", "-tls1_1", "-cipher", "ALL@SECLEVEL=0").returncode != 0


def test_python_verifies_it_strictly(fake: Process) -> None:
    strict = ssl.create_default_context(cafile=fake.hello["ca_file"])
    strict.verify_flags |= ssl.VERIFY_X509_STRICT | ssl.VERIFY_X509_PARTIAL_CHAIN
    with connect(fake.host, tls=strict) as connection:
        certificate = connection.getpeercert()
    names = {name for _, name in certificate["subjectAltName"]}
    assert {*NAMES, "0:0:0:0:0:0:0:1"} <= names
    lasts = ssl.cert_time_to_seconds(certificate["notAfter"]) - ssl.cert_time_to_seconds(certificate["notBefore"])
    assert lasts <= 825 * 24 * 3600  # what Apple's clients take


def test_control_is_served_over_tls_too(fake: Process) -> None:
    assert fake.hello["control_url"].startswith("https://")
    assert fake.control("GET", "/health?nonce=n")["nonce"] == "n"


def test_the_bind_address_is_in_the_certificate() -> None:
    with serve("--tls", "--host", "127.0.0.3") as process:
        assert process.call().code is None
    with serve("--tls", "--host", "localhost") as process:
        assert process.control("GET", "/health")["ready"] is True


def test_an_ipv6_address_is_in_the_certificate() -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no ::1")
    with serve("--tls", "--host", "::1") as process:
        assert process.hello["url"].startswith("https://[::1]:")
        assert process.control("GET", "/health")["ready"] is True


# --- what it is over TLS -------------------------------------------------------------------------------------------


def test_a_reply_that_closes_ends_the_session_properly(fake: Process) -> None:
    with connect(fake.host, tls=fake.trust) as connection:
        connection.suppress_ragged_eofs = False  # an end without close_notify would be an SSLEOFError
        connection.sendall(fake.request(connection="close"))
        assert read_answer(connection).closed


def test_large_bodies_and_offers_to_upgrade_are_answered(fake: Process) -> None:
    variables = [{"Key": "k", "Value": "x" * 1_000_000}]
    body = json.dumps({"SdkAppId": 1400000000, "AIAgentId": 15, "Callee": "1", "Variables": variables}).encode()
    assert fake.call(body=body).code is None
    assert fake.call(connection="Upgrade", upgrade="websocket").code is None


def test_plain_http_is_told_what_to_set(quiet_fake: Process) -> None:
    with connect(quiet_fake.host) as plain:
        plain.sendall(quiet_fake.request())
        assert plain.recv(1 << 16)[:4] != b"HTTP"
    assert told(quiet_fake) == "warning: a client speaks plain HTTP, and this is TLS: set its protocol to https"
    assert quiet_fake.call().code is None


def test_other_noise_is_one_line(quiet_fake: Process) -> None:
    with connect(quiet_fake.host) as plain:
        plain.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")
        plain.recv(1 << 16)
    assert told(quiet_fake) == "warning: a TLS handshake failed: wrong version number"
    connect(quiet_fake.host).close()  # a probe that only asks whether somebody listens
    assert len(quiet_fake.stop()) == 1


def test_told_to_stop_it_waits_for_no_idle_client(quiet_fake: Process) -> None:
    with connect(quiet_fake.host, tls=quiet_fake.trust) as idle, connect(quiet_fake.host):  # before its handshake
        idle.sendall(quiet_fake.request())
        read_answer(idle)
        began = time.monotonic()
        (stopped,) = quiet_fake.stop()
        took = time.monotonic() - began
        idle.suppress_ragged_eofs = False
        assert idle.recv(1) == b""
    assert quiet_fake.popen.returncode == 0
    assert (stopped["idle"], stopped["cut"]) == (1, [])
    assert took < 1.0


def test_told_to_stop_it_says_whom_it_cut_off(quiet_fake: Process) -> None:
    with connect(quiet_fake.host, tls=quiet_fake.trust) as busy:
        busy.sendall(quiet_fake.request() + quiet_fake.request()[:-5])  # the first answer shows that both were read
        assert busy.recv(1 << 16)
        (stopped,) = quiet_fake.stop()
    assert quiet_fake.popen.returncode == 0
    assert stopped["idle"] == 0
    (cut,) = stopped["cut"]
    assert "sending its request" in cut


@pytest.mark.parametrize("parser", ["httptools", "h11"])
def test_it_is_served_in_process_too(parser: str, request: pytest.FixtureRequest) -> None:
    if parser == "h11":
        request.getfixturevalue("plain_python")
    with tls.certified() as certified, serving(Endpoint(), tls=certified.context) as served:
        account = served.account()
        assert served.url == f"https://{served.host}"
        data = as_bytes(signed(account.host, account.secret_id, account.secret_key))
        assert exchange(served.host, data, tls=ssl.create_default_context(cafile=certified.ca_file)).code is None
    assert not certified.ca_file.exists()


# --- what is written -----------------------------------------------------------------------------------------------


def test_people_are_told_where_the_ca_is() -> None:
    command = [*CCC_MOCK, "serve", "--port", "0", "--tls"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8") as popen:
        lines = [popen.stdout.readline() for _ in range(5)]
        assert " serves https://127.0.0.1:" in lines[0]
        assert Path(lines[4].removeprefix("  CA         ").rstrip()).is_file()
        popen.terminate()
        popen.communicate(timeout=10)


def test_the_twins_are_read(tmp_path: Path) -> None:
    ca_file = tmp_path / "ca.pem"
    with serve(CCC_MOCK_TLS="1", CCC_MOCK_CA_FILE=str(ca_file), CCC_MOCK_TLS_NAME="a.test *.b.test") as process:
        assert process.hello["ca_file"] == str(ca_file)
        for name in ("a.test", "x.b.test"):
            assert openssl(process, name).returncode == 0


def test_the_file_of_the_ca_holds_its_certificate_and_stays(tmp_path: Path) -> None:
    ca_file = tmp_path / "证书.pem"
    ca_file.write_text("that of the last run", "utf-8")
    with serve("--tls", "--ca-file", os.path.relpath(ca_file)) as process:
        assert process.hello["ca_file"] == str(ca_file)
        assert process.call().code is None
        process.stop()
    lines = ca_file.read_text("utf-8").splitlines()
    assert (lines[0], lines[-1]) == ("-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----")
    assert len([line for line in lines if line.startswith("-")]) == 2
    assert ca_file.stat().st_mode & 0o777 == 0o644
    assert os.listdir(tmp_path) == [ca_file.name]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_a_temporary_folder_is_removed_at_the_end(number: signal.Signals, tmp_path: Path) -> None:
    with serve("--tls", TMPDIR=str(tmp_path)) as process:
        ca_file = Path(process.hello["ca_file"])
        assert ca_file.parent.parent == tmp_path
        assert ca_file.stat().st_size > 0
        process.stop(number)
    assert os.listdir(tmp_path) == []


def test_where_it_cannot_start_nothing_is_written(tmp_path: Path) -> None:
    ca_file = tmp_path / "ca.pem"
    ca_file.write_text("that of a fake that runs", "utf-8")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = refused("--tls", "--port", port, "--ca-file", str(ca_file), TMPDIR=str(tmp_path))
    assert "is in use" in result
    assert ca_file.read_text("utf-8") == "that of a fake that runs"
    assert os.listdir(tmp_path) == ["ca.pem"]


def test_where_nobody_reads_its_greeting_the_folder_is_removed(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [*CCC_MOCK, "serve", "--port", "0", "--tls"]
    done = subprocess.run(command, stdout=writer, env={**os.environ, "TMPDIR": str(tmp_path)}, timeout=20)
    os.close(writer)
    assert done.returncode == 1
    assert os.listdir(tmp_path) == []


WHAT_IS_WRITTEN = """
import json, os, sys, tempfile
from pathlib import Path

opened, removed = [], []

def hook(event, args):
    if event == "open" and isinstance(args[0], (str, os.PathLike)) and args[2] & (os.O_WRONLY | os.O_RDWR):
        opened.append(str(args[0]))
    elif event == "os.remove":
        with open(os.open(args[0], os.O_RDONLY, dir_fd=None if args[1] == -1 else args[1])) as file:
            removed.append(file.read())

tempfile.gettempdir()  # tries by itself what it can write to
sys.addaudithook(hook)
from ccc_mock.adapters import tls
tls.PIPES = Path(sys.argv[1])
with tls.certified() as certified:
    kept = certified.ca_file.read_text()
assert not certified.ca_file.parent.exists()
print(json.dumps({"opened": opened, "removed": removed, "kept": kept}))
"""


@pytest.mark.parametrize(
    ("pipes", "files", "keys"),
    [
        ("/dev/fd", ["chain.pem", ".ca.pem"], []),
        ("/no/such", ["chain.pem", "key.pem", ".ca.pem"], ["ENCRYPTED PRIVATE"]),
    ],
    ids=["by pipe", "where pipes have no path"],
)
def test_no_private_key_is_written_that_could_be_read(
    pipes: str, files: list[str], keys: list[str], tmp_path: Path
) -> None:
    """Every file that Python opened for writing, and what was in those that it removed."""
    out = subprocess.run(
        [sys.executable, "-c", WHAT_IS_WRITTEN, pipes],
        env={**os.environ, "TMPDIR": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=20,
    )
    seen = json.loads(out.stdout)
    written = [Path(path).name for path in seen["opened"]]
    assert [re.sub(r"^\.ca\.pem\..*", ".ca.pem", name) for name in written] == files
    texts = [seen["kept"], *seen["removed"]]
    headings = [line.split("BEGIN ")[1] for text in texts for line in text.splitlines() if "BEGIN " in line]
    assert [heading for heading in headings if "KEY" in heading] == [f"{key} KEY-----" for key in keys]
    assert os.listdir(tmp_path) == []


def test_a_key_that_came_encrypted_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tls, "PIPES", Path("/no/such"))
    with tls.certified() as certified, serving(Endpoint(), tls=certified.context) as served:
        answer = exchange(
            served.host,
            f"GET /_ccc/health HTTP/1.1\r\nHost: {served.host}\r\n\r\n".encode(),
            tls=ssl.create_default_context(cafile=certified.ca_file),
        )
        assert answer.status == 200


# --- what is refused -----------------------------------------------------------------------------------------------


def refused(*arguments: str, program: Sequence[str] = CCC_MOCK, **environment: str) -> str:
    result = subprocess.run(
        [*program, "serve", *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=20,
    )
    assert (result.returncode, result.stdout) == (2, "")
    (line,) = result.stderr.splitlines()
    return line.removeprefix("ccc-mock: ")


NO_NAMES = [
    "",
    " ",
    "two names",
    "https://fake.test",
    "fake.test:8679",
    "fake.test/",
    "a@b.test",
    "[::1]",
    "10.0.0.0/8",
]
NO_NAMES += ["a..test", ".test", "-a.test", "a-.test", "a_b.test", "*", "*.*.test", "a.*.test", "x" * 64, "xn--a.test"]


@pytest.mark.parametrize("name", NO_NAMES)
def test_a_name_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="certificate"), tls.certified(name):
        raise AssertionError("it was taken")


@pytest.mark.parametrize(
    ("name", "held"),
    [
        ("Fake.Test", "fake.test"),
        ("呼叫.test", "xn--fprzm.test"),
        ("*.fake.test", "*.fake.test"),
        ("0:0::1", "::1"),
        ("127.0.0.1", "127.0.0.1"),
        ("fake", "fake"),
    ],
)
def test_a_name_is_held_in_the_form_of_certificates(name: str, held: str) -> None:
    assert tls.identity(name) == held


def test_bad_wishes_are_usage_errors(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    cases = [
        (("--tls", "--tls-name", "https://fake.test"), "without scheme, port and path; got 'https://fake.test'"),
        (("--tls", "--ca-file", str(tmp_path / "no" / "ca.pem")), "no/ca.pem: No such file or directory"),
        (("--tls", "--ca-file", str(tmp_path)), "it is there, and is no file"),
        (("--tls", "--ca-file", str(pipe)), "it is there, and is no file"),
        (("--tls", "--ca-file", "/dev/null/ca.pem"), "cannot write /dev/null/ca.pem: "),
        (("--tls", "--ca-file", ""), "--ca-file: expected a value"),
        (("--ca-file", "ca.pem"), "--ca-file and --tls-name go with --tls, which was not given"),
        (("--tls-name", "fake.test"), "--ca-file and --tls-name go with --tls, which was not given"),
    ]
    for arguments, complaint in cases:
        assert complaint in refused("--port", "0", *arguments)


def test_without_any_temporary_folder_it_is_one_sentence() -> None:
    # Whether the file system is full or read-only: Python finds no folder that it can write to.
    hide = "import tempfile; tempfile._candidate_tempdir_list = lambda: ['/no/such']"
    program = [sys.executable, "-c", f"{hide}; from ccc_mock.cli import main; raise SystemExit(main())"]
    assert "No usable temporary directory" in refused("--port", "0", "--tls", program=program)


def test_without_trustme_it_says_what_to_install() -> None:
    complaint = refused("--port", "0", "--tls", program=ccc_mock_without("trustme"))
    assert complaint == "--tls needs trustme: pip install 'ccc-mock[tls]'"
    with serve(program=ccc_mock_without("trustme")) as process:
        assert process.call().code is None
