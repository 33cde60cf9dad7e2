"""Accounts: tenants that share a look-up table and nothing else."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ccc_mock import DEFAULT_CREDENTIAL, Clock, Credential, Endpoint
from ccc_mock.accounts import Account, Directory, Grant, TooManyAccounts
from ccc_mock.exchange import NotSupportedByFake
from drafts import EXAMPLE, NOW, TEMPORARY, Draft

THREADS = 32

# --- equal seeds ---------------------------------------------------------------------------------------------------

# What each account is asked, in order: successes, refusals of most stages, and what the fake does not answer.
SCRIPT: list[Callable[[Draft], Draft]] = [
    lambda draft: draft,
    lambda draft: draft.but(secret_key="another-key"),
    lambda draft: draft.with_params({"Callee": None}),
    lambda draft: draft.with_headers({"x-tc-language": "zh-CN"}).with_params({"Calle": ""}),
    lambda draft: draft.with_headers({"x-tc-token": "a-token"}),
    lambda draft: draft.but(body=b""),
    lambda draft: draft.with_headers({"x-tc-timestamp": str(NOW - 301)}),
    lambda draft: draft.with_headers({"x-tc-action": "DescribeCallInMetrics"}).but(params={"SdkAppId": 1}),
    lambda draft: draft.with_params({"Variables": [{"Key": "name", "Value": "未命名"}]}),
    lambda draft: draft.but(method="PUT"),
] * 3


def play(endpoint: Endpoint, grant: Grant) -> list[bytes]:
    """The replies of one account to the script, its clock moving on a second after each."""
    replies = []
    for change in SCRIPT:
        exchange = endpoint.exchange(change(Draft().by(grant.credential)).request())
        replies.append(exchange.reply.body)
        with grant.account.lock:
            grant.account.clock.advance(1)
    return replies


def transcript(endpoint: Endpoint, grant: Grant) -> list[dict[str, Any]]:
    """The journal without what must differ between two accounts of one fake, which is who they are.

    account and sub_account are numbers that the fake gives out once; the SecretId is made at random with its key; the
    Authorization header holds that SecretId and a signature made with that key.  What is known of a signature that does
    not match is left out, too.
    """
    page = grant.account.journal.page()
    entries = [entry.as_json(endpoint.redaction, grant.account.uin) for entry in page.entries]
    for entry in entries:
        assert entry.pop("account") == grant.account.uin
        assert entry.pop("secret_id") == "…" + grant.credential.secret_id[-4:]
        entry["sub_account"] = entry["sub_account"] == grant.sub_account
        # How far a search comes in the time there is depends on what else this machine does.
        entry.pop("diagnosis", None)
        headers = entry["request"]["headers"]
        entry["request"]["headers"] = [line for line in headers if line[0] != "authorization"]
        assert len(entry["request"]["headers"]) == len(headers) - 1
    return entries


@pytest.fixture
def _hasty_threads() -> Iterator[None]:
    """Threads take turns as often as the interpreter lets them."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def play_at_once(endpoint: Endpoint, grants: list[Grant]) -> list[list[bytes]]:
    begin = threading.Barrier(len(grants))

    def run(grant: Grant) -> list[bytes]:
        begin.wait(10)
        return play(endpoint, grant)

    with ThreadPoolExecutor(len(grants)) as pool:
        return list(pool.map(run, grants))


@pytest.mark.usefixtures("_hasty_threads")
def test_thirty_two_accounts_of_one_seed_driven_at_once_have_one_transcript(endpoint: Endpoint) -> None:
    grants = [endpoint.accounts.make(seed=7, clock=Clock(at=NOW)) for _ in range(THREADS)]
    replies = play_at_once(endpoint, grants)
    transcripts = [transcript(endpoint, grant) for grant in grants]
    assert len(replies[0]) == len(transcripts[0]) == len(SCRIPT)
    assert {entry["verdict"] for entry in transcripts[0]} >= {"ok", "not-supported", "AuthFailure.SignatureFailure"}
    assert all(each == replies[0] for each in replies)
    assert all(each == transcripts[0] for each in transcripts)
    assert len(endpoint.accounts.default.journal) == 0


@pytest.mark.usefixtures("_hasty_threads")
def test_accounts_of_different_seeds_share_no_id(endpoint: Endpoint) -> None:
    grants = [endpoint.accounts.make(seed=seed, clock=Clock(at=NOW)) for seed in range(THREADS)]
    play_at_once(endpoint, grants)
    ids = [entry.request_id for grant in grants for entry in grant.account.journal.page().entries]
    assert len(set(ids)) == len(ids) == THREADS * len(SCRIPT)


@pytest.mark.usefixtures("_hasty_threads")
def test_one_account_driven_from_many_threads_numbers_each_exchange_once(endpoint: Endpoint) -> None:
    grant = endpoint.accounts.make(seed=7, clock=Clock(at=NOW))
    play_at_once(endpoint, [grant] * 8)
    entries = grant.account.journal.page(limit=1000).entries
    assert [entry.n for entry in entries] == list(range(1, 8 * len(SCRIPT) + 1))
    assert len({entry.request_id for entry in entries}) == len(entries)


