"""Renewing the contract from tccli's model."""

from __future__ import annotations

import copy
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib.machinery import ModuleSpec
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any

import pytest

from ccc_contract import model, refresh
from ccc_contract.reading import load_api_from

Capture = pytest.CaptureFixture[str]
DATA = Path(model.__file__).with_name("data")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A copy of the package's data, to be renewed."""
    directory = tmp_path / "data"
    shutil.copytree(DATA, directory)
    return directory


@pytest.fixture(scope="session")
def vendor() -> dict[str, Any]:
    """The smallest model in the vendor's form that yields what api.json holds: without its words."""
    api = json.loads((DATA / "api.json").read_text(encoding="utf-8"))
    return {
        "actions": {name: {key: a[key] for key in ("input", "output", "status")} for name, a in api["actions"].items()},
        "metadata": {"apiVersion": "2020-02-10"},
        "objects": {name: {"members": [theirs(m) for m in shape["members"]]} for name, shape in api["shapes"].items()},
    }


def theirs(member: dict[str, Any]) -> dict[str, Any]:
    """A member of api.json as the vendor writes it."""
    kinds = {ours: pair for pair, ours in refresh.SCALARS.items()}
    kind, of = (member["type"], member["of"]) if "of" in member else kinds[member["type"]]
    flags = {flag: member.get(ours, False) for flag, ours in refresh.FLAGS.items()}
    return {"name": member["name"], "type": kind, "member": of, "document": "中文", "example": "1", **flags}


@pytest.fixture
def doctored(vendor: dict[str, Any]) -> dict[str, Any]:
    """A model with a new action, a new and a removed member, and flags and types that changed."""
    changed = copy.deepcopy(vendor)
    changed["actions"]["DescribeMood"] = {
        "input": "DescribeMoodRequest",
        "output": "HangUpCallResponse",
        "status": "online",
    }
    changed["objects"]["DescribeMoodRequest"] = {
        "members": [{"name": "SdkAppId", "type": "int", "member": "int64", "required": True, "document": "心情"}]
    }
    members = changed["objects"]["CreateAIAgentCallRequest"]["members"]
    del members[4]  # PromptVariables, of which a generation tells
    del changed["objects"]["OauthConfig"]["members"][2]  # ClientSecret, which is marked
    members[1]["required"] = False  # AIAgentId
    members[0]["member"] = "uint64"  # SdkAppId
    changed["actions"]["HangUpCall"]["status"] = "offline"
    return changed


@pytest.fixture
def write_model(tmp_path: Path) -> Callable[[Any], Path]:
    def write(document: Any) -> Path:
        path = tmp_path / "vendor.json"
        path.write_text(json.dumps(document), encoding="utf-8")
        return path

    return write


def ran(capsys: Capture, *argv: object, code: int = 0) -> list[str]:
    assert refresh.main([str(word) for word in argv]) == code
    out, err = capsys.readouterr()
    assert err == ""
    return out.splitlines()


def refused(capsys: Capture, *argv: object) -> str:
    assert refresh.main([str(word) for word in argv]) == 2
    err = capsys.readouterr().err
    assert err.startswith("ccc_contract.refresh: ")
    assert err.count("\n") == 1
    return err


def texts(directory: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in directory.iterdir()}


# --- with the model that is installed ------------------------------------------------------------------------------


def test_the_shipped_data_is_that_of_the_installed_tccli(capsys: Capture) -> None:
    pytest.importorskip("tccli")
    (line,) = ran(capsys, "--check")
    assert line.startswith("api.json is up to date with PyPI package tccli ")
    assert line.endswith(": 84 actions, 255 shapes")


