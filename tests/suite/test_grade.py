"""`ccc-contract grade`: anybody's wrong targets, started by a command, and what finds them out."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest

from ccc_contract.cli import main
from ccc_contract.suite.grading import Matrix

FAKES = shlex.join([sys.executable, "-m", "ccc_mock.cli", "serve", "--port", "0", "--mutant", "{}"])


def grade(command: str, *arguments: str) -> int:
    return main(["grade", "--target-command", command, *arguments])


def program(tmp_path: Path, source: str) -> str:
    file = tmp_path / "target.py"
    file.write_text(source)
    return shlex.join([sys.executable, str(file), "{}"])


def test_a_wrong_target_is_found_out_and_the_matrix_is_stored(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stored = tmp_path / "matrix.json"
    assert grade(FAKES, "request-id-lost", "--only", "envelope", "--examples", "20", "--store", str(stored)) == 0
    matrix = Matrix.read(stored.read_text("utf-8"))
    assert "every_answer_has_a_request_id" in matrix.rows["request-id-lost"]
    assert "1 of 1 wrong targets are found out" in capsys.readouterr().out


def test_what_nothing_finds_out_is_told_and_ends_with_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert grade(FAKES, "request-id-no-uuid", "--only", "calls") == 1
    assert "survive: request-id-no-uuid" in capsys.readouterr().out


def test_names_are_asked_of_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = program(
        tmp_path, "import sys\nprint('one\\n\\ntwo') if sys.argv[1] == 'list' else sys.exit('no ' + sys.argv[1])"
    )
    assert grade(command) == 3
    assert "the last that it said: no one" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("import sys; sys.exit('no such option')", "expected names, one a line, and exit code 0; got 1"),
        ("pass", "got 0 and: nothing"),
    ],
)
def test_a_command_that_has_no_names_is_told(
    source: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert grade(program(tmp_path, source)) == 3
    assert told in capsys.readouterr().err


@pytest.mark.parametrize(
    ("command", "told"),
    [("no-such-program {}", "No such file"), ("ccc-mock serve", "expected {}"), ("a 'b {}", "No closing quotation")],
)
def test_a_command_that_cannot_run_is_told(command: str, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert grade(command, "name") == 3
    assert told in capsys.readouterr().err


def test_a_target_that_is_no_fake_is_not_graded(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = """
import http.server, sys
server = http.server.HTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
print(f"at http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
"""
    assert grade(program(tmp_path, source), "name") == 2
    assert "did not prove to be a fake" in capsys.readouterr().err


MATRIX = Matrix("c {}", 0, 5, ("p", "q", "r"), {"a": ("p", "q"), "b": (), "c": ("q", "p"), "d": ("q",)})


def test_a_matrix_tells_survivors_idle_properties_and_targets_that_are_alike() -> None:
    assert (MATRIX.survivors, MATRIX.idle, MATRIX.alike) == (["b"], ["r"], [("a", "c")])
    assert Matrix.read(MATRIX.dumped()) == MATRIX


def test_a_matrix_of_another_form_is_not_read() -> None:
    with pytest.raises(ValueError, match="form 1"):
        Matrix.read('{"form": 2}')
