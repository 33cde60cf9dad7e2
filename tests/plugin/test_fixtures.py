"""The fixtures of the plugin, in pytest runs of their own."""

from __future__ import annotations

import pytest

from projects import Run

pytest_plugins = ["pytester"]


def test_unchanged_code_meets_a_fake_of_its_own_in_each_test(project: pytest.Pytester, run: Run) -> None:
    project.makepyfile(
        """
        import os
        import pytest
        from tencentcloud.common.credential import EnvironmentVariableCredential
        from calling import client_of, dial, a_call
        from tencentcloud.ccc.v20200210.ccc_client import CccClient

        SEEN = []

        def test_nothing_to_set_up(ccc):
            dial(ccc)
            (call,) = ccc.calls
            assert (call.action, call.params["Callee"], call.ok) == ("CreateAIAgentCall", "008613800000000", True)
            SEEN.append(ccc.secret_id)

        def test_another_account(ccc):
            assert ccc.calls == []
            assert ccc.secret_id not in SEEN

        def test_the_environment_has_the_credential(ccc, ccc_credentials):
            assert ccc_credentials is ccc.credential
            found = EnvironmentVariableCredential().get_credential()
            CccClient(found, "").CreateAIAgentCall(a_call())
            assert len(ccc.calls) == 1

        def test_and_has_it_no_more(ccc):
            assert "TENCENTCLOUD_SECRET_ID" not in os.environ

        def test_the_credential_alone_is_enough(ccc_credentials):
            CccClient(EnvironmentVariableCredential().get_credential(), "").CreateAIAgentCall(a_call())

        @pytest.mark.ccc(plan="InternalError, ok")
        def test_an_error_once(ccc):
            with pytest.raises(Exception, match="InternalError"):
                dial(ccc)
            dial(ccc)

        def test_a_fake_that_raised_is_gone_too():
            from requests.adapters import HTTPAdapter
            assert HTTPAdapter.send.__module__ == "requests.adapters"
        """
    )
    run().assert_outcomes(passed=7)


def test_a_socket_is_opened_once_and_has_a_fresh_account_for_each_test(project: pytest.Pytester, run: Run) -> None:
    project.makepyfile(
        """
        import threading
        import pytest
        from calling import over_a_socket, a_call

        HOSTS = set()

        def served():
            return [thread.name for thread in threading.enumerate() if thread.name.startswith("ccc-mock http")]

        def test_none_before_it_is_wanted():
            assert served() == []

        def test_first(ccc_server):
            over_a_socket(ccc_server).CreateAIAgentCall(a_call())
            assert [entry["n"] for entry in ccc_server.journal()] == [1]
            assert len(served()) == 1
            HOSTS.add(ccc_server.host)

        def test_second(ccc_server):
            assert ccc_server.calls == []
            ccc_server.clock.set_skew(600)
            with pytest.raises(Exception, match="SignatureExpire"):
                over_a_socket(ccc_server).CreateAIAgentCall(a_call())
            assert len(served()) == 1
            assert HOSTS == {ccc_server.host}

        def test_third(ccc_server):
            over_a_socket(ccc_server).CreateAIAgentCall(a_call())
        """
    )
    run().assert_outcomes(passed=4)


def test_the_socket_and_the_process_have_fakes_of_their_own_in_one_test(project: pytest.Pytester, run: Run) -> None:
    project.makepyfile(
        """
        import pytest
        import ccc_mock
        from calling import over_a_socket, client_of, a_call, dial

        def test_both(ccc, ccc_server, ccc_credentials):
            over_a_socket(ccc_server).CreateAIAgentCall(a_call())
            dial(ccc)
            dial(ccc)
            assert (len(ccc.calls), len(ccc_server.calls)) == (2, 1)
            assert ccc_credentials is ccc.credential

        @pytest.mark.ccc(allow="stopped")
        def test_beside_the_socket_the_real_service_is_not_reached(ccc_server):
            with pytest.raises(ccc_mock.NoFake):
                dial(ccc_server)
        """
    )
    run().assert_outcomes(passed=2)