def test_from_nothing_the_installed_tccli_gives_the_shipped_api_again(capsys: Capture, data: Path) -> None:
    pytest.importorskip("tccli")
    (data / "api.json").unlink()
    assert "+ action CreateAIAgentCall: CreateAIAgentCallRequest -> CreateAIAgentCallResponse, online" in ran(
        capsys, "--data", data
    )
    facts = [load_api_from(directory).shapes["CreateAIAgentCallRequest"].members for directory in (data, DATA)]
    assert [(m.name, m.type, m.of, m.required, m.disabled) for m in facts[0].values()] == [
        (m.name, m.type, m.of, m.required, m.disabled) for m in facts[1].values()
    ]


def test_tccli_is_found_without_being_imported() -> None:
    pytest.importorskip("tccli")
    code = "import sys; from ccc_contract import refresh; refresh.main(['--check']); print('tccli' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).splitlines()[-1] == "False"


# --- with a doctored model -----------------------------------------------------------------------------------------


def test_nothing_is_written_when_nothing_changed(
    capsys: Capture, data: Path, vendor: Any, write_model: Callable[[Any], Path]
) -> None:
    before = texts(data)
    ran(capsys, "--from", write_model(vendor), "--data", data, "--date", "2027-01-01")
    assert texts(data) == before


@pytest.mark.parametrize(
    "line",
    [
        "+ action DescribeMood: DescribeMoodRequest -> HangUpCallResponse, online",
        "~ action HangUpCall: status online -> offline",
        "+ shape DescribeMoodRequest: SdkAppId",
        "- member CreateAIAgentCallRequest.PromptVariables",
        "- member OauthConfig.ClientSecret",
        "~ member CreateAIAgentCallRequest.AIAgentId: uint64, required -> uint64",
        "~ member CreateAIAgentCallRequest.SdkAppId: int64, required -> uint64, required",
    ],
)
def test_each_change_is_shown(
    capsys: Capture, data: Path, doctored: Any, write_model: Callable[[Any], Path], line: str
) -> None:
    assert line in ran(capsys, "--check", "--from", write_model(doctored), "--data", data, code=1)


def test_nothing_else_is_shown(capsys: Capture, data: Path, doctored: Any, write_model: Callable[[Any], Path]) -> None:
    *changes, last = ran(capsys, "--check", "--from", write_model(doctored), "--data", data, code=1)
    assert sum(line[0] in "+-~" for line in changes) == 7
    assert last == "api.json would change (7 differences)"


def test_check_changes_nothing(capsys: Capture, data: Path, doctored: Any, write_model: Callable[[Any], Path]) -> None:
    before = texts(data)
    ran(capsys, "--check", "--from", write_model(doctored), "--data", data, code=1)
    assert texts(data) == before


@pytest.mark.parametrize(
    "line",
    [
        "! overlay.json: actions: add DescribeMood: role (family, effect, dials), since, limit, codes",
        "! overlay.json: marks: remove OauthConfig.ClientSecret: the model has no such member",
        "! overlay.json: generations: remove CreateAIAgentCallRequest.PromptVariables: the model has no such member",
    ],
)
@pytest.mark.parametrize("check", [["--check"], []], ids=["check", "write"])
def test_what_a_person_has_to_do_is_named(
    capsys: Capture, data: Path, doctored: Any, write_model: Callable[[Any], Path], check: list[str], line: str
) -> None:
    assert line in ran(capsys, *check, "--from", write_model(doctored), "--data", data, code=len(check))


def test_an_action_that_is_gone_is_named_where_it_is_described(
    capsys: Capture, data: Path, vendor: Any, write_model: Callable[[Any], Path]
) -> None:
    without = {**vendor, "actions": {name: a for name, a in vendor["actions"].items() if name != "CreateAIAgentCall"}}
    lines = ran(capsys, "--check", "--from", write_model(without), "--data", data, code=1)
    assert lines[:3] == [
        "- action CreateAIAgentCall",
        "! overlay.json: actions: remove CreateAIAgentCall: the model has no such action",
        "! overlay.json: generations: remove CreateAIAgentCall: the model has no such action",
    ]


