"""What is read off the journals of a test, and that nothing is read twice or forgotten."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

import ccc_mock
from ccc_contract import Request
from ccc_mock.journal import Journal
from ccc_mock.testing.collecting import Collector

DIAL = "CreateAIAgentCall"


def call(fake: ccc_mock.Fake, action: str = DIAL, secret_id: str | None = None) -> None:
    """A call that is refused: nobody signed it."""
    headers = {"x-tc-action": action, "x-tc-version": "2020-02-10", "x-tc-timestamp": "1"}
    if secret_id:
        signed = f"TC3-HMAC-SHA256 Credential={secret_id}/2026-11-22/ccc/tc3_request, SignedHeaders=host, Signature=0"
        headers["authorization"] = signed
    fake.endpoint.exchange(Request.post("ccc.tencentcloudapi.com", headers, "{}"))


@pytest.fixture
def collector() -> Iterator[Collector]:
    made = Collector()
    made.begin()
    yield made
    made.end()


@pytest.fixture
def item() -> Any:
    """A test without fixtures of ours."""
    return SimpleNamespace(stash=pytest.Stash())


def test_a_journal_is_read_once(collector: Collector, item: Any) -> None:
    with ccc_mock.fake() as fake:
        call(fake)
        assert collector.collected(item).calls == Counter({DIAL: 1})
        assert collector.collected(item).is_empty
        call(fake)
    assert collector.collected(item).calls == Counter({DIAL: 1})
    assert collector.collected(item).is_empty


def test_a_call_that_was_refused_before_its_action_was_read_has_one(collector: Collector, item: Any) -> None:
    with ccc_mock.fake() as fake:
        call(fake)
        (entry,) = fake.account.journal.page().entries
        assert entry.action == ""
    assert list(collector.collected(item).met[DIAL]) == ["MissingParameter"]


def test_what_a_reset_took_away_is_counted(collector: Collector, item: Any) -> None:
    with ccc_mock.fake() as fake:
        call(fake)
        call(fake)
        fake.account.reset()
        call(fake)
    met = collector.collected(item)
    assert (met.calls[DIAL], met.unread) == (1, 2)


def test_what_a_journal_dropped_is_counted(collector: Collector, item: Any) -> None:
    with ccc_mock.fake() as fake:
        for _ in range(Journal.MAX_ENTRIES + 5):
            call(fake)
    met = collector.collected(item)
    assert (met.calls[DIAL], met.unread) == (Journal.MAX_ENTRIES, 5)


def test_every_account_of_a_fake_is_read(collector: Collector, item: Any) -> None:
    with ccc_mock.fake() as fake:
        other = fake.endpoint.accounts.make()
        call(fake)
        call(fake, secret_id=other.credential.secret_id)
        assert len(other.account.journal) == 1
    assert collector.collected(item).calls == Counter({DIAL: 2})


def test_fakes_that_end_in_other_threads_are_read(collector: Collector, item: Any) -> None:
    def work() -> None:
        for _ in range(20):
            with ccc_mock.fake() as fake:
                call(fake)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert collector.collected(item).calls == Counter({DIAL: 80})


def test_strangers_actions_are_counted_together(collector: Collector, item: Any) -> None:
    with ccc_mock.fake() as fake:
        for n in range(30):
            call(fake, f"Made{n}Up")
    met = collector.collected(item)
    assert met.calls == Counter({"(no action of the service)": 30})
    assert set(met.met) == {"(no action of the service)"}


def test_what_the_fake_has_no_answer_to_is_no_call(collector: Collector, item: Any) -> None:
    headers = {"x-tc-action": "DescribeCallInMetrics", "content-type": "application/json"}
    request = Request.post("ccc.tencentcloudapi.com", headers, '{"SdkAppId": 1}')
    with ccc_mock.fake(auth="off") as fake, pytest.raises(ccc_mock.NotSupportedByFake):
        fake.endpoint.handle(request)
    assert collector.collected(item).is_empty


def test_nobody_is_left_looking() -> None:
    from ccc_mock.faking import at_the_end

    before = list(at_the_end)
    collector = Collector()
    collector.begin()
    assert len(at_the_end) == len(before) + 1
    collector.end()
    assert at_the_end == before
