"""The contract's data, and how strictly it is read."""

from __future__ import annotations

import copy
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ccc_contract import model
from ccc_contract.model import Api, Member, ModelError
from ccc_contract.reading import load_api, load_api_from

DATA = Path(model.__file__).with_name("data")

# FailedOperation.* and others, as the page of early 2025 lists them.
SEED_PAGE_CODES = {
    "FailedOperation.CallOutFailed",
    "FailedOperation.CalleeIsBlackUser",
    "FailedOperation.CallerOverFrequency",
    "FailedOperation.CalloutRuleBlindArea",
    "FailedOperation.CalloutRuleMaxCallCountCalleeIntervalTime",
    "FailedOperation.CalloutRuleMaxCallCountCalleePerDayAppID",
    "FailedOperation.CalloutRuleNotWorkTime",
    "FailedOperation.NoCallOutNumber",
    "FailedOperation.PermissionDenied",
    "InternalError",
    "InvalidParameterValue",
    "InvalidParameterValue.InstanceNotExist",
    "LimitExceeded.BasePackageExpired",
}


@pytest.fixture(scope="module")
def api() -> Api:
    return load_api()


def members(api: Api) -> list[tuple[str, Member]]:
    return [
        (f"{shape.name}.{member.name}", member) for shape in api.shapes.values() for member in shape.members.values()
    ]


# --- what the data says --------------------------------------------------------------------------------------------


def test_there_are_84_actions_and_255_shapes_of_version_2020_02_10(api: Api) -> None:
    assert (api.version, len(api.actions), len(api.shapes)) == ("2020-02-10", 84, 255)


def test_35_actions_read_and_49_write(api: Api) -> None:
    effects = [action.effect for action in api.actions.values()]
    assert (effects.count("read"), effects.count("write")) == (35, 49)


def test_the_actions_declare_66_codes_between_them(api: Api) -> None:
    assert len({code for action in api.actions.values() for code in action.errors}) == 66


def test_the_declared_codes_are_those_of_the_python_client(api: Api) -> None:
    errorcodes = pytest.importorskip("tencentcloud.ccc.v20200210.errorcodes")
    theirs = {value for name, value in vars(errorcodes).items() if name.isupper()}
    assert {code for action in api.actions.values() for code in action.errors} == theirs


def test_the_gateway_has_38_common_codes(api: Api) -> None:
    assert sum(code.kind == "common" for code in api.errors.values()) == 38


def test_every_code_is_common_or_declared_by_an_action(api: Api) -> None:
    declared = {code for action in api.actions.values() for code in action.errors}
    assert {code for code, error in api.errors.items() if error.kind == "product"} <= declared


def test_a_rate_limit_is_worth_a_retry_and_a_bad_signature_is_not(api: Api) -> None:
    codes = ("RequestLimitExceeded", "AuthFailure.SignatureFailure", "AuthFailure.SignatureExpire", "InternalError")
    assert [api.errors[code].retry for code in codes] == ["later", "never", "after-fix", "if-idempotent"]


def test_every_action_may_be_called_20_times_a_second(api: Api) -> None:
    assert {action.limit_per_second for action in api.actions.values()} == {20}


def test_a_limit_that_no_page_states_is_assumed(api: Api) -> None:
    confidences = [action.evidence["limit"].confidence for action in api.actions.values()]
    assert (confidences.count("documented"), confidences.count("assumed")) == (41, 43)


def test_every_action_is_described_by_the_overlay(api: Api) -> None:
    assert [action.name for action in api.actions.values() if action.family == "undescribed"] == []


def test_eight_lists_of_codes_are_another_actions(api: Api) -> None:
    inherited = {a.name: a.errors_inherited_from for a in api.actions.values() if a.errors_inherited_from is not None}
    assert inherited == {
        "CreateAdminURL": "CreateAICall",
        "CreateCarrierPrivilegeNumberApplicant": "CreateCallOutSession",
        "DeleteExtension": "DeleteCCCSkillGroup",
        "DescribeActiveCarrierPrivilegeNumber": "DescribeAILatency",
        "DescribeCarrierPrivilegeNumberApplicants": "DescribeCallInMetrics",
        "DescribeNumbers": "DescribeIvrAudioList",
        "ResetExtensionPassword": "PlaySoundCall",
        "UnbindNumberCallOutSkillGroup": "TransferToManual",
    }


