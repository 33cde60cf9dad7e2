"""What a Go program shows of a request is read as what it sends: by the SDK's debug output and by httputil."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from captures import FIXTURES
from ccc_mock.explaining import go, raw
from ccc_mock.explaining.forms import request_of
from ccc_mock.explaining.reading import Unreadable, no_files
from ccc_mock.forensics import Secret, diagnose
from recorder import recording

HERE = Path(__file__).parent / "go_dump"
DUMPS = FIXTURES / "explain"
HOWS = ("sdk-post", "sdk-get", "out", "dump", "quoted", "slog")
KEY = Secret("AKIDEXAMPLEEXAMPLEEXAMPLEEXAMPLE0001", "ExampleSecretKeyExampleSecretKey")


@pytest.fixture(scope="module")
def dump(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program, built; a machine without Go, or without the SDK's module, has the captured output only."""
    if shutil.which("go") is None:
        pytest.skip("there is no go here")
    program = tmp_path_factory.mktemp("go") / "dump"
    built = subprocess.run(
        ["go", "build", "-o", str(program), "."], cwd=HERE, capture_output=True, text=True, timeout=300, check=False
    )
    if built.returncode != 0 and "dial tcp" in built.stderr:
        pytest.skip("the SDK's module cannot be had")
    assert built.returncode == 0, built.stderr
    return program


def shown_and_sent(program: Path, how: str) -> tuple[bytes, bytes]:
    with recording() as recorder:
        ran = subprocess.run(
            [str(program), recorder.host, how],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60, check=True,
            env={**os.environ, "NO_PROXY": "*"},
        )  # fmt: skip
        (sent,) = recorder.sent
    return ran.stdout, sent


@pytest.mark.parametrize("how", HOWS)
def test_what_go_shows_is_read_as_what_it_sends(how: str, dump: Path) -> None:
    shown, sent = shown_and_sent(dump, how)
    expected = raw.message(sent).request
    _, got = request_of(shown)
    assert (got.request.method, got.request.target, got.request.body) == (
        expected.method, expected.target, expected.body
    )  # fmt: skip
    assert got.request.headers.get(b"host") == expected.headers.get(b"host")
    assert set(got.request.headers.lines) <= set(expected.headers.lines)
    if how.startswith("sdk"):
        assert diagnose(got.request, [KEY]).fits


# --- captured ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", HOWS)
def test_captured_output_is_read(how: str) -> None:
    form, got = request_of((DUMPS / f"go_{how}.txt").read_bytes())
    # A dump without anything around it is a raw request.
    assert form == ("raw" if how in ("out", "dump") else "go")
    assert got.request.headers.get(b"x-tc-action") == b"CreateAIAgentCall"
    assert [diagnose(got.request, [KEY]).fits] == [how.startswith("sdk")]
    (same,) = go.read((DUMPS / f"go_{how}.txt").read_bytes(), no_files)
    if form == "go":
        assert same.request == got.request


def test_of_a_log_with_several_requests_one_is_picked_by_its_number() -> None:
    log = (DUMPS / "go_sdk-post.txt").read_bytes() + (DUMPS / "go_sdk-get.txt").read_bytes()
    with pytest.raises(Unreadable) as several:
        request_of(log)
    assert "1 CreateAIAgentCall, 2 CreateAIAgentCall" in several.value.told("en-US")
    for entry, method in ((1, "POST"), (2, "GET")):
        _, got = request_of(log, entry=entry)
        assert got.request.method == method
        assert diagnose(got.request, [KEY]).fits
    assert request_of(log, entry=2)[1].line > request_of(log, entry=1)[1].line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (b"nothing of the kind", 1),
        (b"x\n[DEBUG] http request: POST a b\n", 2),
        (b'"POST / HTTP/1.1\\r\\nHost\\r\\n\\r\\n"', 2),
    ],
)
def test_what_is_no_dump_is_told(text: bytes, line: int) -> None:
    with pytest.raises(Unreadable) as refused:
        go.read(text, no_files)
    assert refused.value.line == line


@pytest.mark.parametrize("piece", [b"http request: GET ", b"\\", b'"', b"\n", b"[DEBUG] ", b"http request:"])
def test_a_log_of_many_pieces_is_read_or_refused(piece: bytes) -> None:
    with contextlib.suppress(Unreadable):
        go.read(b'"POST / HTTP/1.1\\r\\n' + piece * 100_000, no_files)
