"""Tests in tasks, in threads, in many processes and in any order have their own fake, and nobody else's."""

from __future__ import annotations

import pytest

from projects import Run

pytest_plugins = ["pytester"]

ASYNC_CALLING = """
    from tencentcloud.ccc.v20200210 import ccc_client_async
    from tencentcloud.common.credential import Credential
    from calling import a_call

    async def dial(account):
        credential = Credential(account.secret_id, account.secret_key)
        async with ccc_client_async.CccClient(credential, "") as client:
            return await client.CreateAIAgentCall(a_call())
"""


@pytest.mark.parametrize("scope", ["function", "session"])
def test_asyncio_with_pytest_asyncio(scope: str, project: pytest.Pytester, run: Run) -> None:
    project.makepyfile(calling_async=ASYNC_CALLING)
    project.makeini(
        "[pytest]\nasyncio_mode = auto\n"
        f"asyncio_default_fixture_loop_scope = {scope}\nasyncio_default_test_loop_scope = {scope}\n"
    )
    project.makepyfile(
        """
        import asyncio
        import pytest
        import calling
        from calling_async import dial

        @pytest.mark.parametrize("n", range(3))
        async def test_the_asynchronous_sdk(ccc, n):
            await asyncio.gather(dial(ccc), dial(ccc))
            assert len(ccc.calls) == 2

        @pytest.mark.parametrize("n", range(2))
        async def test_threads_of_a_loop(ccc, n):
            await asyncio.gather(*(asyncio.to_thread(calling.dial, ccc) for _ in range(3)))
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(None, calling.dial, ccc)
            assert len(ccc.calls) == 4

        @pytest.mark.ccc(auth="any")
        @pytest.mark.parametrize("n", range(2))
        async def test_a_stranger(ccc, n):
            class Stranger: secret_id, secret_key = "somebody", "something"
            await dial(Stranger)
            assert len(ccc.calls) == 1

        @pytest.mark.ccc(plan="RequestLimitExceeded, ok", at=1795324613)
        async def test_virtual_time(ccc):
            with ccc.virtual_time():
                with pytest.raises(Exception, match="RequestLimitExceeded"):
                    await dial(ccc)
                await asyncio.sleep(60)
                await dial(ccc)
            assert ccc.calls[1].at - ccc.calls[0].at == 60
        """
    )
    run(plugins=("asyncio",)).assert_outcomes(passed=8)


def test_anyio_on_both_backends(project: pytest.Pytester, run: Run) -> None:
    project.makepyfile(
        """
        import anyio
        import httpx
        import pytest
        import calling

        pytestmark = pytest.mark.anyio

        @pytest.mark.ccc(at=1795324613)
        async def test_it(ccc):
            async with anyio.create_task_group() as group:
                for _ in range(3):
                    group.start_soon(anyio.to_thread.run_sync, calling.dial, ccc)
            async with httpx.AsyncClient() as client:
                answer = await client.post("https://ccc.tencentcloudapi.com/")
            assert answer.json()["Response"]["Error"]["Code"] == "MissingParameter"
            assert len(ccc.calls) == 4
            with ccc.virtual_time():
                await anyio.sleep(3600)
            assert ccc.clock.world() == 1795324613 + 3600
        """
    )
    run(plugins=("anyio",)).assert_outcomes(passed=2)


def test_trio_with_pytest_trio(project: pytest.Pytester, run: Run) -> None:
    project.makepyfile(
        """
        import httpx
        import pytest
        import trio
        import calling

        @pytest.mark.trio
        @pytest.mark.parametrize("n", range(2))
        async def test_it(ccc, n):
            async with httpx.AsyncClient() as client, trio.open_nursery() as nursery:
                for _ in range(3):
                    nursery.start_soon(client.post, "https://ccc.tencentcloudapi.com/")
            await trio.to_thread.run_sync(calling.dial, ccc)
            assert len(ccc.calls) == 4
        """
    )
    run(plugins=("trio",)).assert_outcomes(passed=2)