def test_an_inherited_list_is_that_of_the_action_it_came_from(api: Api) -> None:
    for action in api.actions.values():
        if action.errors_inherited_from is not None:
            assert action.errors == api.actions[action.errors_inherited_from].errors, action.name
            assert action.evidence["errors"].confidence == "inferred", action.name


def test_ten_actions_may_place_phone_calls(api: Api) -> None:
    assert {action.name for action in api.actions.values() if action.dials} == {
        "CreateAIAgentCall",
        "CreateAICall",
        "CreateIVRSession",
        "CreateCallOutSession",
        "CreateAutoCalloutTask",
        "ResumeAutoCalloutTask",
        "CreatePredictiveDialingCampaign",
        "UpdatePredictiveDialingCampaign",
        "ResumePredictiveDialingCampaign",
        "CreateAgentCruiseDialingCampaign",
    }


def test_an_action_that_reads_never_dials(api: Api) -> None:
    assert [a.name for a in api.actions.values() if a.dials and a.effect == "read"] == []


def test_members_keep_the_order_of_the_vendors_document(api: Api) -> None:
    assert list(api.actions["CreateAIAgentCall"].input.members) == [
        "SdkAppId",
        "AIAgentId",
        "Callee",
        "Callers",
        "PromptVariables",
        "Variables",
        "MaxRingTimeoutSecond",
        "AcquireTimeoutSecond",
    ]


def test_required_members_are_named_in_order(api: Api) -> None:
    assert api.actions["CreateAIAgentCall"].input.required == ("SdkAppId", "AIAgentId", "Callee")


@pytest.mark.parametrize(
    ("shape", "member", "kind"),
    [
        ("CreateAIAgentCallRequest", "SdkAppId", ("int64", "")),
        ("CreateAIAgentCallRequest", "AIAgentId", ("uint64", "")),
        ("CreateAIAgentCallRequest", "Callers", ("list", "string")),
        ("CreateAIAgentCallRequest", "Variables", ("list", "Variable")),
        ("CreateAICallRequest", "ToneWord", ("object", "ToneWordInfo")),
        ("CreateAICallRequest", "Temperature", ("float", "")),
        ("CreateAICallRequest", "EnableComplianceAudio", ("bool", "")),
    ],
)
def test_types_keep_their_width(api: Api, shape: str, member: str, kind: tuple[str, str]) -> None:
    found = api.shapes[shape].members[member]
    assert (found.type, found.of) == kind


def test_twenty_members_are_disabled(api: Api) -> None:
    assert sum(member.disabled for _, member in members(api)) == 20


def test_acquire_timeout_is_0_to_5_seconds_and_5_by_default(api: Api) -> None:
    for action in ("CreateAIAgentCall", "CreateAICall"):
        member = api.actions[action].input.members["AcquireTimeoutSecond"]
        assert (member.minimum, member.maximum, member.default, member.unit) == (0, 5, 5, "s")


def test_every_default_lies_within_its_own_bounds(api: Api) -> None:
    for where, member in members(api):
        if member.default is None:
            continue
        assert not member.enum or member.default in member.enum, where
        assert member.minimum is None or member.default >= member.minimum, where  # type: ignore[operator]
        assert member.maximum is None or member.default <= member.maximum, where  # type: ignore[operator]


# --- both generations of CreateAIAgentCall -------------------------------------------------------------------------


def test_both_generations_of_CreateAIAgentCall_are_known(api: Api) -> None:
    then, today = api.actions["CreateAIAgentCall"].generations
    shared = {"SdkAppId", "AIAgentId", "Callee", "Callers"}
    assert set(then.members) == shared | {"PromptVariables"}
    assert set(today.members) == shared | {"Variables", "MaxRingTimeoutSecond", "AcquireTimeoutSecond"}


def test_the_shape_accepts_both_generations_of_CreateAIAgentCall(api: Api) -> None:
    action = api.actions["CreateAIAgentCall"]
    assert set().union(*(generation.members for generation in action.generations)) == set(action.input.members)


def test_PromptVariables_is_disabled_but_still_accepted(api: Api) -> None:
    members = api.actions["CreateAIAgentCall"].input.members
    assert (members["PromptVariables"].disabled, members["Variables"].disabled) == (True, False)
    assert members["PromptVariables"].of == members["Variables"].of == "Variable"


