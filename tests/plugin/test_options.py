"""The keys of the ini and the options of the command line."""

from __future__ import annotations

import re
from pathlib import Path
from unittest.mock import Mock

import pytest

from ccc_mock import pytest_plugin
from projects import Run

pytest_plugins = ["pytester"]

DOCS = (Path(__file__).parents[2] / "docs" / "pytest.md").read_text("utf-8")


def first_cells(title: str) -> list[str]:
    """What stands in backticks in the first column of the table under a title, without values."""
    (table,) = re.findall(rf"^## {title}\n\n(?:[^|#].*\n|\n)*((?:\|.*\n)+)", DOCS, re.MULTILINE)
    cells = (line.split("|")[1] for line in table.splitlines()[2:])
    return [name for cell in cells for name in re.findall(r"`([\w-]+)", cell)]


def test_the_docs_have_a_line_for_each_option_and_each_key_and_no_other() -> None:
    asked = Mock(spec=["getgroup", "addini"])
    pytest_plugin.pytest_addoption(asked)
    options = [call.args[0] for call in asked.getgroup.return_value.addoption.call_args_list]
    keys = [call.args[0] for call in asked.addini.call_args_list]
    assert sorted(set(first_cells("The command line"))) == sorted(options)
    assert sorted(first_cells("The ini")) == sorted(keys)


PLAIN = [word for name in ("asyncio", "randomly", "trio") for word in ("-p", f"no:{name}")]

CLIENT_AT_IMPORT = """
    from tencentcloud.ccc.v20200210 import ccc_client
    from tencentcloud.common.credential import EnvironmentVariableCredential

    CLIENT = ccc_client.CccClient(EnvironmentVariableCredential().get_credential(), "")
"""


def test_a_client_that_is_built_at_import_has_a_credential_that_every_fake_accepts(
    project: pytest.Pytester, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TENCENTCLOUD_TOKEN", "a developer's own")
    project.makeini("[pytest]\nccc_credentials =\n  AKID-of-the-tests:its-key\n  another:key\n")
    project.makepyfile(production=CLIENT_AT_IMPORT)
    project.makeconftest("import production  # before any hook of a conftest is called")
    project.makepyfile(
        """
        import os
        import pytest
        import requests
        from production import CLIENT
        from calling import a_call, client_of

        @pytest.mark.parametrize("n", [1, 2])
        def test_it_meets_the_fake_of_each_test(ccc, n):
            assert "TENCENTCLOUD_TOKEN" not in os.environ
            CLIENT.CreateAIAgentCall(a_call())
            (entry,) = ccc.journal()
            assert (entry["verified"], entry["n"]) == (True, 1)

        def test_the_fake_s_own_credential_is_good_too(ccc, ccc_credentials):
            client_of(ccc).CreateAIAgentCall(a_call())
            assert os.environ["TENCENTCLOUD_SECRET_ID"] == ccc.secret_id

        def test_and_the_one_of_the_ini_is_there_again(ccc_server):
            assert os.environ["TENCENTCLOUD_SECRET_ID"] == "AKID-of-the-tests"
        """
    )
    run().assert_outcomes(passed=4)


def test_the_environment_is_as_it_was_after_the_run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    monkeypatch.setenv("TENCENTCLOUD_SECRET_ID", "mine")
    monkeypatch.delenv("TENCENTCLOUD_SECRET_KEY", raising=False)
    pytester.makeini("[pytest]\nccc_credentials = id:key")
    pytester.makepyfile("import os\ndef test_it(): assert os.environ['TENCENTCLOUD_SECRET_ID'] == 'id'")
    pytester.runpytest_inprocess(*PLAIN).assert_outcomes(passed=1)
    assert os.environ["TENCENTCLOUD_SECRET_ID"] == "mine"
    assert "TENCENTCLOUD_SECRET_KEY" not in os.environ


@pytest.mark.parametrize(
    ("ini", "told"),
    [
        (
            "ccc_credentials =\n  a:b\n  my-secret-key-alone",
            "*ccc_credentials, line 2: expected a credential as ID:KEY*",
        ),
        ("ccc_auth = none", "*ccc_auth: expected known, any or off, got 'none'*"),
        ("ccc_allow = duplicate", "*ccc_allow: expected some of *, got 'duplicate'; did you mean duplicates?*"),
    ],
)
def test_what_is_wrong_in_the_ini_is_told_by_its_key(ini: str, told: str, pytester: pytest.Pytester) -> None:
    pytester.makeini(f"[pytest]\n{ini}\n")
    pytester.makepyfile("def test_it(ccc): pass")
    result = pytester.runpytest_inprocess(*PLAIN)
    text = result.stdout.str() + result.stderr.str()
    assert any(re.fullmatch(re.escape(told).replace(r"\*", ".*"), line) for line in text.splitlines()), text
    assert "my-secret-key-alone" not in text
    assert result.ret != 0


def test_auth_and_limits_of_the_ini_are_those_of_every_test(project: pytest.Pytester, run: Run) -> None:
    project.makeini("[pytest]\nccc_auth = any\nccc_limits = true\n")
    project.makepyfile(
        """
        import pytest
        from tencentcloud.common.credential import Credential
        from tencentcloud.ccc.v20200210 import ccc_client
        from calling import a_call

        def test_any(ccc):
            client = ccc_client.CccClient(Credential("somebody", "something"), "")
            ccc.clock.freeze_world(1795324613)
            with pytest.raises(Exception, match="RequestLimitExceeded"):
                for _ in range(21):
                    client.CreateAIAgentCall(a_call())

        @pytest.mark.ccc(auth="known", limits=False)
        def test_but_a_marker_is_closer(ccc):
            with pytest.raises(Exception, match="SecretIdNotFound"):
                ccc_client.CccClient(Credential("somebody", "something"), "").CreateAIAgentCall(a_call())
        """
    )
    run().assert_outcomes(passed=2)


IDS = """
    import pathlib, pytest
    from calling import dial

    @pytest.mark.parametrize("n", range(4))
    def test_ids(ccc, n):
        (pathlib.Path("ids") / str(n)).write_text(dial(ccc).SessionId)
"""


def test_a_run_is_repeated_by_the_seed_in_its_header_in_any_order_and_on_any_worker(
    project: pytest.Pytester, run: Run
) -> None:
    project.makepyfile(IDS)
    folder = project.mkdir("ids")

    def ids() -> list[str]:
        return [(folder / str(n)).read_text() for n in range(4)]

    first = run()
    (seed,) = re.findall(r"^ccc-mock: --ccc-seed=(\d+)$", first.stdout.str(), re.MULTILINE)
    told = ids()
    assert len(set(told)) == 4
    run(f"--ccc-seed={seed}", "-n", "2", plugins=("xdist",)).assert_outcomes(passed=4)
    assert ids() == told
    run(f"--ccc-seed={seed}", plugins=("randomly",)).assert_outcomes(passed=4)
    assert ids() == told
    run()
    assert ids() != told
