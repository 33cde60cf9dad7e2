"""STS beside the service: temporary keys, for whoever asks well, in the account that asked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from answers import EXPIRED, INVALID, NOT_FOUND, SIGNATURE, TOKEN, refused
from ccc_contract.conform import violations
from ccc_contract.envelope import decode
from ccc_mock import DEFAULT_CREDENTIAL, Clock, Credential, Endpoint, NotSupportedByFake
from ccc_mock.accounts import Directory
from ccc_mock.auth import AUTHS, Auth
from ccc_mock.sts import API, DURATIONS, ELSEWHERE, UNSIGNED, stages
from drafts import NOW, TEMPORARY, Draft, with_authorization
from older import SHA256, OlderDraft

HOST = "sts.tencentcloudapi.com"
VERSION = "2018-08-13"
PARAMETER = "InvalidParameter"
ROLE = {"RoleArn": "qcs::cam::uin/100015158414:roleName/readOnlyRole", "RoleSessionName": "cts"}
WEB = {"ProviderId": "OIDC", "WebIdentityToken": "canary-web-token", **ROLE}
FEDERATION = {"Name": "bob", "Policy": "%7B%7D"}
ASKED: Mapping[str, Mapping[str, Any]] = {
    "AssumeRole": ROLE,
    "AssumeRoleWithWebIdentity": WEB,
    "GetFederationToken": FEDERATION,
}


def draft(action: str = "AssumeRole", host: str = HOST, **params: Any) -> Draft:
    """A request to STS by the default credential."""
    asked = Draft(host=host, service="sts", params={**ASKED.get(action, {}), **params})
    return asked.with_headers({"x-tc-action": action, "x-tc-version": VERSION})


def keys(endpoint: Endpoint, asked: Draft) -> Credential:
    result, _ = decode(endpoint.handle(asked.request()).body)
    given = result["Credentials"]
    assert sorted(given) == ["TmpSecretId", "TmpSecretKey", "Token"]
    return Credential(given["TmpSecretId"], given["TmpSecretKey"], given["Token"])


def call(endpoint: Endpoint, credential: Credential) -> str:
    """The verdict of a call to the service with that credential."""
    signed = Draft().by(credential).with_headers({"x-tc-token": credential.token or ""})
    stamp = str(int(endpoint.accounts.default.clock.signing()))
    return endpoint.exchange(signed.with_headers({"x-tc-timestamp": stamp}).request()).verdict


@pytest.mark.parametrize("action", ASKED)
def test_what_sts_gives_opens_the_service(endpoint: Endpoint, action: str) -> None:
    credential = keys(endpoint, draft(action))
    assert call(endpoint, credential) == "ok"
    assert endpoint.journal()[-1]["verified"] is True
    assert call(endpoint, Credential(credential.secret_id, credential.secret_key, "another")) == TOKEN


@pytest.mark.parametrize("action", ASKED)
def test_the_answer_has_the_documented_shape(endpoint: Endpoint, action: str) -> None:
    result, request_id = decode(endpoint.handle(draft(action, DurationSeconds=900).request()).body)
    assert violations(API, API.actions[action].output, result) == []
    assert list(result) == ["Credentials", "ExpiredTime", "Expiration"]
    assert (result["ExpiredTime"], result["Expiration"]) == (NOW + 900, "2026-11-22T05:31:53Z")
    assert endpoint.journal()[-1]["request_id"] == request_id


@pytest.mark.parametrize("action", ASKED)
def test_a_credential_ends_by_the_accounts_clock(endpoint: Endpoint, action: str) -> None:
    usual, _ = DURATIONS[action]
    credential, clock = keys(endpoint, draft(action)), endpoint.accounts.default.clock
    clock.advance(usual - 1)
    assert call(endpoint, credential) == "ok"
    clock.advance(1)
    assert call(endpoint, credential) == TOKEN


def test_a_credential_is_of_the_account_that_asked_and_a_sub_account_of_its_own(endpoint: Endpoint) -> None:
    grant = endpoint.accounts.make(clock=Clock(at=NOW))
    credential = keys(endpoint, draft().by(grant.credential))
    minted = endpoint.accounts.grant(credential.secret_id)
    assert minted is not None
    assert minted.account is grant.account
    assert minted.sub_account not in (grant.sub_account, grant.account.uin)
    assert call(endpoint, credential) == "ok"
    assert len(endpoint.accounts.default.journal) == 0


def test_a_temporary_credential_can_ask_with_its_token(endpoint: Endpoint) -> None:
    asked = draft().by(TEMPORARY)
    assert endpoint.exchange(asked.request()).verdict == TOKEN
    assert call(endpoint, keys(endpoint, asked.with_headers({"x-tc-token": TEMPORARY.token or ""}))) == "ok"


def test_each_time_another_credential_is_given(endpoint: Endpoint) -> None:
    assert len({keys(endpoint, draft()).secret_id for _ in range(5)}) == 5


def test_an_older_signature_is_taken_as_well(endpoint: Endpoint) -> None:
    asked = OlderDraft(host=HOST, params=ROLE, signature_method=SHA256)
    asked = asked.with_common(Action="AssumeRole", Version=VERSION)
    assert endpoint.exchange(asked.request()).verdict == "ok"


@pytest.mark.parametrize("host", ["127.0.0.1:8679", "sts.localhost:8679", "sts.ap-guangzhou.tencentcloudapi.com"])
def test_sts_answers_under_other_names_too(endpoint: Endpoint, host: str) -> None:
    assert call(endpoint, keys(endpoint, draft(host=host))) == "ok"


# --- who asks ------------------------------------------------------------------------------------------------------

JUDGED: dict[str, tuple[Draft, str, str, str]] = {
    "well signed": (draft(), "ok", "ok", "ok"),
    "another key": (draft().but(secret_key="wrong"), SIGNATURE, SIGNATURE, "ok"),
    "unknown": (draft().but(secret_id="AKID-nobody"), NOT_FOUND, "ok", "ok"),
    "expired": (draft().with_headers({"x-tc-timestamp": str(NOW - 301)}), EXPIRED, EXPIRED, "ok"),
    "scope of the service": (draft().but(service="ccc"), INVALID, INVALID, "ok"),
    "SKIP": (draft().but(authorization=b"SKIP"), INVALID, INVALID, "ok"),
    "web identity, SKIP": (draft("AssumeRoleWithWebIdentity").but(authorization=b"SKIP"), "ok", "ok", "ok"),
    "web identity, at any time": (
        draft("AssumeRoleWithWebIdentity").but(authorization=b"SKIP").with_headers({"x-tc-timestamp": "1"}),
        "ok", "ok", "ok"),
}  # fmt: skip


@pytest.mark.parametrize("auth", AUTHS)
@pytest.mark.parametrize("name", JUDGED)
def test_who_asks_sts_is_judged_as_by_the_service(name: str, auth: Auth) -> None:
    asked, *verdicts = JUDGED[name]
    endpoint = Endpoint(clock=Clock(at=NOW), auth=auth)
    assert endpoint.exchange(asked.request()).verdict == dict(zip(AUTHS, verdicts, strict=True))[auth]
    assert endpoint.journal()[0]["verified"] is (name == "well signed" and auth != "off")


def test_the_journal_says_how_to_let_an_unknown_secret_id_in_here_too() -> None:
    endpoint = Endpoint(clock=Clock(at=NOW), cure="my-line")
    endpoint.handle(draft().but(secret_id="AKID-nobody-9999").request())
    assert "…9999; let it in with my-line" in endpoint.journal()[0]["hint"]


def test_what_is_asked_without_a_signature_needs_no_authorization_header(endpoint: Endpoint) -> None:
    assert endpoint.exchange(draft("AssumeRoleWithWebIdentity").unsigned_request()).verdict == "ok"
    assert endpoint.exchange(draft().unsigned_request()).verdict == "MissingParameter"
    assert frozenset({"AssumeRoleWithWebIdentity"}) == UNSIGNED


def test_what_nobody_signed_is_the_default_accounts(endpoint: Endpoint) -> None:
    credential = keys(endpoint, draft("AssumeRoleWithWebIdentity").but(authorization=b"SKIP"))
    minted = endpoint.accounts.grant(credential.secret_id)
    assert minted is not None
    assert minted.account is endpoint.accounts.default


def test_nobody_gets_keys_of_an_account_by_naming_its_secret_id(endpoint: Endpoint) -> None:
    grant = endpoint.accounts.make(clock=Clock(at=NOW))
    asked = draft("AssumeRoleWithWebIdentity").but(secret_id=grant.credential.secret_id, secret_key="wrong")
    minted = endpoint.accounts.grant(keys(endpoint, asked).secret_id)
    assert minted is not None
    assert minted.account is endpoint.accounts.default
    assert len(grant.account.journal) == 0


def test_where_any_secret_id_is_accepted_what_was_minted_is_verified() -> None:
    endpoint = Endpoint(clock=Clock(at=NOW), auth="any")
    credential = keys(endpoint, draft().but(secret_id="AKID-nobody", secret_key="whatever"))
    assert call(endpoint, credential) == "ok"
    assert endpoint.journal()[-1]["verified"] is True
    assert call(endpoint, Credential(credential.secret_id, "another-key", credential.token)) == SIGNATURE


# --- what is asked -------------------------------------------------------------------------------------------------

REFUSED: dict[str, tuple[Draft, str]] = {
    "no role": (draft().without_param("RoleArn"), "MissingParameter"),
    "no session": (draft().without_param("RoleSessionName"), "MissingParameter"),
    "no policy": (draft("GetFederationToken").without_param("Policy"), "MissingParameter"),
    "unknown": (draft(Roll="x"), "UnknownParameter"),
    "text for a number": (draft(DurationSeconds="900"), PARAMETER),
    "negative": (draft("AssumeRoleWithWebIdentity", DurationSeconds=-1), "InvalidParameter.ParamError"),
    "zero": (draft(DurationSeconds=0), "InvalidParameter.ParamError"),
    "too long": (draft(DurationSeconds=43_201), "InvalidParameter.OverTimeError"),
    "too long a federation": (draft("GetFederationToken", DurationSeconds=129_601), "InvalidParameter.OverTimeError"),
    "no arn": (draft(RoleArn="my-role"), "InvalidParameter.ParamError"),
    "short session": (draft(RoleSessionName="c"), "InvalidParameter.ParamError"),
    "blank in the session": (draft(RoleSessionName="c s"), "InvalidParameter.ParamError"),
    "long session": (draft(RoleSessionName="c" * 129), "InvalidParameter.ParamError"),
    "no JSON": (draft().but(body=b"{"), PARAMETER),
    "no body": (draft().but(body=b""), PARAMETER),
    "another version": (draft().with_headers({"x-tc-version": "2020-02-10"}), "NoSuchVersion"),
    "an action of the service": (draft().with_headers({"x-tc-action": "CreateAIAgentCall"}), "InvalidAction"),
    "another method": (draft().but(method="PUT"), "UnsupportedProtocol"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_asked_wrongly_is_refused_and_nothing_is_minted(endpoint: Endpoint, name: str) -> None:
    asked, code = REFUSED[name]
    error = refused(endpoint, asked.request())
    assert error.code == code
    assert error.message
    assert len(endpoint.accounts.default.minted) == 0


@pytest.mark.parametrize("action", DURATIONS)
def test_the_longest_duration_is_allowed(endpoint: Endpoint, action: str) -> None:
    _, longest = DURATIONS[action]
    assert endpoint.exchange(draft(action, DurationSeconds=longest).request()).verdict == "ok"


@pytest.mark.parametrize("language", ["en-US", "zh-CN"])
def test_a_refusal_speaks_the_clients_language(endpoint: Endpoint, language: str) -> None:
    asked = draft(DurationSeconds=43_201).with_headers({"x-tc-language": language})
    assert ("上限" in refused(endpoint, asked.request()).message) is (language == "zh-CN")


@pytest.mark.parametrize("action", sorted(ELSEWHERE))
def test_what_the_fakes_sts_lacks_is_no_refusal(endpoint: Endpoint, action: str) -> None:
    with pytest.raises(NotSupportedByFake, match=f"of STS only AssumeRole, .*; {action} is not one of them"):
        endpoint.handle(draft(action).request())


def test_sts_has_only_actions_that_answer() -> None:
    assert set(API.actions) == set(DURATIONS) == set(ASKED)


def test_no_check_of_sts_has_the_name_of_another(endpoint: Endpoint) -> None:
    names = [check.name for stage in stages(endpoint.accounts) for check in stage.checks]
    assert len(set(names)) == len(names)


# --- what is kept --------------------------------------------------------------------------------------------------


def test_the_number_of_credentials_is_bounded_and_the_oldest_goes(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Directory, "MAX_MINTED", 2)
    first, second, third = (keys(endpoint, draft()) for _ in range(3))
    assert [call(endpoint, each) for each in (first, second, third)] == [NOT_FOUND, "ok", "ok"]
    assert call(endpoint, DEFAULT_CREDENTIAL) == "ok"
    assert len(endpoint.accounts.default.grants) == 4


def test_an_account_is_removed_with_what_was_minted_for_it(endpoint: Endpoint) -> None:
    grant = endpoint.accounts.make(clock=Clock(at=NOW))
    credential = keys(endpoint, draft().by(grant.credential))
    endpoint.accounts.remove(grant.account)
    assert endpoint.accounts.grant(credential.secret_id) is None


def test_the_journal_has_the_exchange_and_no_key(endpoint: Endpoint) -> None:
    credential = keys(endpoint, draft("AssumeRoleWithWebIdentity", RoleSessionName="my-session"))
    (entry,) = endpoint.journal()
    assert (entry["action"], entry["verdict"], entry["stage"]) == ("AssumeRoleWithWebIdentity", "ok", "execute")
    assert entry["params"]["RoleSessionName"] == "my-session"
    told = json.dumps(entry)
    assert not [text for text in (credential.secret_key, credential.token or "", "canary-web-token") if text in told]


def test_nothing_that_is_planned_for_the_service_happens_to_sts(endpoint: Endpoint) -> None:
    endpoint.plan("action=*: InternalError")
    assert endpoint.exchange(draft().request()).verdict == "ok"
    assert endpoint.exchange(Draft().request()).verdict == "InternalError"


def test_what_sts_answers_is_no_call_that_was_placed(endpoint: Endpoint) -> None:
    keys(endpoint, draft())
    assert endpoint.accounts.default.ledger.count == 0


HOSTILE = {
    "deep": draft().but(body=b'{"Tags":' + b"[" * 50_000 + b"]" * 50_000 + b"}"),
    "a million roles": draft(RoleArn="qcs::cam::uin/" + "1" * 1_000_000),
    "a line feed in the role": draft(RoleArn="qcs::cam::uin/1:roleName/a\nb"),
    "a whole number beyond all bounds": draft().but(body=json.dumps({**ROLE, "DurationSeconds": 10**400}).encode()),
    "half a pair": draft().but(body=b'{"RoleArn": "\\ud800", "RoleSessionName": "\\udfff"}'),
    "many tags": draft(Tags=[{"Key": "a"}] * 5000),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_whatever_comes_is_answered(endpoint: Endpoint, name: str) -> None:
    reply = endpoint.handle(HOSTILE[name].request())
    assert json.loads(reply.body)["Response"]["RequestId"]
    assert json.dumps(endpoint.journal())


def test_a_client_that_signs_what_needs_no_signature_is_not_judged_by_it(endpoint: Endpoint) -> None:
    request = with_authorization(draft("AssumeRoleWithWebIdentity").unsigned_request(), b"\xff")
    assert endpoint.exchange(request).verdict == "ok"