def test_codes_of_CreateAIAgentCall_are_the_seed_page_13_and_two_newer(api: Api) -> None:
    newer = {"FailedOperation.AILicenseHasExpired": "2025-12-08", "FailedOperation.AcquireQuota": "2026-06-11"}
    action = api.actions["CreateAIAgentCall"]
    assert set(action.errors) == SEED_PAGE_CODES | set(newer)
    assert {code: api.errors[code].since for code in newer} == newer


def test_each_generation_knows_the_codes_of_its_time(api: Api) -> None:
    action = api.actions["CreateAIAgentCall"]
    then, today = action.generations
    assert set(then.errors) == SEED_PAGE_CODES
    assert today.errors == action.errors


# --- what must not be shown ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "where",
    [
        "CreateAICallRequest.APIKey",
        "CreateAICallRequest.CustomTTSConfig",
        "CreateAICallRequest.CustomSTTConfig",
        "ModifyStaffPasswordRequest.Password",
        "DescribeExtensionResponse.Password",
        "ResetExtensionPasswordResponse.Password",
        "CreateSDKLoginTokenResponse.Token",
        "CreateUserSigResponse.UserSig",
        "CreateAdminURLResponse.URL",
        "BasicAuth.BasicToken",
        "BearerAuth.BearerToken",
        "OauthConfig.ClientSecret",
        "HttpCallbackConfig.CustomAuth",
        "HttpCallbackConfig.HeaderParams",
        "DescribeSessionDetailResponse.RecordURL",
    ],
)
def test_what_opens_something_is_secret(api: Api, where: str) -> None:
    shape, member = where.split(".")
    assert api.shapes[shape].members[member].secret
    assert member in api.secret_names


def test_every_password_key_and_token_is_secret(api: Api) -> None:
    # A flag, the address of a token server, and the time to a model's first token.
    harmless = [
        "AICallLatencyMetrics.LLMFirstTokenLatency",
        "AILatencyDetail.LLMFirstTokenLatency",
        "CreateStaffRequest.SendPassword",
        "OauthConfig.TokenURL",
    ]
    looks = re.compile(r"password|secret|token|apikey|usersig", re.IGNORECASE)
    assert [where for where, m in members(api) if looks.search(m.name) and not m.secret] == harmless


def test_every_phone_number_of_a_call_is_personal(api: Api) -> None:
    looks = re.compile(r"^(Caller|Callee|OutBound(Caller|Callee)|Protected(Caller|Callee)|Phones?|.*Mobile)$")
    unmarked = [where for where, m in members(api) if m.type == "string" and looks.match(m.name) and not m.personal]
    assert unmarked == []


def test_lists_of_phone_numbers_are_personal(api: Api) -> None:
    names = ("Callers", "Callees", "Phones", "PhoneNumbers")
    unmarked = [where for where, m in members(api) if m.name in names and m.of == "string" and not m.personal]
    assert unmarked == []


def test_every_mail_address_is_personal(api: Api) -> None:
    unmarked = [where for where, m in members(api) if re.search(r"E?[Mm]ail$", m.name) and not m.personal]
    assert unmarked == []


def test_ids_and_codes_are_neither_secret_nor_personal(api: Api) -> None:
    names = {"SdkAppId", "SessionId", "RequestId", "AIAgentId", "Code", "TotalCount"}
    assert names.isdisjoint(api.secret_names | api.personal_names)


# --- evidence ------------------------------------------------------------------------------------------------------


def test_every_entry_has_a_source_that_resolves(api: Api) -> None:
    cited = {entry.source for kind in (api.actions, api.shapes, api.errors) for entry in kind.values()}
    cited |= {evidence.source for action in api.actions.values() for evidence in action.evidence.values()}
    cited |= {evidence.source for error in api.errors.values() for evidence in error.evidence.values()}
    cited |= {generation.source for action in api.actions.values() for generation in action.generations}
    cited |= {e.source for _, m in members(api) for e in (m.mark, m.constraint) if e is not None}
    assert cited <= set(api.sources)


def test_every_marked_or_bounded_member_has_evidence(api: Api) -> None:
    for where, member in members(api):
        assert (member.mark is not None) == (member.secret or member.personal), where
        bounded = member.enum or any(
            value is not None
            for value in (member.minimum, member.maximum, member.default, member.max_length, member.max_items)
        )
        assert member.constraint is not None or not (bounded or member.unit), where


