"""`ccc-contract`: what it prints, and how it complains."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from importlib import metadata

import pytest

from ccc_contract import cli, console
from ccc_contract.model import ModelError
from ccc_contract.reading import load_api

Capture = pytest.CaptureFixture[str]
COMMANDS = ", ".join(sorted([*cli.LATER, "actions", "describe", "sources"]))


def printed(capsys: Capture, *argv: str) -> str:
    assert cli.main(argv) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return out


def refused(capsys: Capture, *argv: str) -> str:
    assert cli.main(argv) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("ccc-contract: ")
    assert err.count("\n") == 1
    return err


# --- actions -------------------------------------------------------------------------------------------------------


def test_actions_prints_one_line_each(capsys: Capture) -> None:
    lines = printed(capsys, "actions").splitlines()
    assert [line.split()[0] for line in lines] == list(load_api().actions)


def test_a_line_has_effect_dials_limit_codes_and_family(capsys: Capture) -> None:
    lines = {line.split()[0]: line.split() for line in printed(capsys, "actions").splitlines()}
    assert lines["CreateAIAgentCall"][1:] == ["write", "dials", "20/s", "15", "codes", "ai-call"]
    assert lines["HangUpCall"][1:] == ["write", "-", "20/s", "1", "code", "call-control"]


def test_a_list_of_codes_that_is_anothers_says_whose(capsys: Capture) -> None:
    assert "13 codes (CreateAICall's)" in printed(capsys, "actions")


def test_actions_as_json_have_the_same_facts(capsys: Capture) -> None:
    rows = {row["name"]: row for row in json.loads(printed(capsys, "actions", "--json"))}
    assert len(rows) == 84
    assert rows["CreateAIAgentCall"] == {
        "name": "CreateAIAgentCall",
        "effect": "write",
        "dials": True,
        "limit_per_second": 20,
        "codes": 15,
        "codes_inherited_from": None,
        "family": "ai-call",
    }


# --- describe ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        "CreateAIAgentCall action, write, dials, 20/s, ai-call, online, since 2025-01-15",
        "SdkAppId int64 required",
        "Callers [string] personal (phone number)",
        "PromptVariables [Variable] disabled",
        "AcquireTimeoutSecond uint64 minimum 0, maximum 5, default 5, unit s",
        "SessionId string",
        "FailedOperation.AcquireQuota product retry: later since 2026-06-11",
        "Codes (15)",
    ],
)
def test_describing_an_action_tells(capsys: Capture, line: str) -> None:
    lines = [" ".join(words.split()) for words in printed(capsys, "describe", "CreateAIAgentCall").splitlines()]
    assert line in lines


def test_members_of_a_member_are_indented_below_it(capsys: Capture) -> None:
    lines = printed(capsys, "describe", "CreateAIAgentCall").splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("  Variables "))
    assert [line[:10] for line in lines[start + 1 : start + 3]] == ["    Key   ", "    Value "]


def test_secrets_are_marked(capsys: Capture) -> None:
    assert any(
        line.split() == ["APIKey", "string", "required,", "secret"]
        for line in printed(capsys, "describe", "CreateAICall").splitlines()
    )


def test_an_assumed_limit_says_so(capsys: Capture) -> None:
    assert "limit: assumed, No evidence; our choice [assumed]" in printed(capsys, "describe", "PlaySoundCall")


def test_sources_are_named_with_title_and_address(capsys: Capture) -> None:
    out = printed(capsys, "describe", "CreateAIAgentCall")
    assert "[go-sdk-1.3.166] github.com/TencentCloud/tencentcloud-sdk-go" in out


def test_describing_a_shape_tells_who_uses_it(capsys: Capture) -> None:
    described = json.loads(printed(capsys, "describe", "Variable", "--json"))
    assert [member["name"] for member in described["members"]] == ["Key", "Value"]
    assert "CreateAIAgentCallRequest" in described["used_by"]


def test_describing_a_code_tells_who_declares_it(capsys: Capture) -> None:
    described = json.loads(printed(capsys, "describe", "FailedOperation.AcquireQuota", "--json"))
    assert described["declared_by"] == ["CreateAIAgentCall"]
    assert (described["kind"], described["retry"]) == ("product error code", "later")


@pytest.mark.parametrize("kind", ["actions", "shapes", "errors"])
def test_everything_can_be_described(capsys: Capture, kind: str) -> None:
    for name in getattr(load_api(), kind):
        printed(capsys, "describe", name)
        json.loads(printed(capsys, "describe", name, "--json"))


def test_the_tree_in_json_has_flags_marks_and_constraints(capsys: Capture) -> None:
    parameters = json.loads(printed(capsys, "describe", "CreateAIAgentCall", "--json"))["parameters"]
    callee, acquire = parameters[2], parameters[7]
    assert (callee["flags"], callee["marks"]) == (["required"], ["personal"])
    assert acquire["constraints"] == {"minimum": 0, "maximum": 5, "default": 5, "unit": "s"}
    assert acquire["constraints_evidence"]["confidence"] == "documented"


# --- sources -------------------------------------------------------------------------------------------------------


def test_sources_lists_key_kind_and_day(capsys: Capture) -> None:
    assert "doc-signature-v3  documentation, seen 2026-11-22\n" in printed(capsys, "sources")


def test_sources_as_json_are_complete(capsys: Capture) -> None:
    rows = json.loads(printed(capsys, "sources", "--json"))
    assert [row["key"] for row in rows] == list(load_api().sources)
    assert {frozenset(row) for row in rows} == {frozenset({"key", "title", "address", "seen", "kind"})}


# --- complaints ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        ([], f"expected a command: {COMMANDS}; --help tells more"),
        (["lst"], f'no command "lst"; known: {COMMANDS}'),
        (["actions", "--jsn"], "No such option"),
        (["describe"], "Missing argument 'NAME'"),
        (
            ["describe", "CreateAIAgentCal"],
            'no action, shape or error code "CreateAIAgentCal"; nearest: CreateAIAgentCall',
        ),
        (["describe", "createaiagentcall"], "nearest: CreateAIAgentCall"),
        (["describe", "FailedOperation.AcquireQota"], "nearest: FailedOperation.AcquireQuota"),
        (["describe", "&&&&"], "ccc-contract actions lists the actions"),
    ],
)
def test_a_mistake_is_told_in_one_sentence(capsys: Capture, argv: list[str], message: str) -> None:
    assert message in refused(capsys, *argv)


def test_broken_data_is_told_in_one_sentence(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise ModelError("overlay.json: marks: unknown shape")

    monkeypatch.setattr(cli, "load_api", broken)
    assert refused(capsys, "actions") == "ccc-contract: overlay.json: marks: unknown shape\n"


def test_an_interruption_is_told_without_a_traceback(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "load_api", interrupted)
    assert cli.main(["actions"]) == 130
    assert capsys.readouterr().err.strip() == "ccc-contract: interrupted"


def test_version_is_that_of_the_distribution(capsys: Capture) -> None:
    assert printed(capsys, "--version") == f"ccc-contract {metadata.version('ccc-mock')}\n"


def test_help_names_the_commands(capsys: Capture) -> None:
    out = printed(capsys, "--help")
    assert [word for word in ("actions", "describe", "sources") if word not in out] == []


def test_output_is_utf_8_and_half_a_character_is_escaped(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    console.write_utf_8()
    sys.stdout.write("中\udcad")
    sys.stdout.flush()
    assert raw.getvalue() == "中\\udcad".encode()


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX pipes")
def test_a_reader_that_goes_away_is_not_a_traceback() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "ccc_contract.cli", "actions"]
    try:
        done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, text=True, check=False)
    finally:
        os.close(writer)
    assert (done.returncode, done.stderr) == (1, "")
