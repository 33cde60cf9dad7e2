"""Whom programs trust under `ccc-mock exec`, and what that is made of."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import certifi
import pytest

from ccc_mock.adapters import java_store, trust
from ccc_mock.adapters.java_store import CannotMake, StoreInTheMaking
from ccc_mock.adapters.tls import certified
from ccc_mock.adapters.trust import trust_in
from executing import another_tls_server, execute, python

needs_java = pytest.mark.skipif(not (shutil.which("keytool") and shutil.which("java")), reason="there is no JDK here")


@pytest.fixture
def ca_file() -> Iterator[Path]:
    with certified() as made:
        yield made.ca_file


@pytest.fixture
def other() -> Iterator[Path]:
    with certified() as made:
        yield made.ca_file


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "files").mkdir()
    return tmp_path / "files"


def certificates(path: Path) -> list[str]:
    """What OpenSSL reads of a bundle."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(path)
    return [hashlib.sha256(each).hexdigest() for each in context.get_ca_certs(binary_form=True)]


# --- bundles -------------------------------------------------------------------------------------------------------


def test_the_bundle_holds_the_systems_roots_the_users_and_ours(folder: Path, ca_file: Path, other: Path) -> None:
    theirs = folder.parent / "their bundle.pem"
    theirs.write_text("a comment\n" + other.read_text().rstrip("\n"))  # and no newline at its end
    made = trust_in(folder, ca_file, {"REQUESTS_CA_BUNDLE": str(theirs), "PATH": ""}, pytest.fail)
    got = certificates(made.bundle)
    assert {*certificates(ca_file), *certificates(other)} < set(got)
    roots = [path for path in (ssl.get_default_verify_paths().openssl_cafile, *trust.ROOTS) if os.path.exists(path)]
    assert set(certificates(Path(roots[0] if roots else certifi.where()))) < set(got)
    assert len(got) == len(set(got))
    assert certificates(made.extra) == certificates(ca_file)
    assert made.java is None


def test_what_node_was_told_to_trust_beside_its_own_is_kept(folder: Path, ca_file: Path, other: Path) -> None:
    made = trust_in(folder, ca_file, {"NODE_EXTRA_CA_CERTS": str(other), "PATH": ""}, pytest.fail)
    assert certificates(made.extra) == certificates(other) + certificates(ca_file)


def test_a_folder_of_certificates_is_a_bundle_too(folder: Path, ca_file: Path, other: Path) -> None:
    theirs = folder.parent / "certificates"
    (theirs / "below").mkdir(parents=True)
    shutil.copy(other, theirs / "0a.0")
    made = trust_in(folder, ca_file, {"REQUESTS_CA_BUNDLE": str(theirs), "PATH": ""}, pytest.fail)
    assert set(certificates(other)) < set(certificates(made.bundle))


@pytest.mark.parametrize("content", [None, b"", b"\x00\xff no PEM", b"-----BEGIN CERTIFICATE-----\nhalf of on"])
def test_a_bundle_that_cannot_be_read_is_told_and_left_out(folder: Path, ca_file: Path, content: bytes | None) -> None:
    theirs, said = folder.parent / "theirs.pem", []
    if content is not None:
        theirs.write_bytes(content)
    trust_in(folder, ca_file, {"SSL_CERT_FILE": str(theirs), "PATH": ""}, said.append)
    assert said == [f"SSL_CERT_FILE names {theirs}, in which there is no certificate that can be read; it is left out"]