def test_threads_and_one_that_outlives_its_test(project: pytest.Pytester, run: Run) -> None:
    project.makepyfile(
        """
        import threading
        from concurrent.futures import ThreadPoolExecutor
        import pytest
        import ccc_mock
        from calling import client_of, dial, a_call

        def test_an_executor(ccc):
            with ThreadPoolExecutor(4) as pool:
                list(pool.map(lambda _: dial(ccc), range(20)))
            assert len(ccc.calls) == 20

        GO, RAISED = threading.Event(), []

        def outlive(client):
            GO.wait(20)
            try:
                client.CreateAIAgentCall(a_call())
            except BaseException as error:
                RAISED.append(error)

        def test_one_begins(ccc):
            ccc.thread = threading.Thread(target=outlive, args=(client_of(ccc),))
            ccc.thread.start()
            globals()["THREAD"] = ccc.thread

        @pytest.mark.ccc(allow="stopped")
        def test_and_is_refused_in_the_next(ccc):
            GO.set()
            THREAD.join(20)
            assert type(RAISED[0]) is ccc_mock.NoFake
            assert "fake that has ended" in str(RAISED[0])
            assert ccc.calls == []
        """
    )
    run().assert_outcomes(passed=3)


MANY = """
    import pytest
    from calling import a_call, dial, over_a_socket

    @pytest.mark.parametrize("n", range(12))
    def test_in_process(ccc, n):
        for _ in range(3):
            dial(ccc)
        assert [call.n for call in ccc.calls] == [1, 2, 3]

    @pytest.mark.parametrize("n", range(12))
    def test_over_a_socket(ccc_server, n):
        for _ in range(3):
            over_a_socket(ccc_server).CreateAIAgentCall(a_call())
        assert [call.n for call in ccc_server.calls] == [1, 2, 3]
"""


def test_two_workers_of_xdist_in_random_order(project: pytest.Pytester, run: Run) -> None:
    project.makepyfile(MANY)
    run("-n", "2", plugins=("xdist", "randomly")).assert_outcomes(passed=24)


def test_a_test_that_is_run_again_begins_anew(project: pytest.Pytester, run: Run) -> None:
    project.makeconftest(
        """
        import pytest
        from _pytest.runner import runtestprotocol

        def pytest_runtest_protocol(item, nextitem):  # as plugins do that run a flaky test once more
            runtestprotocol(item, nextitem=nextitem, log=False)
            item._initrequest()
            return None
        """
    )
    project.makepyfile(
        """
        import pytest
        from calling import dial

        RUNS = []

        @pytest.mark.ccc(plan="ok")
        def test_it(ccc):
            RUNS.append(1)
            assert len(RUNS) == 2
            dial(ccc)
        """
    )
    run().assert_outcomes(passed=1)


def test_subtests_are_explained_too(project: pytest.Pytester, run: Run) -> None:
    project.makepyfile(
        """
        def test_it(ccc, subtests):
            with subtests.test("first"):
                assert False
            with subtests.test("second"):
                pass
        """
    )
    result = run()
    assert result.ret == 1
    result.stdout.fnmatch_lines(["the fake of `ccc`: no call has come"])
    assert "INTERNALERROR" not in result.stdout.str()


def test_a_unittest_case_takes_it_as_pytest_lets_it(project: pytest.Pytester, run: Run) -> None:
    project.makepyfile(
        """
        import unittest
        import pytest
        from calling import dial

        class TestIt(unittest.TestCase):
            @pytest.fixture(autouse=True)
            def _ccc(self, ccc):
                self.ccc = ccc

            @pytest.mark.ccc(plan="ok")
            def test_consumed(self):
                dial(self.ccc)

            @pytest.mark.ccc(plan="InternalError")
            def test_unconsumed(self): pass
        """
    )
    run().assert_outcomes(passed=2, errors=1)