def test_another_order_of_members_is_a_change(
    capsys: Capture, data: Path, vendor: Any, write_model: Callable[[Any], Path]
) -> None:
    turned = copy.deepcopy(vendor)
    turned["objects"]["Variable"]["members"].reverse()
    lines = ran(capsys, "--check", "--from", write_model(turned), "--data", data, code=1)
    assert lines[0] == "~ shape Variable: members in another order"


def test_data_that_no_longer_loads_is_told_after_writing(
    capsys: Capture, data: Path, doctored: Any, write_model: Callable[[Any], Path]
) -> None:
    last = ran(capsys, "--from", write_model(doctored), "--data", data)[-1]
    assert last.startswith("! not loadable until repaired: overlay.json: marks.OauthConfig: unknown member")


@pytest.fixture
def grown(vendor: dict[str, Any]) -> dict[str, Any]:
    """A model with one member more, which breaks nothing."""
    changed = copy.deepcopy(vendor)
    member = {"name": "Mood", "type": "string", "member": "string", "disabled": False, "document": "心情"}
    changed["objects"]["HangUpCallRequest"]["members"].append(member)
    return changed


def test_what_changed_can_be_loaded(
    capsys: Capture, data: Path, grown: Any, write_model: Callable[[Any], Path]
) -> None:
    ran(capsys, "--from", write_model(grown), "--data", data)
    assert load_api_from(data).shapes["HangUpCallRequest"].members["Mood"].type == "string"


def test_only_what_changed_gets_the_new_source(
    capsys: Capture, data: Path, grown: Any, write_model: Callable[[Any], Path]
) -> None:
    before = load_api_from(data)
    ran(capsys, "--from", write_model(grown), "--data", data)
    after = load_api_from(data)
    assert [name for name in after.shapes if after.shapes[name].source != before.shapes[name].source] == [
        "HangUpCallRequest"
    ]


def test_the_new_source_resolves_with_the_day_it_was_seen(
    capsys: Capture, data: Path, grown: Any, write_model: Callable[[Any], Path]
) -> None:
    ran(capsys, "--from", write_model(grown), "--data", data, "--date", "2027-01-02")
    api = load_api_from(data)
    source = api.sources[api.shapes["HangUpCallRequest"].source]
    assert (source.seen, source.kind, source.address) == ("2027-01-02", "sdk", refresh.REPOSITORY)


def test_renewing_twice_changes_nothing_more(
    capsys: Capture, data: Path, grown: Any, write_model: Callable[[Any], Path]
) -> None:
    ran(capsys, "--from", write_model(grown), "--data", data)
    ran(capsys, "--check", "--from", write_model(grown), "--data", data)


def test_no_description_and_no_example_is_taken(
    capsys: Capture, data: Path, grown: Any, write_model: Callable[[Any], Path]
) -> None:
    ran(capsys, "--from", write_model(grown), "--data", data)
    assert (data / "api.json").read_text(encoding="utf-8").isascii()


# --- writing -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "width"), [("api.json", refresh.LINE_WIDTH), ("errors.json", refresh.LINE_WIDTH), ("sources.json", 0)]
)
def test_the_shipped_files_are_written_as_refresh_writes(file: str, width: int) -> None:
    text = (DATA / file).read_text(encoding="utf-8")
    assert refresh.rendered(json.loads(text), width=width) == text


def test_a_member_is_one_line(data: Path) -> None:
    lines = (data / "api.json").read_text(encoding="utf-8").splitlines()
    assert '    {"name": "Callee", "type": "string", "required": true},' in lines


