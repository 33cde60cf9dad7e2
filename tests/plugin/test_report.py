"""A failing test explains itself, wherever it ran and whatever the console can show."""

from __future__ import annotations

from textwrap import dedent

import pytest

from ccc_mock.auth import IN_THE_INI
from projects import Run

pytest_plugins = ["pytester"]

REFUSED = """
    import pytest
    from calling import client_of, a_call

    @pytest.mark.ccc(plan="ok, FailedOperation.CalleeIsBlackUser", at="2026-11-22T10:00:00+08:00")
    def test_it(ccc):
        client_of(ccc).CreateAIAgentCall(a_call("+86 138 0000 1234"))
        client_of(ccc, language="zh-CN").CreateAIAgentCall(a_call("008613800004321"))
"""

SECTION = [
    "*- ccc-mock -*",
    "the fake of `ccc`: 2 exchanges",
    "time: the world's hand is frozen at 2026-11-22T10:00:00+08:00",
    "#1  2026-11-22T10:00:00.000+08:00  CreateAIAgentCall  ok",
    '      SdkAppId=1400000000, AIAgentId=15, Callee="+86 1********1234"',
    "      drew plan-1: ok",
    "#2  2026-11-22T10:00:00.000+08:00  CreateAIAgentCall  FailedOperation.CalleeIsBlackUser",
    '      SdkAppId=1400000000, AIAgentId=15, Callee="00861******4321"',
    "      decided by execute/*: *",
    "      drew plan-1: FailedOperation.CalleeIsBlackUser",
    'to repeat it: @pytest.mark.ccc(plan="ok, FailedOperation.CalleeIsBlackUser", at="2026-11-22T10:00:00+08:00", seed='
    "*), or the whole run with --ccc-seed=*",
]


@pytest.mark.parametrize("arguments", [(), ("-n", "2"), ("--tb=short",), ("--show-capture=no",)], ids=" ".join)
def test_the_last_exchanges_are_told(arguments: tuple[str, ...], project: pytest.Pytester, run: Run) -> None:
    project.makepyfile(REFUSED)
    result = run(*arguments, plugins=("xdist",))
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([line.replace("[", "[[]") for line in SECTION])
    assert "13800004321" not in "\n".join(line for line in result.stdout.lines if "Callee=" in line)


def test_the_marker_that_is_told_makes_the_same_failure(project: pytest.Pytester, run: Run) -> None:
    project.makepyfile(REFUSED)
    told = next(line for line in run().stdout.lines if line.startswith("to repeat it: "))
    marker = told.removeprefix("to repeat it: ").partition(", or the whole run")[0]
    again = REFUSED.replace(
        '@pytest.mark.ccc(plan="ok, FailedOperation.CalleeIsBlackUser", at="2026-11-22T10:00:00+08:00")', marker
    )
    assert again != REFUSED
    project.makepyfile(again)
    result = run()
    result.stdout.fnmatch_lines([told.partition(", or")[0].replace("[", "[[]") + "*"])


def test_a_world_in_a_file_is_told_as_the_marker_takes_it(project: pytest.Pytester, run: Run) -> None:
    project.makefile(".toml", account='exists = "named"\n')
    text = """
        import pytest

        {mark}
        def test_it(ccc): assert False
        """
    project.makepyfile(text.format(mark="@pytest.mark.ccc(world='account.toml', seed=1)"))
    told = next(line for line in run().stdout.lines if line.startswith("to repeat it: "))
    marker = told.removeprefix("to repeat it: ").partition(", or the whole run")[0]
    assert marker == '@pytest.mark.ccc(seed=1, world="account.toml")'
    project.makepyfile(text.format(mark=marker))
    run().assert_outcomes(failed=1)


