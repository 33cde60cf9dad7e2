"""The vector suite against published vectors, two oracles, the official signer, and the fake that judges requests."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tencentcloud.common.common_client import CommonClient
from tencentcloud.common.credential import Credential as SdkCredential
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.common.sign import Sign

import oracle
import oracle_v1
from ccc_contract import ApiError, cli, load_api, sign
from ccc_contract.envelope import decode
from ccc_contract.model import CONFIDENCES
from ccc_contract.vector_commands import verify_signer
from ccc_contract.vectors import Case, cases
from ccc_contract.vectors.case import SECRET_STEPS, STEPS, TC3
from ccc_contract.vectors.requests import SIGNERS
from ccc_contract.vectors.suite import as_http, document, files, question_as_json
from ccc_mock import Clock, Credential, Endpoint
from drafts import as_request

FIXTURES = Path(__file__).parents[2] / "fixtures"
COMMITTED = FIXTURES / "vectors"
ALL = cases()
BY_NAME = {case.name: case for case in ALL}
POSITIVE = [case for case in ALL if case.kind == "positive"]
NEGATIVE = [case for case in ALL if case.kind == "negative"]
MISTAKEN = [case for case in NEGATIVE if case.mistaken is not None]
# The fake is of one product: what is published for others it calls unknown.
FOR_THE_FAKE = [case for case in ALL if case.question.signer not in (BY_NAME["published-two-headers"].question.signer,
                BY_NAME["published-seven-headers"].question.signer)]  # fmt: skip


def newer(some: list[Case]) -> list[Case]:
    return [case for case in some if case.question.scheme == TC3]


def older(some: list[Case]) -> list[Case]:
    return [case for case in some if case.question.scheme != TC3]


def each(some: list[Case]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", some, ids=lambda case: case.name)


def asked(case: Case) -> oracle.Pieces:
    """The request before it is signed, read from the bytes of its file."""
    return oracle.parse(as_http(case.question.request))


def sent(case: Case) -> oracle.Pieces:
    return oracle.parse(as_http(case.signed))


# --- what a case is ------------------------------------------------------------------------------------------------


def test_there_are_positive_and_negative_cases_of_three_schemes() -> None:
    assert Counter((case.kind, case.question.scheme) for case in ALL) == {
        ("positive", "TC3-HMAC-SHA256"): 50,
        ("positive", "HmacSHA1"): 7,
        ("positive", "HmacSHA256"): 7,
        ("negative", "TC3-HMAC-SHA256"): 51,
        ("negative", "HmacSHA1"): 5,
        ("negative", "HmacSHA256"): 6,
    }
    assert len(BY_NAME) == len(ALL)
    assert all(re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", name) for name in BY_NAME)


@each(list(ALL))
def test_a_case_says_what_it_is_about_and_where_that_is_known_from(case: Case) -> None:
    assert case.about.endswith(".")
    assert case.source in load_api().sources
    assert case.confidence in CONFIDENCES
    assert case.code is None or case.code in load_api().errors
    assert case.kind == "positive" or case.code is not None


@each(list(ALL))
def test_a_question_has_none_of_its_answers(case: Case) -> None:
    told = json.dumps(question_as_json(case.name, case.question))
    hidden = [text.decode() for name, text in case.steps.texts().items() if name in (*SECRET_STEPS, "signature")]
    assert not [value for value in hidden if value in told]


# --- against what others computed ----------------------------------------------------------------------------------

PUBLISHED = {
    "published-two-headers": "doc-2hdr",
    "published-three-headers": "doc-3hdr",
    "published-seven-headers": "teco-post-7hdr",
    "published-seven-headers-get": "teco-get-7hdr",
    "older-published": "doc-get-sha1",
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_published_case_has_the_published_steps(name: str) -> None:
    recorded = json.loads((FIXTURES / "tc3" / "documented.json").read_bytes())
    (vector,) = [found for part in ("tc3", "v1") for found in recorded[part] if found["name"] == PUBLISHED[name]]
    texts = {step: text.decode() for step, text in BY_NAME[name].steps.texts().items()}
    shared = texts.keys() & vector.keys()
    assert shared >= {"string_to_sign", "signature"}
    assert {step: texts[step] for step in shared} == {step: vector[step] for step in shared}


# The rule has no day for a time in the year 58862, and no text for a time that is not there.
BEYOND_THE_RULE = ("timestamp-milliseconds", "timestamp-missing")


@each([case for case in newer(list(ALL)) if case.name not in BEYOND_THE_RULE])
def test_the_oracle_computes_every_step(case: Case) -> None:
    question = case.question
    found = oracle.steps(
        asked(case),
        question.signer.secret_key,
        stamp=(asked(case).header("x-tc-timestamp") or b"").decode(),
        date=oracle.utc_date(question.timestamp),
        service=question.service,
        signed=question.signed_headers,
    )
    for step in oracle.Steps._fields:
        assert getattr(found, step) == getattr(case.steps, step), f"the first step that differs is {step}"
    claimed = oracle.authorization(
        question.signer.secret_id, found.signature, date=oracle.utc_date(question.timestamp),
        service=question.service, signed=question.signed_headers, terminator="tc3_request",
    )  # fmt: skip
    assert case.steps.authorization == claimed.decode()


@each(newer(list(ALL)))
def test_each_derived_key_signs_the_next(case: Case) -> None:
    known = case.steps
    chain = [f"TC3{case.question.signer.secret_key}".encode()]
    chain += [bytes.fromhex(getattr(known, name)) for name in SECRET_STEPS]
    scope = known.string_to_sign.split(b"\n")[2]
    parts = [*scope.split(b"/"), known.string_to_sign]
    digests = [hmac.new(key, part, hashlib.sha256).digest() for key, part in zip(chain, parts, strict=True)]
    assert digests == [*chain[1:], bytes.fromhex(known.signature)]


@each(older(list(ALL)))
def test_the_oracle_of_the_older_schemes_computes_both_steps(case: Case) -> None:
    assert oracle_v1.string_to_sign(asked(case)) == case.steps.string_to_sign
    assert oracle_v1.signature(asked(case), case.question.signer.secret_key).decode() == case.steps.signature


@each(POSITIVE)
def test_what_is_sent_is_signed_by_the_oracles_judgement(case: Case) -> None:
    known = {case.question.signer.secret_id: case.question.signer.secret_key}
    judge = oracle if case.question.scheme == TC3 else oracle_v1
    assert judge.is_signed(sent(case), known)


# The oracle does not know whose host it is, so a scope of another service is none of its business.
@each([case for case in MISTAKEN if case.name != "service-of-another-product"])
def test_a_mistake_is_not_signed_by_the_oracles_judgement(case: Case) -> None:
    known = {signer.secret_id: signer.secret_key for signer in SIGNERS}
    judge = oracle if case.question.scheme == TC3 else oracle_v1
    assert not judge.is_signed(sent(case), known)


# The official clients sign header values as they stand: they never have capitals or blanks in them.
CHANGED_BY_THE_RULE = ("content-type-capitals", "content-type-blanks", "host-capitals")


@each([case for case in newer(POSITIVE) if case.question.signed_headers == ("content-type", "host")
       and case.name not in CHANGED_BY_THE_RULE])  # fmt: skip
def test_the_official_client_makes_the_same_signature(case: Case) -> None:
    pieces, question = asked(case), case.question
    client = CommonClient("ccc", "2020-02-10", SdkCredential("id", "key"), "")
    wire_names = ("Content-Type", "Host", "X-TC-Timestamp", "X-TC-Content-SHA256")
    headers = {name: (pieces.header(name.lower()) or b"").decode() for name in wire_names}
    data = pieces.query.decode() if pieces.method == "GET" else pieces.body
    about = SimpleNamespace(uri="/", data=data, method=pieces.method, header=headers)
    date = oracle.utc_date(question.timestamp)
    made = client._get_tc3_signature({}, about, date, question.service, question.signer.secret_key)
    assert made == case.steps.signature


@each(older(POSITIVE))
def test_the_official_signer_makes_the_same_older_signature(case: Case) -> None:
    pieces, question = asked(case), case.question
    host = (pieces.header("host") or b"").decode()
    profile = ClientProfile(httpProfile=HttpProfile(endpoint=host, reqMethod=pieces.method))
    client = CommonClient("ccc", "2020-02-10", SdkCredential("id", "key"), "", profile)
    text = client._format_sign_string(dict(question.parameters))
    assert text.encode() == case.steps.string_to_sign
    assert Sign.sign(question.signer.secret_key, text, question.scheme) == case.steps.signature


@each(newer(POSITIVE))
def test_ccc_contract_signs_the_request_in_the_same_way(case: Case) -> None:
    question = case.question
    signed = sign(
        question.request,
        question.signer.secret_id,
        question.signer.secret_key,
        timestamp=question.timestamp,
        service=question.service,
        also=[name.encode() for name in question.signed_headers],
    )
    assert signed.headers.text(b"authorization") == case.steps.authorization


# --- against the fake ----------------------------------------------------------------------------------------------


def judged(case: Case) -> tuple[str | None, Any]:
    """The code that the fake answers at that time, and what it noted."""
    credentials = [Credential(signer.secret_id, signer.secret_key, signer.token) for signer in SIGNERS]
    endpoint = Endpoint(credentials=credentials, clock=Clock(at=case.now))
    answer = endpoint.handle(as_request(sent(case)))
    noted = [entry for account in endpoint.accounts for entry in account.journal.page().entries]
    try:
        decode(answer.body)
    except ApiError as error:
        return error.code, noted[-1]
    return None, noted[-1]


@each(FOR_THE_FAKE)
def test_the_fake_answers_the_code(case: Case) -> None:
    code, _ = judged(case)
    assert code == case.code


@each([case for case in FOR_THE_FAKE if case.code == "AuthFailure.SignatureFailure"])
def test_the_fake_builds_the_same_texts_of_a_request_with_a_wrong_signature(case: Case) -> None:
    _, entry = judged(case)
    assert entry.canonical_request == (case.steps.canonical_request or b"")
    assert entry.string_to_sign == case.steps.string_to_sign


def test_what_the_fake_cannot_judge_is_published_elsewhere() -> None:
    assert {case.name for case in ALL} - {case.name for case in FOR_THE_FAKE} == set(PUBLISHED)


# --- mistakes ------------------------------------------------------------------------------------------------------


@each(MISTAKEN)
def test_a_mistake_is_what_was_sent_and_shows_at_one_step(case: Case) -> None:
    assert case.mistaken is not None
    if case.mistaken.authorization is not None:
        assert sent(case).header("authorization") == case.mistaken.authorization.encode()
    else:
        assert oracle_v1.parameters(sent(case))[b"Signature"] == case.mistaken.signature.encode()
    right, wrong = case.steps.texts(), case.mistaken.texts()
    assert right.keys() == wrong.keys()
    assert case.differs_at == next(name for name in STEPS if right.get(name) != wrong.get(name))


def test_mistakes_are_made_at_every_kind_of_step() -> None:
    assert {case.differs_at for case in MISTAKEN} == {
        "canonical_request", "string_to_sign", "secret_date", "secret_service", "signature",
    }  # fmt: skip


# --- the command ---------------------------------------------------------------------------------------------------


def written(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_vectors_writes_files_and_the_document(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, file = tmp_path / "a" / "new one", tmp_path / "vectors.json"
    assert cli.main(["vectors", "--out", str(folder), "--json", str(file)]) == 0
    assert written(folder) == dict(files())
    assert file.read_bytes() == document()
    assert capsys.readouterr().out == ""


def test_vectors_prints_the_document(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    subprocess.run([sys.executable, "-m", "ccc_contract.cli", "vectors", "--json", "-"], check=True)
    assert capfdbinary.readouterr().out == document()


def test_vectors_lists_the_cases(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["vectors"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[::2]] == [case.name for case in ALL]
    assert "local-date  negative, TC3-HMAC-SHA256, AuthFailure.SignatureFailure, inferred, public-logs" in lines


def test_a_folder_with_something_in_it_is_left_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine").write_bytes(b"1")
    assert cli.main(["vectors", "--out", str(tmp_path)]) == 2
    assert "expected a new or an empty folder" in capsys.readouterr().err
    assert written(tmp_path) == {"mine": b"1"}


@pytest.mark.parametrize("option", ["--out", "--json"])
def test_a_place_that_cannot_be_written_is_told(
    option: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_bytes(b"")
    assert cli.main(["vectors", option, str(tmp_path / "file" / "below")]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert f"{option} {tmp_path}/file/below: cannot write there: Not a directory" in err


def test_the_contract_is_imported_without_the_suite() -> None:
    code = "import ccc_contract, sys; print(*(name for name in sys.modules if 'vector' in name or 'signer' in name))"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == ""


def test_other_commands_do_not_build_the_suite() -> None:
    code = "import ccc_contract.cli, sys; print(*(name for name in sys.modules if 'vectors' in name))"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == ""


# --- the written suite ---------------------------------------------------------------------------------------------


def test_the_committed_files_are_what_is_written_today() -> None:
    """After a change: rm -r fixtures/vectors; ccc-contract vectors --out fixtures/vectors --json …/vectors.json."""
    expected, committed = {**dict(files()), "vectors.json": document()}, written(COMMITTED)
    assert committed.keys() == expected.keys()
    assert [path for path, content in expected.items() if committed[path] != content] == []


def test_the_suite_is_the_same_in_every_time_zone_and_under_every_hash_seed() -> None:
    code = "from ccc_contract.vectors.suite import document; import sys; sys.stdout.buffer.write(document())"
    for zone, seed in (("Asia/Shanghai", "1"), ("America/Los_Angeles", "2")):
        elsewhere = {**os.environ, "TZ": zone, "PYTHONHASHSEED": seed, "LC_ALL": "C"}
        assert subprocess.check_output([sys.executable, "-c", code], env=elsewhere) == document()


def test_the_document_holds_every_case_with_its_steps() -> None:
    whole = json.loads(document())
    assert [case["case"] for case in whole["cases"]] == [case.name for case in ALL]
    assert whole["steps"] == list(STEPS)
    for told, case in zip(whole["cases"], ALL, strict=True):
        assert {name: text.encode() for name, text in told["steps"].items()} == case.steps.texts()
        assert (told["code"], told["now"], told["kind"]) == (case.code, case.now, case.kind)


def test_a_case_is_a_folder_of_files_named_after_it() -> None:
    suite = dict(files())
    case = BY_NAME["post-unicode"]
    assert [path for path in suite if path.startswith("positive/post-unicode/")] == [
        "positive/post-unicode/context.json",
        "positive/post-unicode/post-unicode.req",
        "positive/post-unicode/post-unicode.creq",
        "positive/post-unicode/post-unicode.sts",
        "positive/post-unicode/post-unicode.authz",
        "positive/post-unicode/post-unicode.sreq",
    ]
    assert suite["positive/post-unicode/post-unicode.sts"] == case.steps.string_to_sign
    assert oracle.parse(suite["positive/post-unicode/post-unicode.req"]).body == case.question.request.body


def test_files_of_a_mistake_are_there_where_it_shows() -> None:
    endings = {path.partition(".")[2] for path in dict(files()) if path.startswith("negative/local-date/")}
    assert endings == {"json", "req", "creq", "sts", "authz", "mistaken.sts", "mistaken.authz", "sreq"}


# --- what is told --------------------------------------------------------------------------------------------------


def test_the_page_tells_how_many_cases_there_are_and_every_option_and_field() -> None:
    told = (FIXTURES.parent / "docs" / "vectors.md").read_text("utf-8")
    assert f"{len(ALL)} cases:" in told
    assert f"done right ({len(POSITIVE)}) and done wrong ({len(NEGATIVE)})" in told
    for option in verify_signer.params:
        assert f"| `{option.opts[-1]}" in told
    rows = "\n".join(line for line in told.splitlines() if line.startswith("| `"))
    fields = json.loads(document())["cases"][0].keys() - {"steps"} | set(STEPS)
    assert [field for field in fields if f"`{field}`" not in rows and f".{field}`" not in rows] == []