def test_a_write_that_fails_leaves_the_old_file_and_no_draft(
    capsys: Capture, data: Path, grown: Any, write_model: Callable[[Any], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    before = texts(data)
    monkeypatch.setattr(Path, "replace", full)
    assert "cannot be written: No space left on device" in refused(capsys, "--from", write_model(grown), "--data", data)
    assert texts(data) == before


# --- complaints ----------------------------------------------------------------------------------------------------


def test_without_tccli_the_pip_command_is_told(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refresh, "find_spec", lambda name: None)
    assert "tccli is not installed: pip install tccli" in refused(capsys, "--check")


def test_a_model_that_is_not_there_is_named(capsys: Capture, tmp_path: Path) -> None:
    message = refused(capsys, "--check", "--from", tmp_path / "nowhere.json")
    assert "nowhere.json: expected tccli's API model, got No such file or directory" in message


def test_a_directory_without_data_is_told(
    capsys: Capture, tmp_path: Path, vendor: Any, write_model: Callable[[Any], Path]
) -> None:
    message = refused(capsys, "--from", write_model(vendor), "--data", tmp_path)
    assert "overlay.json: expected a readable UTF-8 file in" in message


@pytest.mark.parametrize(
    ("file", "sections"),
    [
        ("api.json", "actions, shapes"),
        ("overlay.json", "actions, marks, constraints, generations"),
        ("sources.json", "sources"),
    ],
)
def test_a_data_file_that_is_not_ours_is_told(
    capsys: Capture, data: Path, grown: Any, write_model: Callable[[Any], Path], file: str, sections: str
) -> None:
    (data / file).write_text("[]", encoding="utf-8")
    message = refused(capsys, "--from", write_model(grown), "--data", data)
    assert f"{file}: expected an object with the objects {sections}" in message


def test_a_tccli_without_a_release_is_named_by_its_content(
    capsys: Capture, tmp_path: Path, vendor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "tccli" / refresh.MODEL_PATH
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(vendor), encoding="utf-8")
    spec = ModuleSpec("tccli", None, is_package=True)
    spec.submodule_search_locations = [str(tmp_path / "tccli")]

    def no_release(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(refresh, "find_spec", lambda name: spec)
    monkeypatch.setattr("importlib.metadata.version", no_release)
    (line,) = ran(capsys, "--check")
    assert "A copy of tccli's services/ccc/v20200210/api.json, release unknown, sha256 " in line


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["--date", "tomorrow"], "'--date'"),
        (["--forth"], "No such option"),
        (["api.json"], "unexpected extra argument"),
    ],
)
def test_bad_usage_is_told_in_one_sentence(capsys: Capture, argv: list[str], message: str) -> None:
    assert message in refused(capsys, *argv)


def test_a_model_that_is_not_json_is_told(capsys: Capture, tmp_path: Path) -> None:
    (tmp_path / "vendor.json").write_text("{", encoding="utf-8")
    assert "vendor.json: not valid JSON" in refused(capsys, "--check", "--from", tmp_path / "vendor.json")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda m: m["metadata"].update(apiVersion="2030-01-01"), "expected version 2020-02-10, got 2030-01-01"),
        (lambda m: m.pop("objects"), "found no key 'objects'"),
        (lambda m: m["objects"]["Variable"].update(members=7), "expected tccli's API model, but"),
        (
            lambda m: m["objects"]["Variable"]["members"][0].update(type="binary", member="binary"),
            "Variable.Key: no word for type binary, member binary",
        ),
        (lambda m: m["objects"].pop("Variable"), "CalleeAttribute.Variables: no shape or type Variable"),
        (lambda m: m["actions"]["HangUpCall"].update(output="Nothing"), "HangUpCall: no shape or type Nothing"),
    ],
    ids=["version", "key", "kind", "type", "shape", "output"],
)
def test_a_model_that_is_not_tcclis_is_refused(
    capsys: Capture,
    data: Path,
    vendor: Any,
    write_model: Callable[[Any], Path],
    change: Callable[[Any], object],
    message: str,
) -> None:
    broken = copy.deepcopy(vendor)
    change(broken)
    assert message in refused(capsys, "--from", write_model(broken), "--data", data)