def test_without_a_seed_no_two_accounts_begin_alike(endpoint: Endpoint) -> None:
    assert len({endpoint.accounts.make().account.new_uuid() for _ in range(10)}) == 10


def test_a_seed_makes_the_ids_of_an_endpoint_repeat() -> None:
    one, same, other = (Endpoint(seed=seed, clock=Clock(at=NOW)).handle(Draft().request()) for seed in (3, 3, 4))
    assert one == same
    assert one != other


# --- whose journal -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "draft",
    [Draft(secret_id="AKID-nobody"), Draft(authorization=b"SKIP"), Draft(method="PUT", authorization=b"")],
    ids=["unknown id", "no id", "not even a post"],
)
def test_an_exchange_of_nobody_lands_in_the_default_accounts_journal(endpoint: Endpoint, draft: Draft) -> None:
    other = endpoint.accounts.make().account
    endpoint.exchange(draft.request())
    (entry,) = endpoint.accounts.default.journal.page().entries
    assert entry.secret_id == ("AKID-nobody" if draft.secret_id == "AKID-nobody" else "")
    assert len(other.journal) == 0


def test_an_exchange_lands_in_the_journal_of_the_id_that_it_claims(endpoint: Endpoint) -> None:
    grant = endpoint.accounts.make(clock=Clock(at=NOW))
    endpoint.exchange(Draft(secret_id=grant.credential.secret_id, secret_key="wrong").request())
    (entry,) = grant.account.journal.page().entries
    assert (entry.verdict, entry.sub_account) == ("AuthFailure.SignatureFailure", "")
    assert len(endpoint.accounts.default.journal) == 0


def test_each_account_has_its_own_time(endpoint: Endpoint) -> None:
    grant = endpoint.accounts.make(clock=Clock(at=NOW + 1000))
    draft = Draft().by(grant.credential)
    assert endpoint.exchange(draft.request()).verdict == "AuthFailure.SignatureExpire"
    assert endpoint.exchange(draft.with_headers({"x-tc-timestamp": str(NOW + 1000)}).request()).verdict == "ok"
    assert endpoint.exchange(Draft().request()).verdict == "ok"


def test_credentials_of_one_account_are_sub_accounts_of_their_own(endpoint: Endpoint) -> None:
    first, second = endpoint.accounts.default.grants
    assert first.account is second.account is endpoint.accounts.default
    assert len({endpoint.accounts.default.uin, first.sub_account, second.sub_account}) == 3


# --- reset and removal ---------------------------------------------------------------------------------------------


def test_a_reset_account_answers_as_it_did_at_first(endpoint: Endpoint) -> None:
    account = endpoint.accounts.default
    before = endpoint.handle(Draft().request())
    account.clock.advance(1000)
    account.reset()
    assert len(account.journal) == 0
    assert endpoint.handle(Draft().request()) == before
    assert [entry.n for entry in account.journal.page().entries] == [2]


def test_a_reset_leaves_other_accounts_alone(endpoint: Endpoint) -> None:
    grant = endpoint.accounts.make(clock=Clock(at=NOW))
    endpoint.handle(Draft().by(grant.credential).request())
    endpoint.accounts.default.reset()
    assert len(grant.account.journal) == 1


def test_a_reset_keeps_credentials(endpoint: Endpoint) -> None:
    endpoint.accounts.default.reset()
    draft = Draft().by(TEMPORARY).with_headers({"x-tc-token": TEMPORARY.token or ""})
    assert endpoint.exchange(draft.request()).verdict == "ok"


def test_a_removed_account_is_known_no_more(endpoint: Endpoint) -> None:
    grant = endpoint.accounts.make(clock=Clock(at=NOW))
    endpoint.accounts.remove(grant.account)
    assert endpoint.accounts.account(grant.account.uin) is None
    assert endpoint.accounts.grant(grant.credential.secret_id) is None
    assert grant.account not in list(endpoint.accounts)
    assert endpoint.exchange(Draft().by(grant.credential).request()).verdict == "AuthFailure.SecretIdNotFound"


def test_an_account_is_removed_with_all_its_credentials(endpoint: Endpoint) -> None:
    grant = endpoint.accounts.make()
    endpoint.accounts.add(grant.account, Credential("another-id", "key"))
    endpoint.accounts.remove(grant.account)
    assert endpoint.accounts.grant("another-id") is None


def test_removing_twice_changes_nothing(endpoint: Endpoint) -> None:
    account = endpoint.accounts.make().account
    endpoint.accounts.remove(account)
    endpoint.accounts.remove(account)
    assert list(endpoint.accounts) == [endpoint.accounts.default]


def test_the_default_account_stays(endpoint: Endpoint) -> None:
    with pytest.raises(ValueError, match="the default account cannot be removed"):
        endpoint.accounts.remove(endpoint.accounts.default)
    assert endpoint.exchange(Draft().request()).verdict == "ok"


# --- the directory -------------------------------------------------------------------------------------------------


