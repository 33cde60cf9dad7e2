"""`ccc_guard = true`: nothing reaches the real service, in any test."""

from __future__ import annotations

import re

import pytest

from projects import Run

pytest_plugins = ["pytester"]


def test_the_service_s_hosts_are_refused_with_a_fixture_or_without(project: pytest.Pytester, run: Run) -> None:
    project.makeini("[pytest]\nccc_guard = true\n")
    project.makeconftest(
        """
        import ccc_mock, requests
        try:
            requests.post("https://ccc.tencentcloudapi.com/")
        except ccc_mock.NoFake:
            AT_IMPORT = True
        """
    )
    project.makepyfile(
        """
        import socket
        import pytest
        import requests
        import ccc_mock
        from calling import dial
        from conftest import AT_IMPORT

        URL = "https://ccc.ap-shanghai.tencentcloudapi.com/"

        def test_raised():
            assert AT_IMPORT
            requests.post(URL)

        def test_swallowed():
            try:
                socket.getaddrinfo(URL.split('/')[2], 443)
            except BaseException:
                pass

        @pytest.mark.ccc(allow="stopped")
        def test_asserted(request):
            with pytest.raises(ccc_mock.NoFake):
                requests.post(URL)

        def test_other_hosts():
            with pytest.raises(OSError):
                socket.create_connection(("127.0.0.1", 9), timeout=1)

        def test_the_fake_is_met(ccc):
            dial(ccc)

        def test_with_a_fake_it_is_told_once(ccc):
            try:
                socket.getaddrinfo(URL.split('/')[2], 443)
            except BaseException:
                pass
        """
    )
    result = run("--import-mode=prepend")
    result.assert_outcomes(passed=4, failed=2, errors=1)
    result.stdout.fnmatch_lines(["*ccc_mock.adapters.intercept.NoFake: POST was called at ccc.ap-shanghai*"])
    result.stdout.fnmatch_lines(["*ccc-mock: 1 call(s) would have reached*"])


def test_a_failing_test_without_a_fixture_is_told_what_was_stopped(project: pytest.Pytester, run: Run) -> None:
    project.makeini("[pytest]\nccc_guard = true\n")
    project.makepyfile(
        """
        import urllib.request
        import pytest
        import requests
        from tencentcloud.ccc.v20200210 import ccc_client
        from tencentcloud.common.credential import CVMRoleCredential
        from calling import a_call

        def swallow():
            try:
                urllib.request.urlopen("http://ccc.tencentcloudapi.com/")
            except BaseException:
                pass

        def test_the_sdk_s_keys():
            ccc_client.CccClient(CVMRoleCredential(), "").CreateAIAgentCall(a_call())

        def test_a_body():
            swallow()
            assert False

        @pytest.fixture
        def broken():
            swallow()
            raise OSError

        def test_a_set_up(broken): pass

        @pytest.mark.ccc(allow="stopped")
        @pytest.mark.usefixtures("request")
        def test_allowed():
            swallow()
            assert False

        def test_it_is_the_failure_itself():
            requests.post("https://ccc.tencentcloudapi.com/")

        def test_stopped_nothing():
            assert False
        """
    )
    result = run("-p", "no:randomly")
    result.assert_outcomes(failed=5, errors=1)
    of_tests = re.split(r"^_+ (?:ERROR at setup of )?test_(\w+) _+$", result.stdout.str(), flags=re.MULTILINE)[1:]
    reports = dict(zip(of_tests[::2], of_tests[1::2], strict=True))
    told = {name for name, text in reports.items() if "\n1 call(s) would have reached the real service, " in text}
    assert told == {"the_sdk_s_keys", "a_body", "a_set_up"}, result.stdout.str()
    assert "metadata.tencentyun.com" in reports["the_sdk_s_keys"].partition("- ccc-mock -")[2]


def test_without_it_nothing_is_replaced(project: pytest.Pytester, run: Run) -> None:
    project.makepyfile(
        """
        import socket

        def test_it():
            assert socket.socket.connect.__qualname__ == "socket.connect"
            assert socket.getaddrinfo.__module__ == "socket"
        """
    )
    run().assert_outcomes(passed=1)