@pytest.mark.parametrize(
    "environment",
    [
        {"PYTHONIOENCODING": "cp1252"},
        {"PYTHONIOENCODING": "ascii"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    ],
    ids=lambda each: next(iter(each.items())),
)
@pytest.mark.parametrize("arguments", [(), ("-n", "1")], ids=["", "xdist"])
def test_a_console_that_is_not_utf_8_can_be_read_all_the_same(
    environment: dict[str, str],
    arguments: tuple[str, ...],
    project: pytest.Pytester,
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    project.makepyfile(REFUSED.replace("008613800004321", "被叫"))
    result = run("--tb=short", *arguments, plugins=("xdist",))
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([SECTION[3], '      SdkAppId=1400000000, AIAgentId=15, Callee="?u88ab?u53eb"'])


def test_the_section_is_in_english_whatever_the_client_was_told(project: pytest.Pytester, run: Run) -> None:
    project.makepyfile(
        """
        import pytest
        from tencentcloud.common.credential import Credential
        from calling import client_of, a_call

        @pytest.mark.ccc(plan="FailedOperation.CalleeIsBlackUser")
        def test_it(ccc):
            client = client_of(ccc, language="zh-CN")
            with pytest.raises(Exception, match="被叫"):
                client.CreateAIAgentCall(a_call())
            with pytest.raises(Exception, match="类型应为"):
                client.CreateAIAgentCall(a_call(15))
            client.credential = Credential("AKID-of-production", "key")
            with pytest.raises(Exception, match="不存在"):
                client.CreateAIAgentCall(a_call())
            raise OSError
        """
    )
    decided = [line.strip() for line in run().stdout.lines if line.startswith("      decided by ")]
    assert decided[0].startswith("decided by execute/planned: The callee ")
    assert decided[1:] == [
        "decided by validate/type: The value of the parameter `Callee` must be of the type `string`.",
        "decided by authenticate/secret-id: The SecretId was not found.",
    ]


def test_without_a_terminal_the_section_is_in_junit_s_xml(project: pytest.Pytester, run: Run) -> None:
    project.makepyfile(REFUSED)
    run("-p", "no:terminal", "--junitxml=report.xml")
    text = (project.path / "report.xml").read_text("utf-8")
    assert "the fake of `ccc`: 2 exchanges" in text


A_STRANGER = """
    from tencentcloud.common.credential import Credential
    from tencentcloud.ccc.v20200210 import ccc_client
    from calling import a_call

    def test_it(ccc):
        ccc_client.CccClient(Credential("AKID-of-production", "key"), "").CreateAIAgentCall(a_call())
"""


def test_an_unknown_secret_id_is_told_with_what_cures_it(project: pytest.Pytester, run: Run) -> None:
    project.makepyfile(A_STRANGER)
    run().stdout.fnmatch_lines(
        [
            "#1  *  CreateAIAgentCall  AuthFailure.SecretIdNotFound",
            "      decided by authenticate/secret-id: *",
            "      to do: nobody here has the SecretId *tion; let it in with `ccc_credentials = ID:KEY` in *",
        ]
    )


HEADINGS = {"pytest.ini": "[pytest]", "pyproject.toml": "[tool.pytest.ini_options]"}


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("pytest.ini", "ccc_credentials = ID:KEY"),
        ("pyproject.toml", 'ccc_credentials = ["ID:KEY"]'),
        ("pytest.ini", "ccc_auth = any"),
        ("pyproject.toml", 'ccc_auth = "any"'),
        (None, '@pytest.mark.ccc(auth="any")'),
    ],
)
def test_each_cure_of_an_unknown_secret_id_can_be_pasted(
    file: str | None, line: str, project: pytest.Pytester, run: Run
) -> None:
    assert f"`{line}`" in IN_THE_INI
    its_own = line.replace("ID:KEY", "AKID-of-production:key")
    if file is not None:
        (project.path / file).write_text(f"{HEADINGS[file]}\n{its_own}\n", "utf-8")
    mark = "" if file else f"import pytest\npytestmark = [{line.removeprefix('@')}]\n"
    project.makepyfile(mark + dedent(A_STRANGER))
    run().assert_outcomes(passed=1)


def test_code_that_finds_no_key_in_the_environment_is_told_of_the_fixture(
    project: pytest.Pytester, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)
    project.makepyfile(
        """
        from tencentcloud.common.credential import EnvironmentVariableCredential
        from tencentcloud.ccc.v20200210.ccc_client import CccClient
        from calling import a_call, dial

        def test_without(ccc):
            CccClient(EnvironmentVariableCredential().get_credential(), "").CreateAIAgentCall(a_call())

        def test_with(ccc, ccc_credentials):
            assert False

        def test_with_a_call(ccc):
            dial(ccc)
            assert False
        """
    )
    question = "does the code read its key from the environment?"
    result = run("-p", "no:randomly")
    result.stdout.fnmatch_lines(
        [
            "*'NoneType' object has no attribute*",
            "the fake of `ccc`: no call has come",
            f"{question}*`ccc_credentials`*",
        ]
    )
    assert result.stdout.str().count(question) == 1
    project.makeini("[pytest]\nccc_credentials = ID:KEY\n")
    assert question not in run().stdout.str()