def test_the_number_of_accounts_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Directory, "MAX_ACCOUNTS", 3)
    accounts = Endpoint().accounts
    grants = [accounts.make(), accounts.make()]
    with pytest.raises(TooManyAccounts, match="3 accounts exist; remove those that are done with"):
        accounts.make()
    accounts.remove(grants[0].account)
    assert accounts.make().account in list(accounts)


def test_no_number_is_given_out_twice() -> None:
    accounts = Endpoint().accounts
    numbers = [accounts.default.uin, accounts.default.grants[0].sub_account]
    for _ in range(20):
        grant = accounts.make()
        numbers += [grant.account.uin, grant.sub_account]
        accounts.remove(grant.account)
    assert len(set(numbers)) == len(numbers)


def test_a_secret_id_belongs_to_one_account() -> None:
    with pytest.raises(ValueError, match=r"^the SecretId …y-id is given twice$"):
        Endpoint(credentials=[Credential("canary-id", "canary-key"), Credential("canary-id", "canary-two")])


def test_made_credentials_are_permanent_and_of_no_real_form() -> None:
    credential = Endpoint().accounts.make().credential
    assert credential.token is None
    assert credential.secret_id.startswith("AKID-ccc-mock-")
    assert DEFAULT_CREDENTIAL.secret_id.startswith("AKID-ccc-mock-")


def test_few_derived_keys_are_kept() -> None:
    grant = Grant(Account("1"), "2", DEFAULT_CREDENTIAL)
    keys = [grant.signing_key("2026-11-22", f"service-{n}") for n in range(100)]
    assert len({key.key for key in keys}) == 100
    assert len(grant._keys) <= 16
    assert grant.signing_key("2026-11-22", "service-99") is keys[99]


# --- credentials ---------------------------------------------------------------------------------------------------

PARSED = {
    "id:key": Credential("id", "key"),
    " id:key\n": Credential("id", "key"),
    "id:key:token": Credential("id", "key", "token"),
    "id:key:to:ken": Credential("id", "key", "to:ken"),
    "编号:密钥": Credential("编号", "密钥"),
}


@pytest.mark.parametrize("text", PARSED)
def test_a_credential_is_read_from_text(text: str) -> None:
    assert Credential.parse(text) == PARSED[text]


UNREADABLE = {
    "": "got 0 characters",
    "canary": "got 6 characters without ':'",
    ":": "expected a SecretId that is not empty",
    ":canary": "expected a SecretId that is not empty",
    "id:": "expected a SecretKey that is not empty",
    "canary-id::canary": "expected a SecretKey that is not empty",
    "canary :key": "SecretId that is not empty and has no blanks",
    "id: canary": "SecretKey that is not empty and has no blanks",
    "id:canary # prod": "SecretKey that is not empty and has no blanks",
    "canary id:canary": "SecretId that is not empty and has no blanks",
    "canary/id:canary": "expected a SecretId without commas and slashes",
    "canary,id:canary": "expected a SecretId without commas and slashes",
    "canary\tid:canary": "SecretId that is not empty and has no blanks",
    "canary:canary:": "expected a token that is not empty",
    "canary:canary: ": "expected a token that is not empty",
}


@pytest.mark.parametrize("text", UNREADABLE, ids=ascii)
def test_what_is_no_credential_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(ValueError, match=r"^expected ") as caught:
        Credential.parse(text)
    assert UNREADABLE[text] in str(caught.value)
    assert "canary" not in str(caught.value)


def test_no_repr_shows_a_secret() -> None:
    credential = Credential("AKID-canary-id-0001", "canary-key", "canary-token")
    endpoint = Endpoint(credentials=[credential], clock=Clock(at=NOW))
    (grant,) = endpoint.accounts.default.grants
    grant.signing_key("2026-11-22", "ccc")
    shown = " ".join(map(repr, (credential, grant, grant.account, endpoint, endpoint.accounts)))
    assert "canary" not in shown
    assert "<Credential …0001 temporary>" in shown


@pytest.mark.parametrize("secret_id", ["a", "12345678"])
def test_a_short_secret_id_shows_nothing_of_itself(secret_id: str) -> None:
    assert repr(Credential(secret_id, "key")) == "<Credential …>"


def test_an_answer_that_the_fake_lacks_is_in_the_callers_journal(endpoint: Endpoint) -> None:
    grant = endpoint.accounts.make(clock=Clock(at=NOW))
    draft = Draft(params={"SdkAppId": 1}).by(grant.credential).with_headers({"x-tc-action": "DescribeCallInMetrics"})
    with pytest.raises(NotSupportedByFake):
        endpoint.handle(draft.request())
    (entry,) = grant.account.journal.page().entries
    assert entry.sub_account == grant.sub_account


def test_a_transcript_is_json(endpoint: Endpoint) -> None:
    endpoint.handle(Draft().request())
    (entry,) = endpoint.accounts.default.journal.page().entries
    form = entry.as_json(endpoint.redaction, endpoint.accounts.default.uin)
    assert json.loads(json.dumps(form)) == form
    assert form["params"] == EXAMPLE
