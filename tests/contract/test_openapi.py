"""`ccc-contract openapi`: valid by a foreign judge, and of the model's own opinion about what fits."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from ccc_contract import Request, cli, load_api, sign
from ccc_contract.conform import violations
from ccc_contract.model import Member, Shape
from ccc_contract.openapi import document
from ccc_mock import DEFAULT_CREDENTIAL, Endpoint

API = load_api()
DOCUMENT = document(API, "http://127.0.0.1:8679/")
SCHEMAS = DOCUMENT["components"]["schemas"]
NAMES = sorted(API.actions)


REGISTRY = jsonschema_rs.Registry([("urn:ccc", DOCUMENT)])


@cache
def referred(pointer: str) -> Any:
    return jsonschema_rs.Draft202012Validator({"$ref": f"urn:ccc#{pointer}"}, registry=REGISTRY)


def validator(name: str) -> Any:
    return referred(f"/components/schemas/{name}")


def answer_validator(action: str) -> Any:
    return referred(f"/paths/~1{action}/post/responses/200/content/application~1json/schema")


# --- the document --------------------------------------------------------------------------------------------------


def test_a_foreign_validator_finds_nothing_wrong_with_it() -> None:
    assert [error.message for error in OpenAPIV31SpecValidator(DOCUMENT).iter_errors()] == []


def test_each_action_has_a_path_of_its_own() -> None:
    assert list(DOCUMENT["paths"]) == [f"/{name}" for name in API.actions]
    assert [methods["post"]["operationId"] for methods in DOCUMENT["paths"].values()] == list(API.actions)


def test_each_operation_names_its_action_and_refers_to_the_common_headers() -> None:
    headers = {f"#/components/parameters/{name}" for name in DOCUMENT["components"]["parameters"]}
    for path, methods in DOCUMENT["paths"].items():
        action, *common = methods["post"]["parameters"]
        assert (action["name"], action["schema"]["const"]) == ("X-TC-Action", path[1:])
        assert {each["$ref"] for each in common} == headers


def test_no_component_is_written_for_nobody() -> None:
    text = json.dumps(DOCUMENT)
    unused = [name for name in SCHEMAS if f'"#/components/schemas/{name}"' not in text]
    assert unused == []


def test_every_source_that_is_named_is_told() -> None:
    def named(value: Any) -> set[str]:
        if isinstance(value, list):
            return {each for item in value for each in named(item)}
        if not isinstance(value, dict):
            return set()
        own = {fact["source"] for fact in value.get("x-ccc-evidence", {}).values()}
        return own | {each for item in value.values() for each in named(item)}

    assert named(DOCUMENT) <= set(DOCUMENT["x-ccc-sources"])
    assert "doc-create-ai-agent-call" in named(DOCUMENT)


@pytest.mark.parametrize(
    ("shape", "member", "said"),
    [
        ("CreateAIAgentCallRequest", "SdkAppId", {"type": "integer", "format": "int64", "minimum": -(2**63)}),
        ("CreateAIAgentCallRequest", "AIAgentId", {"format": "uint64", "minimum": 0, "maximum": 2**64 - 1}),
        ("CreateAIAgentCallRequest", "AcquireTimeoutSecond", {"maximum": 5, "default": 5, "x-ccc-unit": "s"}),
        ("CreateAIAgentCallRequest", "PromptVariables", {"deprecated": True}),
        ("CreateAIAgentCallRequest", "Callee", {"x-ccc-marks": ["personal"]}),
        ("CreateStaffRequest", "Staffs", {"type": "array", "maxItems": 10}),
        ("CreateCallOutSessionRequest", "UUI", {"maxLength": 1024, "x-ccc-unit": "bytes"}),
        ("SetStaffStatusItem", "Status", {"enum": ["free", "notReady", "rest"]}),
    ],
)
def test_bounds_stand_where_the_model_has_them(shape: str, member: str, said: dict[str, Any]) -> None:
    written = SCHEMAS[f"Input.{shape}"]["properties"][member]
    assert {name: written[name] for name in said} == said


# --- what fits -----------------------------------------------------------------------------------------------------

# Not among them: null, which is no value but an absent one; 1.0, which OpenAPI cannot tell from 1.
ANYTHING = (
    2**63, 2**63 - 1, -(2**63), -(2**63) - 1, 2**64, 2**64 - 1, -1, 0, 1, 7, True, 0.5, "", "x", "名",
    [], {}, [1], ["x"], [{}], [True], {"X": 1}, [[]],
)  # fmt: skip


def about(member: Member) -> Iterator[Any]:
    """Values that are near to what is documented of it."""
    for bound in (member.minimum, member.maximum):
        if bound is not None:
            yield from (bound - 1, bound, bound + 1)
    if member.max_length is not None:
        yield from ("x" * member.max_length, "x" * (member.max_length + 1))
    for value in member.enum:
        yield from (value, [value], [value, "no such"])


def least(shape: Shape) -> dict[str, Any]:
    """What must be there, and nothing else."""
    return {name: least_of(shape.members[name]) for name in shape.required}


def least_of(member: Member) -> Any:
    if member.type == "object":
        return least(API.shapes[member.of])
    if member.enum and member.type != "list":
        return member.enum[0]
    empty: dict[str, Any] = {"string": "x", "bool": True, "list": []}
    return empty.get(member.type, member.minimum or 1)


def questions(shape: Shape) -> Iterator[dict[str, Any]]:
    """Parameters of which one is changed, taken away or added, at the top and one below."""
    base = least(shape)
    yield from (base, {**base, "X": 1}, *({k: v for k, v in base.items() if k != name} for name in base))
    for name, member in shape.members.items():
        yield from ({**base, name: value} for value in (*ANYTHING, *about(member)))
        most = member.max_items
        if most is not None:
            one = least(API.shapes[member.of]) if member.of in API.shapes else "x"
            yield from ({**base, name: [one] * count} for count in (most, most + 1))
        if member.of in API.shapes:
            inside = (value if member.type == "object" else [value] for value in questions(API.shapes[member.of]))
            yield from ({**base, name: value} for value in inside)


def test_the_document_and_the_model_agree_on_what_fits() -> None:
    verdicts: Counter[bool] = Counter()
    for action in NAMES:
        shape = API.actions[action].input
        for params in questions(shape):
            fits = violations(API, shape, params) == []
            assert validator(f"Input.{shape.name}").is_valid(params) == fits, (action, params)
            verdicts[fits] += 1
    assert min(verdicts[True], verdicts[False]) > 1500


# --- what is answered ----------------------------------------------------------------------------------------------


def answer(code: str) -> dict[str, Any]:
    return {"Response": {"Error": {"Code": code, "Message": "…"}, "RequestId": "r"}}


def test_a_code_is_the_actions_own_or_a_common_one() -> None:
    judge = answer_validator("CreateAIAgentCall")
    assert judge.is_valid(answer("FailedOperation.CalleeIsBlackUser"))
    assert judge.is_valid(answer("AuthFailure.SignatureFailure"))
    assert not judge.is_valid(answer("FailedOperation.CurStatusNotAllowed"))


@pytest.mark.parametrize("action", [name for name in NAMES if API.actions[name].errors_inherited_from])
def test_a_list_that_is_another_actions_forbids_nothing(action: str) -> None:
    assert answer_validator(action).is_valid(answer("FailedOperation.Anything"))


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"Response": {}},
        {"Response": {"SessionId": "s"}},
        {"Response": {"RequestId": "r"}, "More": 1},
        {"Response": {"RequestId": 1}},
        {"Response": {"Error": {"Code": "InternalError"}, "RequestId": "r"}},
        {"Response": {"Error": None, "RequestId": "r"}},
        {"Response": {"SessionId": 5, "RequestId": "r"}},
    ],
    ids=str,
)
def test_what_is_no_envelope_is_no_answer(wrong: dict[str, Any]) -> None:
    assert not answer_validator("CreateAIAgentCall").is_valid(wrong)
    assert answer_validator("CreateAIAgentCall").is_valid({"Response": {"SessionId": "s", "RequestId": "r"}})


@pytest.mark.parametrize(
    ("action", "params"),
    [
        ("CreateAIAgentCall", {"SdkAppId": 1400000000, "AIAgentId": 15, "Callee": "008612300000000"}),
        ("CreateAIAgentCall", {"SdkAppId": "1400000000"}),
        ("DescribeAIAgentInfoList", {"SdkAppId": 1400000000, "PageNumber": 0, "PageSize": 10}),
        ("DescribeNumbers", {"SdkAppId": 1400000000}),
        ("HangUpCall", {"SdkAppId": 1400000000, "SessionId": "s"}),
        ("CreateStaff", {}),
    ],
)
def test_the_fake_answers_as_the_document_says(action: str, params: dict[str, Any]) -> None:
    endpoint = Endpoint()
    headers = {"content-type": "application/json", "x-tc-action": action, "x-tc-version": API.version}
    request = Request.post("127.0.0.1", headers, json.dumps(params))
    key = DEFAULT_CREDENTIAL
    clock = endpoint.accounts.default.clock
    reply = endpoint.handle(sign(request, key.secret_id, key.secret_key, timestamp=int(clock.signing())))
    assert list(answer_validator(action).iter_errors(json.loads(reply.body))) == []


# --- the command ---------------------------------------------------------------------------------------------------


def test_it_writes_the_same_each_time(tmp_path: Path) -> None:
    texts = set()
    for seed in ("1", "2"):
        file = tmp_path / seed
        command = [sys.executable, "-m", "ccc_contract.cli", "openapi", "--endpoint", "ccc.test", "--output", str(file)]
        subprocess.run(command, check=True, env={**os.environ, "PYTHONHASHSEED": seed})
        texts.add(file.read_text("utf-8"))
    (text,) = texts
    assert json.loads(text) == document(API, "https://ccc.test/")


def test_without_a_file_it_prints(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TENCENTCLOUD_ENDPOINT", raising=False)
    assert cli.main(["openapi"]) == 0
    assert json.loads(capsys.readouterr().out)["servers"] == [{"url": "https://ccc.tencentcloudapi.com"}]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--endpoint", "ftp://x"], "expected a host name or http(s)://host[:port], got 'ftp://x'"),
        (["--output", "no/such/folder/file"], "--output no/such/folder/file: cannot write there"),
    ],
)
def test_what_is_wrong_is_one_sentence(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(["openapi", *arguments]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert told in err