def test_every_action_has_evidence_for_each_facet(api: Api) -> None:
    assert {frozenset(a.evidence) for a in api.actions.values()} == {frozenset({"role", "since", "errors", "limit"})}


def test_what_is_assumed_says_that_it_has_no_source(api: Api) -> None:
    assert api.sources["assumed"].kind == "assumption"
    assert [s.key for s in api.sources.values() if s.kind == "assumption"] == ["assumed"]


def test_the_data_holds_facts_and_no_vendor_sentences() -> None:
    # The vendor writes Chinese; our notes are ASCII. The Chinese meanings of the codes are ours: test_meanings.py.
    texts = {file: (DATA / file).read_text(encoding="utf-8") for file in model.FILES}
    texts["errors.json"] = re.sub(r'"zh": "[^"]+"', "", texts["errors.json"])
    assert [file for file, text in texts.items() if not text.isascii()] == []


# --- reading lazily, once ------------------------------------------------------------------------------------------

WATCH_FILES = """
import sys
opened = []
sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == "open" else None)
def data_files():
    return sorted({path.replace("\\\\", "/").rsplit("/", 1)[1] for path in opened if path.endswith(".json")})
"""


def test_nothing_is_read_before_load_api() -> None:
    code = WATCH_FILES + "import ccc_contract.reading as m; print(data_files()); m.load_api(); print(data_files())"
    before, after = subprocess.check_output([sys.executable, "-c", code], text=True).splitlines()
    assert before == "[]"
    assert after == str(sorted(model.FILES))


def test_importing_the_model_imports_only_the_standard_library() -> None:
    code = "import sys, ccc_contract.model; print({name.partition('.')[0] for name in sys.modules})"
    loaded = eval(subprocess.check_output([sys.executable, "-c", code], text=True))
    assert {"click", "ccc_mock", "tccli"}.isdisjoint(loaded)


def test_the_api_is_loaded_once() -> None:
    assert load_api() is load_api()


# --- reading strictly ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def documents() -> dict[str, Any]:
    return {file: json.loads((DATA / file).read_text(encoding="utf-8")) for file in model.FILES}


@pytest.fixture
def make_data(documents: dict[str, Any], tmp_path: Path) -> Callable[..., Path]:
    """Writes the data with one change into a directory and returns it."""

    def make(file: str, change: Callable[[Any], None]) -> Path:
        doctored = copy.deepcopy(documents)
        change(doctored[file])
        for name, document in doctored.items():
            (tmp_path / name).write_text(json.dumps(document), encoding="utf-8")
        return tmp_path

    return make


MISSING = object()


def put(path: str, value: Any) -> Callable[[Any], None]:
    """A change: write `value` at the slash-separated path, or remove what is there."""
    *above, last = (int(key) if key.isdigit() else key for key in path.split("/"))

    def change(document: Any) -> None:
        for key in above:
            document = document[key]
        if value is MISSING:
            del document[last]
        else:
            document[last] = value

    return change


LIMIT = "actions/CreateAIAgentCall/limit"
CALLEE = "shapes/CreateAIAgentCallRequest/members/2"