SIGNED = """
    import json, time, requests
    from ccc_contract import Request, sign

    BODY = json.dumps({{"SdkAppId": 1, "AIAgentId": 1, "Callee": "1"}})

    def test_it(ccc):
        request = Request.post(
            "ccc.tencentcloudapi.com",
            {{"content-type": "{signed_type}", "x-tc-action": "CreateAIAgentCall", "x-tc-version": "2020-02-10"}},
            {signed_body},
        )
        signed = sign(request, ccc.secret_id, {key}, timestamp=int(time.time()))
        headers = {{name.decode().lower(): value.decode() for name, value in signed.headers.lines}}
        headers["content-type"] = "application/json"
        answer = requests.post("https://ccc.tencentcloudapi.com/", data=BODY, headers=headers)
        assert "Error" not in answer.json()["Response"]
"""

FAKE_S = [
    "the signature of #1 does not match.",
    "  {told}",
    "  the canonical request, as the fake built it of what came:",
    "  | POST",
    "  | content-type:application/json",
    "  its string to sign:",
    "  | TC3-HMAC-SHA256",
]


@pytest.mark.parametrize(
    ("signed_type", "signed_body", "key", "told", "client_s"),
    [
        (
            "application/json; charset=utf-8", "BODY", "ccc.secret_key",
            "proven, *signed was `Content-Type: application/json; charset=utf-8`, and `application/json` came*",
            ["  the canonical request, as the client built it:", "  | POST",
             "  > content-type:application/json; charset=utf-8", "  | host:ccc.tencentcloudapi.com",
             "  the client's string to sign:", "  | TC3-HMAC-SHA256", "  > ????????*"],
        ),
        (
            "application/json", "BODY.replace(' ', '')", "ccc.secret_key",
            "proven, *hashed was the same JSON with other blanks (`,` `:`)", ["  > ????????*"],
        ),
        (
            "application/json", "BODY", "ccc.secret_key + chr(10)",
            "proven, *the SecretKey was taken with `LF` *", ["  the client's string to sign:"],
        ),
        ("application/json", "BODY", "'quite-another'", "none *", []),
    ],
    ids=["content type", "body", "key with a line feed", "another key"],
)  # fmt: skip
def test_a_bad_signature_is_taken_apart_on_both_sides(
    signed_type: str, signed_body: str, key: str, told: str, client_s: list[str], project: pytest.Pytester, run: Run
) -> None:
    project.makepyfile(SIGNED.format(signed_type=signed_type, signed_body=signed_body, key=key))
    result = run()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([*(line.format(told=told) for line in FAKE_S), *client_s])
    assert "ccc-mock-key" not in "\n".join(line for line in result.stdout.lines if line.startswith("  "))


def test_a_batch_passes_and_the_run_says_what_the_service_would_have_refused(
    project: pytest.Pytester, run: Run
) -> None:
    project.makepyfile(
        """
        import pytest
        from calling import client_of, a_call

        def thirty(ccc):
            client = client_of(ccc)
            ccc.clock.set_speed(0.000001)  # all in one second, however slow this machine is
            for _ in range(30):
                client.CreateAIAgentCall(a_call())

        def test_batch(ccc): thirty(ccc)

        def test_another(ccc):
            thirty(ccc)
            assert False

        @pytest.mark.ccc(limits=True)
        def test_limited(ccc):
            with pytest.raises(Exception, match="RequestLimitExceeded"):
                thirty(ccc)

        @pytest.mark.ccc(limits=True, seed=1)
        def test_limited_by_real_seconds(ccc):
            ccc.clock.set_speed(0.000001)
            for _ in range(30):
                client_of(ccc).CreateAIAgentCall(a_call())

        def test_slow(ccc):
            for _ in range(3):
                client_of(ccc).CreateAIAgentCall(a_call())
        """
    )
    result = run("-n", "1", plugins=("xdist",))
    result.assert_outcomes(passed=3, failed=2)
    sentence = (
        "the service would have refused 10 of 30 calls of CreateAIAgentCall for their rate (20 in a second); "
        '@pytest.mark.ccc(limits=True, at="10:00") does so here, in a world that stands still, and so at every run'
    ).replace("[", "[[]")
    result.stdout.fnmatch_lines(
        ['to repeat it: @pytest.mark.ccc(at="20??-??-??T??:??:??+08:00", seed=1, limits=True)*']
    )
    result.stdout.fnmatch_lines([f"note: {sentence}"])
    result.stdout.fnmatch_lines(["*= ccc-mock =*", f"*::test_batch: {sentence}"])
    assert "test_slow: the" not in result.stdout.str()
