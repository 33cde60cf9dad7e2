"""`ccc-mock coverage`: data of several runs, put together and told, with exit codes that a script can go by."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path

import pytest

from ccc_mock.adapters.coverage_files import DATA_FILE, parallel, read_record, write_record, write_whole
from ccc_mock.cli import main
from ccc_mock.coverage.record import NoRecord, OfTest, Record
from ccc_mock.coverage.sightings import Sighting


def a_record(*cells: str) -> Record:
    test = OfTest(Counter(["passed"]), Counter({"HangUpCall": 1}))
    test.sight(Sighting(1, "HangUpCall", cell, 0, None, "", "", "") for cell in cells)
    return Record({"test_it": test})


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CCC_COVERAGE_FILE", raising=False)


def cells_of(path: Path = Path(DATA_FILE)) -> set[str]:
    return set(read_record(path).tests["test_it"].met["HangUpCall"])


def test_folders_and_files_are_combined(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_record(parallel(tmp_path / "linux" / DATA_FILE), a_record("reset"))
    write_record(tmp_path / "linux" / "other", a_record("close"))
    write_record(tmp_path / "mine", a_record("page"))
    assert main(["coverage", "combine", "--keep", "linux", "mine"]) == 0
    assert capsys.readouterr().out == "combined 2 files into .ccc_coverage\n"
    assert cells_of() == {"reset", "page"}
    assert (tmp_path / "mine").exists()
    assert main(["coverage", "combine", "-a", "linux/other"]) == 0
    assert cells_of() == {"reset", "page", "close"}
    assert not (tmp_path / "linux" / "other").exists()


def test_without_append_what_was_there_is_not_kept() -> None:
    write_record(Path(DATA_FILE), a_record("reset"))
    write_record(parallel(Path(DATA_FILE)), a_record("close"))
    assert main(["coverage", "combine"]) == 0
    assert cells_of() == {"close"}


def test_a_file_that_is_none_is_named_and_nothing_is_lost(capsys: pytest.CaptureFixture[str]) -> None:
    good = parallel(Path(DATA_FILE))
    write_record(good, a_record("reset"))
    Path(f"{DATA_FILE}.bad").write_bytes(b"\xff[")
    assert main(["coverage", "combine"]) == 2
    assert capsys.readouterr().err == "ccc-mock: .ccc_coverage.bad: it is no coverage data of ccc-mock\n"
    assert good.exists()
    assert not Path(DATA_FILE).exists()


@pytest.mark.parametrize("command", ["report", "json", "html"])
def test_without_data_there_is_nothing_to_tell(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["coverage", command]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == "ccc-mock: no data in .ccc_coverage: run `pytest --ccc-coverage` first\n"


def test_both_forms_go_to_a_file_or_to_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    write_record(Path("data"), a_record("reset"))
    assert main(["coverage", "json", "--data-file", "data", "-o", "-"]) == 0
    assert json.loads(capsys.readouterr().out)["met"] == 1
    assert main(["coverage", "html", "--data-file", "data", "--title", "<b>", "--fail-under", "50"]) == 2
    assert capsys.readouterr().out == "wrote ccc_coverage.html\n"
    assert "<h1>&lt;b&gt;</h1>" in Path("ccc_coverage.html").read_text("ascii")


def test_the_environment_names_the_data_file(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_record(Path("data"), a_record("reset"))
    monkeypatch.setenv("CCC_COVERAGE_FILE", "data")
    assert main(["coverage", "report"]) == 0
    assert "HangUpCall: 1 of" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["report", "--fail-under", "101"], ["combine", "nowhere"], ["rapport"], []])
def test_a_wrong_use_is_one_sentence(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["coverage", *arguments]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_a_folder_is_no_data_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(NoRecord, match="cannot read"):
        read_record(tmp_path)
    assert main(["coverage", "report", "--data-file", str(tmp_path)]) == 2
    assert "Is a directory" in capsys.readouterr().err


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "kept" / "data"
    link = tmp_path / "link"
    write_record(target, a_record("reset"))
    link.symlink_to(target)
    write_record(link, a_record("close"))
    assert link.is_symlink()
    assert cells_of(target) == {"close"}
    assert [each.name for each in target.parent.iterdir()] == ["data"]


def test_what_is_no_file_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_whole(pipe, "told")
        assert os.read(reader, 10) == b"told"
        assert pipe.is_fifo()
    finally:
        os.close(reader)