REFUSALS = [
    # file, path, value, what the message must say
    ("api.json", "verzion", "1", 'api.json: top level: unknown key "verzion"; nearest: "version"'),
    ("api.json", "version", "2021-01-01", "api.json: version: expected one of 2020-02-10, got"),
    ("api.json", "actions", [], "api.json: actions: expected an object, got []"),
    ("api.json", "actions/HangUpCall/output", MISSING, 'api.json: actions.HangUpCall: missing key "output"'),
    (
        "api.json",
        "actions/HangUpCall/output",
        7,
        "actions.HangUpCall.output: expected a string that is not empty, got 7",
    ),
    (
        "api.json",
        "actions/HangUpCall/input",
        "HangUpCallRequst",
        'api.json: actions.HangUpCall.input: unknown shape "HangUpCallRequst"; nearest: "HangUpCallRequest"',
    ),
    (
        "api.json",
        "shapes/Variable/members",
        {},
        "api.json: shapes.Variable.members: expected a list of objects, got {}",
    ),
    (
        "api.json",
        f"{CALLEE}/requierd",
        True,
        'shapes.CreateAIAgentCallRequest.members.Callee: unknown key "requierd"; nearest: "required"',
    ),
    ("api.json", f"{CALLEE}/required", "yes", 'members.Callee.required: expected true or false, got "yes"'),
    ("api.json", f"{CALLEE}/type", "int46", "members.Callee.type: expected one of int64, uint64, string"),
    ("api.json", f"{CALLEE}/type", "list", 'members.Callee: missing key "of"'),
    ("api.json", f"{CALLEE}/of", "string", 'members.Callee: unknown key "of": a string is of nothing'),
    ("api.json", f"{CALLEE}/name", "SdkAppId", 'CreateAIAgentCallRequest: member "SdkAppId" written twice'),
    (
        "api.json",
        "shapes/CreateAIAgentCallRequest/members/5/of",
        "Varible",
        'api.json: shapes.CreateAIAgentCallRequest.members.Variables: unknown shape "Varible"; nearest: "Variable"',
    ),
    ("api.json", "shapes/Variable/source", "tccly", 'api.json: shapes.Variable: unknown source "tccly"'),
    ("overlay.json", "extra", {}, 'overlay.json: top level: unknown key "extra"'),
    ("overlay.json", f"{LIMIT}/per_secnd", 5, f"overlay.json: {LIMIT.replace('/', '.')}: unknown key"),
    ("overlay.json", f"{LIMIT}/per_second", 0, "limit.per_second: expected a whole number of at least 1, got 0"),
    ("overlay.json", f"{LIMIT}/per_second", True, "limit.per_second: expected a whole number of at least 1, got true"),
    (
        "overlay.json",
        f"{LIMIT}/source",
        "doc-api-overvew",
        'unknown source "doc-api-overvew"; nearest: "doc-api-overview"',
    ),
    ("overlay.json", f"{LIMIT}/source", MISSING, f'{LIMIT.replace("/", ".")}: missing key "source"'),
    ("overlay.json", f"{LIMIT}/confidence", "sure", "expected one of documented, observed, inferred, assumed"),
    ("overlay.json", "actions/HangUpCall/role/effect", "control", "expected one of read, write"),
    ("overlay.json", "actions/HangUpCall/since/date", "2022-16-12", "since.date: expected an ISO date"),
    ("overlay.json", "actions/HangUpCall/since/date", 20221216, "since.date: expected an ISO date"),
    (
        "overlay.json",
        "actions/HangUpCall/codes/declared",
        ["InternalEror"],
        'overlay.json: actions.HangUpCall.codes.declared: unknown error code "InternalEror"; nearest: "InternalError"',
    ),
    (
        "overlay.json",
        "actions/HangUpCall/codes/inherited_from",
        "HangUp",
        'actions.HangUpCall.codes.inherited_from: unknown action "HangUp"; nearest: "HangUpCall"',
    ),
    (
        "overlay.json",
        "actions/HangupCall",
        {},
        'overlay.json: actions: unknown action "HangupCall"; nearest: "HangUpCall"',
    ),
    ("overlay.json", "marks/Varable", {}, 'overlay.json: marks: unknown shape "Varable"; nearest: "Variable"'),
    ("overlay.json", "marks/Variable", [], "overlay.json: marks.Variable: expected an object, got []"),
    (
        "overlay.json",
        "marks/Variable/Valu",
        {"personal": True, "source": "assumed", "confidence": "assumed"},
        'overlay.json: marks.Variable: unknown member "Valu"; nearest: "Value"',
    ),
    ("overlay.json", "marks/Variable/Value/hidden", True, 'marks.Variable.Value: unknown key "hidden"'),
    (
        "overlay.json",
        "constraints/CreateAIAgentCallRequest/AcquireTimeoutSecond/maximum",
        "5",
        'constraints.CreateAIAgentCallRequest.AcquireTimeoutSecond.maximum: expected a whole number, got "5"',
    ),
    ("overlay.json", "generations/CreateAIAgentCall", {}, "generations.CreateAIAgentCall: expected a list of objects"),
    (
        "overlay.json",
        "generations/CreateAIAgentCall/0/members/PromptVariable",
        "2025-01-15",
        'generations.CreateAIAgentCall.0.members: unknown member "PromptVariable"; nearest: "PromptVariables"',
    ),
    (
        "overlay.json",
        "generations/CreateAIAgentCall/0/members/Callee",
        "early 2025",
        "generations.CreateAIAgentCall.0.members.Callee: expected an ISO date",
    ),
    ("overlay.json", "generations/HangUp", [], 'overlay.json: generations: unknown action "HangUp"'),
    ("errors.json", "codes/InternalError/knd", "common", 'errors.json: codes.InternalError: unknown key "knd"'),
    (
        "errors.json",
        "codes/InternalError/meaning",
        MISSING,
        'errors.json: codes.InternalError: missing key "meaning": expected an object',
    ),
    (
        "errors.json",
        "codes/InternalError/meaning",
        "broken",
        'codes.InternalError.meaning: expected an object, got "br',
    ),
    ("errors.json", "codes/InternalError/meaning/en", MISSING, 'codes.InternalError.meaning: missing key "en"'),
    ("errors.json", "codes/InternalError/meaning/zh", MISSING, 'codes.InternalError.meaning: missing key "zh"'),
    ("errors.json", "codes/InternalError/meaning/zh", "", "meaning.zh: expected a string that is not empty"),
    ("errors.json", "codes/InternalError/meaning/fr", "x", 'codes.InternalError.meaning: unknown key "fr"'),
    ("errors.json", "codes/InternalError/retry/when", "soon", "codes.InternalError.retry.when: expected one of never"),
    (
        "errors.json",
        "codes/InternalError/retry/source",
        "x",
        'errors.json: codes.InternalError.retry: unknown source "x"',
    ),
    (
        "errors.json",
        "codes/InternalError",
        MISSING,
        "overlay.json: actions.AbortAgentCruiseDialingCampaign.codes.declared",
    ),
    ("sources.json", "sources/teco/kind", "rumour", "sources.json: sources.teco.kind: expected one of documentation"),
    ("sources.json", "sources/teco/seen", "yesterday", "sources.json: sources.teco.seen: expected an ISO date"),
    ("sources.json", "sources/teco/url", "x", 'sources.json: sources.teco: unknown key "url"'),
    ("sources.json", "sources/doc-sts", "x", 'sources.json: sources.doc-sts: expected an object, got "x"'),
]


