"""The interop matrix: what official clients make of each case is what is expected, and what is kept and shown of it.

Here the Python client is asked everything and tccli a part, in CI all faults; tests/interop/run.py asks the others.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import cells
import matrix
from cases import ASKED, CASES, FAULTS, MEASURED_ONLY, asked_of
from clients import CLIENTS, Servers, ask, servers

ROOT = Path(__file__).parents[2]
RUN = ROOT / "tests" / "interop" / "run.py"
CASE = {case.name: case for case in CASES}


@pytest.fixture(scope="module")
def fakes() -> Iterator[Servers]:
    with servers() as running:
        yield running


# --- the clients that are here wherever the tests run ----------------------------------------------------------------


@pytest.mark.parametrize("client", ["python", "python-async"])
def test_the_python_client_makes_of_every_case_what_is_expected(client: str, fakes: Servers, tmp_path: Path) -> None:
    row = ask(client, fakes, tmp_path)
    assert matrix.surprises(client, row["cells"]) == []
    assert row["as_expected"] == row["asked"] == len(asked_of(client))


SOME = {
    "tccli": (
        "POST, TC3-HMAC-SHA256, the same parameters",
        "a refusal in zh-CN",
        "its token",
        "the service's own name over http, through a proxy",
        "Error, `application/json; charset=utf-8`",
        "HTTP 502 html",
        "`{}`",
    ),
    "tccli-tls": ("the service's own name over https, through a proxy", "TCP reset after request"),
}
"""A process each, so not all of them; `python tests/interop/run.py tccli` asks the rest."""

WHOLE = os.environ.get("CCC_MOCK_WHOLE") == "1"


@pytest.mark.parametrize("client", SOME)
def test_tccli_makes_of_cases_what_is_expected(client: str, fakes: Servers, tmp_path: Path) -> None:
    named = [CASE[name] for name in SOME[client]]
    faults = [case for case in asked_of(client) if case.group == FAULTS and case not in named]
    cases = [*named, *(faults if WHOLE and client == "tccli" else ())]
    row = ask(client, fakes, tmp_path, cases)
    assert row["cells"] == {case.name: case.expected(client) for case in cases}


# --- what would be noticed -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "cell"),
    [
        (replace(CASE["a call"], expect="refused InternalError"), "ok"),
        (replace(CASE["a call"], stage="frame"), "ok; the stage execute decided"),
        (replace(CASE["a call"], fake={"already": 2}), "ok"),
        (replace(CASE["two calls"], expect="ok"), "ok ×2"),
        (
            replace(CASE["a refusal in zh-CN"], carries="signature"),
            "refused AuthFailure.SignatureFailure; no signature in the message",
        ),
    ],
    ids=["another outcome", "another stage", "calls before", "more requests", "another language"],
)
def test_what_came_is_told_whatever_was_expected(asked: Any, cell: str, fakes: Servers, tmp_path: Path) -> None:
    row = ask("python", fakes, tmp_path, [asked])
    assert row["cells"] == {asked.name: cell}
    assert row["as_expected"] == (cell == asked.expect)


def test_a_surprise_names_case_expectation_and_outcome() -> None:
    assert matrix.surprises("go", {"a call": "raised (Why)", "two calls": "ok ×2"}) == [
        "a call: expected `ok`, got `raised (Why)`"
    ]


def test_a_missing_toolchain_is_a_skip_that_the_last_line_names() -> None:
    without = {**os.environ, "PATH": str(Path(sys.executable).parent)}
    command = [sys.executable, str(RUN), "--no-write", "go", "java"]
    run = subprocess.run(command, env=without, capture_output=True, encoding="utf-8", timeout=60, check=False)
    assert run.returncode == 0, run.stderr
    skipped = "go (there is no go here), java (there is no mvn here)"
    assert run.stdout.splitlines()[-1] == f"0 clients ran; not as expected: none; skipped: {skipped}"


def test_a_client_that_nobody_knows_is_told_those_that_are() -> None:
    command = [sys.executable, str(RUN), "--no-write", "perl"]
    run = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=60, check=False)
    assert run.returncode == 2
    assert "no client 'perl'; known: python, " in run.stderr


# --- words -----------------------------------------------------------------------------------------------------------

ENTRY = {"verdict": "InternalError"}


@pytest.mark.parametrize(
    ("line", "cell"),
    [
        ({"ok": {"SessionId": "s", "RequestId": "r"}}, "ok"),
        ({"ok": {"SessionId": "s", "RequestId": None}}, "ok, no RequestId"),
        ({"ok": {"RequestId": "r"}}, "ok, no SessionId"),
        ({"ok": None}, "ok, no Response"),
        ({"raised": {"own": True, "code": "InternalError", "request_id": "r"}}, "refused InternalError"),
        ({"raised": {"own": True, "code": "InternalError", "request_id": ""}}, "refused InternalError, no RequestId"),
        ({"raised": {"own": True, "code": "ClientNetworkError"}}, "raised ClientNetworkError"),
        ({"raised": {"own": True, "code": None, "status": 502}}, "raised HTTP 502"),
        ({"raised": {"own": True, "cause": "SocketException"}}, "raised (SocketException)"),
        ({"raised": {"own": True}}, "raised"),
        ({"raised": {"own": False, "class": "KeyError", "code": "InternalError"}}, "⚠ KeyError"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_a_client_says_has_one_form(line: dict[str, Any], cell: str) -> None:
    assert cells.of_line(line, ENTRY) == cell


def test_nothing_is_refused_that_did_not_arrive() -> None:
    line = {"raised": {"own": True, "code": "InternalError", "request_id": "r"}}
    assert cells.of_line(line, None) == "raised InternalError"


def test_words_that_no_measurement_used_are_an_error() -> None:
    with pytest.raises(ValueError, match="got 'perhaps so'"):
        cells.of_measurement("perhaps so", "")


# --- what is kept and shown ------------------------------------------------------------------------------------------


def test_all_that_was_measured_is_asked() -> None:
    faults = [case for case in CASES if case.group == FAULTS]
    assert len(faults) == 43
    assert all({*map(plain, ASKED), *MEASURED_ONLY} == case.expect.keys() for case in faults)  # type: ignore[union-attr]


def plain(client: str) -> str:
    return client.partition("-")[0]


def test_cases_have_names_of_their_own() -> None:
    assert len(CASE) == len(CASES)


@pytest.mark.parametrize("client", ASKED)
def test_the_row_that_is_kept_is_whole_and_as_expected(client: str) -> None:
    row = matrix.read()["clients"][client]
    assert row.keys() == {"date", "versions", "asked", "as_expected", "cells"}
    assert row["cells"].keys() == {case.name for case in asked_of(client)}
    assert matrix.surprises(client, row["cells"]) == []
    assert row["as_expected"] == row["asked"] == len(row["cells"])
    assert date.fromisoformat(row["date"]) >= date(2026, 11, 22)
    assert all(version.split()[-1][0].isdigit() or version.split()[-1][0] == "v" for version in row["versions"])


def test_the_matrix_has_the_clients_that_are_run() -> None:
    assert list(matrix.read()["clients"]) == list(ASKED) == list(CLIENTS)


def test_the_page_shows_the_matrix() -> None:
    page = matrix.PAGE.read_text("utf-8")
    assert matrix.shown(page, matrix.read()) == page
    assert all(f"<!-- {part}, generated -->" in page for part in matrix.PARTS)


def test_a_run_replaces_only_what_it_ran() -> None:
    kept = matrix.read()
    row = {**kept["clients"]["go"], "cells": {}}
    after = matrix.replaced(kept, {"go": row})
    assert after["clients"] == {**kept["clients"], "go": row}
    assert list(after["clients"]) == list(ASKED)
    assert after["about"] == kept["about"]


def test_what_is_kept_is_shown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("FILE", "PAGE"):
        copy = tmp_path / name
        copy.write_bytes(getattr(matrix, name).read_bytes())
        monkeypatch.setattr(matrix, name, copy)
    before = matrix.read()
    row = {**before["clients"]["go"], "date": "2031-01-02", "as_expected": 7}
    matrix.keep({"go": row})
    assert matrix.read() == matrix.replaced(before, {"go": row})
    assert "| 2031-01-02 | 7 of " in matrix.PAGE.read_text("utf-8")


def test_ci_runs_what_the_suite_does_not() -> None:
    assert "tests/interop/run.py --no-write node go java" in (ROOT / ".ci" / "run").read_text("utf-8")