def test_what_comes_late_over_the_socket_meets_no_other_test_s_account(project: pytest.Pytester, run: Run) -> None:
    project.makepyfile(
        """
        import pytest
        from calling import over_a_socket, a_call

        CLIENTS = []

        def test_a_client_is_made(ccc_server):
            CLIENTS.append(over_a_socket(ccc_server))

        @pytest.mark.ccc(auth="any")
        def test_it_is_used_too_late(ccc_server):
            with pytest.raises(Exception, match="SecretIdNotFound"):
                CLIENTS[0].CreateAIAgentCall(a_call())
            assert ccc_server.calls == []

        @pytest.mark.ccc(auth="any")
        def test_a_stranger_is_in_the_test_s_own_account(ccc_server):
            from tencentcloud.common.credential import Credential
            client = over_a_socket(ccc_server)
            client.credential = Credential("nobody", "nothing")
            client.CreateAIAgentCall(a_call())
            assert [entry["verified"] for entry in ccc_server.journal()] == [False]
        """
    )
    run("-p", "no:randomly").assert_outcomes(passed=3)


def test_over_tls_a_client_trusts_one_file(project: pytest.Pytester, run: Run) -> None:
    project.makepyfile(
        """
        import requests

        def test_https(ccc_server_tls):
            assert ccc_server_tls.url == f"https://{ccc_server_tls.host}"
            answer = requests.post(ccc_server_tls.url, verify=str(ccc_server_tls.ca_file))
            assert answer.json()["Response"]["Error"]["Code"] == "MissingParameter"
            assert len(ccc_server_tls.calls) == 1
        """
    )
    run().assert_outcomes(passed=1)


def test_without_the_extra_for_tls_one_sentence_says_what_to_install(project: pytest.Pytester, run: Run) -> None:
    project.makeconftest("import sys; sys.modules['trustme'] = None")
    project.makepyfile("def test_https(ccc_server_tls): pass")
    result = run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*ccc_server_tls takes *trustme*: pip install 'ccc-mock[[]tls]'*"])
    assert "Traceback" not in result.stdout.str()


def test_a_project_that_only_has_it_installed_loads_nothing_of_it(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import sys

        def test_light():
            ours = [name for name in sys.modules if name.startswith(("ccc_mock.", "ccc_contract"))]
            assert ours == ["ccc_mock.pytest_plugin"]
        """
    )
    without = [word for name in ("asyncio", "randomly", "trio") for word in ("-p", f"no:{name}")]
    project.runpytest_subprocess(*without).assert_outcomes(passed=1)


def test_help_and_fixtures_tell_what_there_is(project: pytest.Pytester, run: Run) -> None:
    helped = run("--help").stdout.str()
    heading = helped.index("\nccc-mock, an offline fake")
    assert helped.index("--ccc-seed", heading) - heading < 200
    for key in ("ccc_credentials", "ccc_auth", "ccc_limits", "ccc_guard", "ccc_allow"):
        assert f"\n  {key} " in helped
    listed = run("--fixtures").stdout.str()
    for name in ("ccc ", "ccc_server ", "ccc_server_tls ", "ccc_credentials "):
        assert f"\n{name}" in listed
    assert "@pytest.mark.ccc(plan=None" in run("--markers").stdout.str()


def test_it_is_clean_in_pytest_s_strict_mode(project: pytest.Pytester, run: Run) -> None:
    project.makefile(".toml", pytest="[pytest]\nstrict = true\nccc_allow = ['duplicates']\nccc_limits = true\n")
    project.makepyfile(
        """
        import pytest

        @pytest.mark.ccc(plan="ok", allow=["unconsumed"])
        def test_strict(ccc, ccc_server): pass
        """
    )
    run("-c", "pytest.toml").assert_outcomes(passed=1)