@pytest.mark.parametrize(
    ("file", "path", "value", "message"),
    REFUSALS,
    ids=[f"{file}:{path}={'missing' if value is MISSING else value}"[:80] for file, path, value, _ in REFUSALS],
)
def test_an_unknown_key_or_dangling_reference_names_file_path_and_key(
    make_data: Callable[..., Path], file: str, path: str, value: Any, message: str
) -> None:
    directory = make_data(file, put(path, value))
    with pytest.raises(ModelError, match=re.escape(message)):
        load_api_from(directory)


def test_a_file_that_is_missing_is_named(make_data: Callable[..., Path]) -> None:
    directory = make_data("errors.json", lambda document: None)
    (directory / "errors.json").unlink()
    with pytest.raises(ModelError, match=r"^errors\.json: expected a readable UTF-8 file"):
        load_api_from(directory)


def test_broken_json_is_told_with_line_and_column(make_data: Callable[..., Path]) -> None:
    directory = make_data("errors.json", lambda document: None)
    (directory / "errors.json").write_text('{\n "about": [],,\n}', encoding="utf-8")
    with pytest.raises(ModelError, match=r"^errors\.json: line 2, column 14: not valid JSON"):
        load_api_from(directory)


def test_a_key_written_twice_is_refused(make_data: Callable[..., Path]) -> None:
    directory = make_data("sources.json", lambda document: None)
    (directory / "sources.json").write_text('{"about": [], "sources": {}, "about": []}', encoding="utf-8")
    with pytest.raises(ModelError, match=r'^sources\.json: top level: key "about" written twice'):
        load_api_from(directory)


def test_an_action_without_overlay_is_assumed_and_declares_nothing(make_data: Callable[..., Path]) -> None:
    action = load_api_from(make_data("overlay.json", put("actions/DescribeTelCdr", MISSING))).actions["DescribeTelCdr"]
    assert (action.errors, action.limit_per_second, action.effect, action.dials) == ((), 20, "read", False)
    assert action.family == "undescribed"
    assert {evidence.confidence for evidence in action.evidence.values()} == {"assumed"}