def test_where_the_system_has_no_roots_certifis_stand_in(
    folder: Path, ca_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = ssl.get_default_verify_paths()._replace(openssl_cafile="/nowhere", openssl_capath="/nowhere")
    monkeypatch.setattr(trust.ssl, "get_default_verify_paths", lambda: nowhere)
    monkeypatch.setattr(trust, "ROOTS", ())
    made = trust_in(folder, ca_file, {"PATH": ""}, pytest.fail)
    assert set(certificates(Path(certifi.where()))) < set(certificates(made.bundle))


# --- Python --------------------------------------------------------------------------------------------------------


def module(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def test_the_sitecustomize_that_is_hidden_runs_and_is_what_others_import(tmp_path: Path) -> None:
    module(tmp_path / "sitecustomize.py", "import sys; sys.set_by_theirs = 1; NAME = 'theirs'")
    program = "import sys, sitecustomize, certifi; print(sys.set_by_theirs, sitecustomize.NAME, certifi.where())"
    run = execute(*python(program), PYTHONPATH=str(tmp_path))
    assert re.fullmatch(r"1 theirs \S+/bundle\.pem\n", run.stdout), run.stderr


def test_one_that_fails_fails_as_it_would_and_certifi_is_led_to_the_bundle(tmp_path: Path) -> None:
    module(tmp_path / "sitecustomize.py", "raise RuntimeError('theirs')")
    run = execute(*python("import certifi; print(certifi.where())"), PYTHONPATH=str(tmp_path))
    assert run.stdout.endswith("/bundle.pem\n")
    assert "Error in sitecustomize; set PYTHONVERBOSE for traceback:" in run.stderr


def test_one_run_inside_of_another_has_the_inner_fake(tmp_path: Path) -> None:
    module(tmp_path / "sitecustomize.py", "import sys; sys.runs = getattr(sys, 'runs', 0) + 1")
    program = "import sys, requests; print(sys.runs, requests.get('https://ccc.tencentcloudapi.com/').status_code)"
    inner = (sys.executable, "-m", "ccc_mock.cli", "exec", *python(program))
    run = execute("--", *inner, PYTHONPATH=str(tmp_path))
    assert run.stdout == "1 200\n", run.stderr
    told = [line for line in run.stderr.splitlines() if line.startswith("ccc-mock exec: ")]
    assert told[0] == "ccc-mock exec: 1 call met the fake:"
    assert told[1].startswith("ccc-mock exec: no call met the fake")


def test_a_vendored_certifi_gives_the_bundle_and_its_content(tmp_path: Path) -> None:
    module(tmp_path / "theirs" / "__init__.py", "")
    module(tmp_path / "theirs" / "certifi" / "__init__.py", "from .core import contents, where")
    module(tmp_path / "theirs" / "certifi" / "core.py", "def where(): return 'own'\ndef contents(): return 'own'")
    program = "from theirs.certifi import contents, where; print(open(where()).read() == contents(), where())"
    run = execute(*python(program), PYTHONPATH=str(tmp_path))
    assert re.fullmatch(r"True \S+/bundle\.pem\n", run.stdout), run.stderr


# --- Java ----------------------------------------------------------------------------------------------------------


def entries(store: Path, password: str = "changeit") -> int:
    listed = subprocess.run(
        ["keytool", "-list", "-keystore", store, "-storepass", password, "-J-Duser.language=en"],
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return listed.stdout.count("trustedCertEntry")


@pytest.fixture
def their_store(tmp_path: Path, other: Path) -> Path:
    """A trust store that somebody made, with a password of theirs."""
    store = tmp_path / "their store.p12"
    command = ["keytool", "-importcert", "-noprompt", "-alias", "a", "-file", other, "-keystore", store]
    subprocess.run([*command, "-storetype", "PKCS12", "-storepass", "their-password"], check=True, capture_output=True)
    return store


@needs_java
def test_javas_own_store_is_copied_and_not_touched(folder: Path, ca_file: Path) -> None:
    home = Path(os.path.realpath(shutil.which("java"))).parent.parent
    source = home / "lib" / "security" / "cacerts"
    before = source.read_bytes()
    store = StoreInTheMaking(folder / "store", ca_file, dict(os.environ)).finished()
    assert entries(store.path) == entries(source) + 1
    assert source.read_bytes() == before


@needs_java
def test_a_store_that_somebody_named_is_what_is_copied(folder: Path, ca_file: Path, their_store: Path) -> None:
    options = f'"-Djavax.net.ssl.trustStore={their_store}" -Djavax.net.ssl.trustStorePassword=their-password'
    store = StoreInTheMaking(folder / "store", ca_file, {**os.environ, "JAVA_TOOL_OPTIONS": options}).finished()
    assert (entries(store.path, "their-password"), store.password) == (2, "their-password")
    assert entries(their_store, "their-password") == 1


@needs_java
def test_a_store_that_cannot_be_opened_is_told_and_the_command_runs(their_store: Path) -> None:
    options = f'"-Djavax.net.ssl.trustStore={their_store}" -Djavax.net.ssl.trustStorePassword=another-password'
    run = execute("echo", "ran", JAVA_TOOL_OPTIONS=options)
    assert run.stdout == "ran\n"
    assert run.stderr.startswith("ccc-mock exec: Java will not trust the fake: keytool could not add the fake's CA to ")
    assert "another-password" not in run.stderr


def test_a_store_that_is_not_there_is_told(folder: Path, ca_file: Path, tmp_path: Path) -> None:
    keytool = tmp_path / "java" / "bin" / "keytool"
    module(keytool, "")
    before = {"JAVA_HOME": str(tmp_path / "java"), "JAVA_TOOL_OPTIONS": "-Djavax.net.ssl.trustStore=/no/where"}
    with pytest.raises(CannotMake, match=r"^/no/where cannot be read or run: No such file or directory$"):
        StoreInTheMaking(folder / "store", ca_file, before)


def test_a_keytool_at_work_is_ended_when_a_bundle_cannot_be_written(
    folder: Path, ca_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    java, started, popen = tmp_path / "java", [], subprocess.Popen
    module(java / "lib" / "security" / "cacerts", "")
    module(java / "bin" / "keytool", "#!/bin/sh\nexec /bin/sleep 600\n")
    (java / "bin" / "keytool").chmod(0o700)

    def recorded(*arguments: object, **options: object) -> subprocess.Popen[str]:
        started.append(popen(*arguments, **options))
        return started[-1]

    monkeypatch.setattr(java_store.subprocess, "Popen", recorded)
    (folder / "bundle.pem").mkdir()  # in its way
    with pytest.raises(IsADirectoryError):
        trust_in(folder, ca_file, {"JAVA_HOME": str(java), "PATH": ""}, pytest.fail)
    (keytool,) = started
    assert (keytool.returncode, keytool.stdout.closed) == (-signal.SIGKILL, True)


def test_where_there_is_no_java_there_is_no_store(folder: Path, ca_file: Path) -> None:
    assert StoreInTheMaking(folder / "store", ca_file, {"PATH": ""}).finished() is None


JAVA = """
import java.net.*;

class Main {
    public static void main(String[] urls) throws Exception {
        for (var url : urls) {
            System.out.println(((HttpURLConnection) new URL(url).openConnection()).getResponseCode());
        }
    }
}
"""


@needs_java
def test_a_java_program_meets_the_fake_and_a_server_that_its_own_store_trusts(tmp_path: Path) -> None:
    (tmp_path / "Main.java").write_text(JAVA)
    store = tmp_path / "theirs.p12"
    with another_tls_server() as (host, their_ca):
        command = ["keytool", "-importcert", "-noprompt", "-alias", "a", "-file", their_ca, "-keystore", store]
        subprocess.run([*command, "-storepass", "their-password"], check=True, capture_output=True)
        options = f"-Djavax.net.ssl.trustStore={store} -Djavax.net.ssl.trustStorePassword=their-password"
        urls = ("https://ccc.tencentcloudapi.com/", f"https://{host}/")
        run = execute("java", "Main.java", *urls, cwd=tmp_path, JAVA_TOOL_OPTIONS=options)
    assert run.stdout.split() == ["200", "200"], run.stderr
