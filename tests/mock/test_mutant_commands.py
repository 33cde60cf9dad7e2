"""The mutants from a shell: named, listed, and served on a real socket."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest

from ccc_contract.proof import why_real
from ccc_mock.cli import main
from ccc_mock.mutants import MUTANTS
from process import CCC_MOCK, serve


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(arguments) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return out


def test_they_are_listed_with_what_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(capsys, "mutants").splitlines()
    assert len(lines) == len(MUTANTS)
    assert all(
        each.name in line and line.endswith(each.says) for line, each in zip(lines, MUTANTS.values(), strict=True)
    )


def test_their_names_alone_are_what_serve_lists(capsys: pytest.CaptureFixture[str]) -> None:
    names = printed(capsys, "mutants", "--names").splitlines()
    assert names == list(MUTANTS) == printed(capsys, "serve", "--mutant", "list").splitlines()


def test_a_program_gets_them_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    rows: list[dict[str, Any]] = json.loads(printed(capsys, "mutants", "--json"))
    assert [row["name"] for row in rows] == list(MUTANTS)
    assert {tuple(row) for row in rows} == {("name", "family", "says", "property")}


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("serve", "--mutant", "charset-aded"), "no mutant 'charset-aded'; did you mean charset-added?"),
        (("serve", "--mutant", ""), "no mutant ''; known: request-id-lost,"),
        (("serve", "--mutant", "x" * 10_000), "no mutant 'xxx"),
        (("mutants", "--names", "--json"), "--names and --json are two forms"),
    ],
)
def test_what_names_none_is_a_usage_error(
    arguments: tuple[str, ...], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    told = capsys.readouterr().err
    assert complaint in told
    assert len(told) < 3000


def test_a_served_mutant_says_so_is_wrong_and_can_be_controlled() -> None:
    with serve("--mutant", "charset-added") as fake:
        assert fake.hello["mutant"] == "charset-added"
        answer = fake.call()
        assert answer.header("content-type") == "application/json; charset=utf-8"
        assert fake.control("GET", "/health?nonce=abc")["nonce"] == "abc"
        assert fake.control("PUT", "/clock", {"advance": 5})["speed"] == 1
        assert len(fake.control("GET", "/journal")["entries"]) == 1
        fake.control("POST", "/reset")
        assert fake.control("GET", "/journal")["entries"] == []
        assert fake.control("POST", "/accounts")["secret_id"].startswith("AKID-ccc-mock-")
        assert _doubt(fake.hello["url"]) is None


def test_its_first_line_tells_people() -> None:
    with subprocess.Popen(
        [*CCC_MOCK, "serve", "--port", "0", "--mutant", "one-call-too-many", "--no-magic"],
        stdout=subprocess.PIPE,
        text=True,
    ) as popen:
        assert popen.stdout is not None
        lines = [popen.stdout.readline() for _ in range(5)]
        popen.terminate()
    assert " as one-call-too-many, WRONG ON PURPOSE (a fake: nobody is dialled" in lines[0]
    assert lines[4] == "  wrong      One call more than the limit passes.\n"


def _doubt(url: str) -> Any:
    import httpx2

    with httpx2.Client() as http:
        return why_real(http, f"{url}/")
