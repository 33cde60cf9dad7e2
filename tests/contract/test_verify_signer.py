"""`ccc-contract verify-signer` with signers in four languages, with every common mistake, and with hostile commands."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccc_contract import cli
from ccc_contract.foreign_signer import MAX_OUTPUT_BYTES, CannotStart, Failed, ask
from ccc_contract.vectors import cases
from ccc_contract.vectors.case import SECRET_STEPS, STEPS
from ccc_contract.vectors.comparing import Unreadable, first_difference, read_answer, unknown_before

Capture = pytest.CaptureFixture[str]
ROOT = Path(__file__).parents[2]
SIGNERS = ROOT / "fixtures" / "signers"
MISTAKEN = [sys.executable, str(ROOT / "tests" / "support" / "signer_with_mistake.py")]
BY_NAME = {case.name: case for case in cases()}
POSITIVE = [case for case in cases() if case.kind == "positive"]


def verified(capsys: Capture, *argv: str) -> tuple[int | None, str, str]:
    code = cli.main(["verify-signer", *argv])
    out, err = capsys.readouterr()
    return code, out, err


def report(capsys: Capture, *argv: str) -> dict[str, Any]:
    code, out, err = verified(capsys, "--json", *argv)
    assert err == ""
    told: dict[str, Any] = json.loads(out)
    assert told["exit_code"] == code
    return told


def python(program: str) -> str:
    """A command that runs a program of one line."""
    return shlex.join([sys.executable, "-c", program])


# --- signers of other languages ------------------------------------------------------------------------------------


def toolchain(*programs: str) -> None:
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        pytest.skip(f"there is no {missing[0]} here")


def check_some_match(capsys: Capture, command: str, *only: str, of: int) -> None:
    """Those that are hard for that language: to start it for all of them would take long."""
    chosen = [word for name in only for word in ("--only", name)]
    code, out, err = verified(capsys, *chosen, "--cmd", command, "--timeout", "120")
    assert (code, out, err) == (0, f"{of} of {of} cases match; {64 - of} others not chosen (--only, --scheme)\n", "")


def test_a_signer_in_node_matches(capsys: Capture) -> None:
    toolchain("node")
    hard = (
        "post-unicode*",
        "post-crlf*",
        "get-reserved*",
        "date-*",
        "content-type-blanks",
        "older-unicode",
        "older-array",
    )
    check_some_match(capsys, f"node {SIGNERS / 'sign.mjs'}", *hard, of=14)


def test_a_signer_in_perl_matches_every_case(capsys: Capture) -> None:
    toolchain("perl")
    assert verified(capsys, "--scheme", "all", "--cmd", f"perl {SIGNERS / 'sign.pl'}") == (
        0,
        "64 of 64 cases match\n",
        "",
    )


def test_a_signer_in_go_matches_every_case(capsys: Capture, tmp_path: Path) -> None:
    toolchain("go")
    program = tmp_path / "signer"
    subprocess.run(["go", "build", "-o", program, "."], cwd=SIGNERS / "go", check=True)
    assert verified(capsys, "--scheme", "all", "--cmd", str(program)) == (0, "64 of 64 cases match\n", "")


# It starts some forty processes for each case: the ones that are hard for a shell.
FOR_A_SHELL = ("post-unicode", "post-indented-json", "get-reserved", "headers-own", "headers-empty-value",
               "unsigned-payload-get", "date-new-year", "key-long-and-odd", "content-type-blanks")  # fmt: skip


def test_a_signer_in_bash_with_openssl_matches(capsys: Capture) -> None:
    toolchain("bash", "jq", "openssl", "base64", "od")
    check_some_match(capsys, f"bash {SIGNERS / 'sign.sh'}", *FOR_A_SHELL, of=len(FOR_A_SHELL))


def test_the_official_sdk_differs_only_where_no_client_of_the_vendor_goes(capsys: Capture) -> None:
    """It signs content-type and host as they stand: no capitals, no blanks, no other header."""
    right = ("published-two-headers", "post-unicode", "get-reserved", "unsigned-payload", "host-port", "date-evening")
    wrong = {
        "headers-five-signed": "authorization",
        "content-type-capitals": "signature",
        "content-type-blanks": "signature",
        "host-capitals": "signature",
    }
    only = [word for name in (*right, *wrong) for word in ("--only", name)]
    command = shlex.join([sys.executable, str(ROOT / "tests" / "support" / "signer_of_sdk.py")])
    told = report(capsys, *only, "--cmd", command)
    found = {row["case"]: row["difference"] and row["difference"]["step"] for row in told["cases"]}
    assert found == {**dict.fromkeys(right), **wrong}


# --- mistakes ------------------------------------------------------------------------------------------------------

# mistake: (a case that shows it, the step that must be named, words of the report)
MISTAKES: dict[str, tuple[str, str, str]] = {
    "none": ("post", "", ""),
    "method in lower case": ("post", "canonical_request", "line 1, column 1 (byte 1)"),
    "no path": ("post", "canonical_request", "line 2, column 1 (byte 6)"),
    "query of a POST": ("post-with-query", "canonical_request", "line 3, column 1"),
    "query sorted": ("get-unsorted", "canonical_request", "line 3, column 1"),
    "query decoded": ("get-reserved", "canonical_request", "line 3"),
    "query encoded again": ("get-blank-as-percent", "canonical_request", "line 3"),
    "values not in lower case": ("content-type-capitals", "canonical_request", "only the case of letters differs"),
    "values not trimmed": ("content-type-blanks", "canonical_request", "line 4, column 14"),
    "blanks folded": ("content-type-blanks", "canonical_request", "line 4"),
    "host without port": ("host-port", "canonical_request", "line 5"),
    "host with port": ("post", "canonical_request", "line 5"),
    "names not sorted": ("post", "canonical_request", "line 4, column 1"),
    "only two headers signed": ("headers-five-signed", "canonical_request", "line 6"),
    "no blank line": ("post", "canonical_request", "line 6, column 1"),
    "digest in capitals": ("post", "canonical_request", "only the case of letters differs"),
    "body serialised again": ("post", "canonical_request", "line 8, column 1"),
    "body without its end": ("post-indented-json", "canonical_request", "line 8, column 1"),
    "query as payload": ("get", "canonical_request", "line 8, column 1"),
    "unsigned payload hashed": ("unsigned-payload", "canonical_request", "line 8, column 1"),
    "CR LF": ("post", "canonical_request", "ends of lines are CR LF, expected LF"),
    "line feed at the end": ("post", "canonical_request", "only white space at the end differs"),
    "another algorithm": ("post", "string_to_sign", "line 1, column 13"),
    "milliseconds": ("post", "string_to_sign", "line 2, column 11"),
    "local date": ("date-evening", "string_to_sign", 'line 3, column 10'),
    "date without hyphens": ("post", "string_to_sign", "line 3, column 5"),
    "another service": ("post", "string_to_sign", "line 3, column 13"),
    "another terminator": ("post", "string_to_sign", "line 3"),
    "canonical request not hashed": ("post", "string_to_sign", "line 4, column 1"),
    "string with line feed": ("post", "string_to_sign", "only white space at the end differs"),
    "key without TC3": ("post", "secret_date", "64 lower-case hexadecimal digits, of another value"),
    "key with line feed": ("post", "secret_date", "of another value"),
    "key and message swapped": ("post", "secret_date", "of another value"),
    "service before date": ("post", "secret_date", "of another value"),
    "its own key": ("post", "secret_date", "of another value"),
    "hexadecimal key chain": ("post", "secret_service", "of another value"),
    "signature in capitals": ("post", "signature", "got 64 hexadecimal digits in capitals"),
    "signature in base64": ("post", "signature", "got 44 characters of base64"),
    "its own SecretId": ("post", "authorization", "SecretId: not the case's own"),
    "names reversed in the header": ("post", "authorization", "its SignedHeaders"),
    "no commas": ("post", "authorization", "its Credential is not of the documented form"),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_the_first_step_that_differs_is_named(capsys: Capture, mistake: str) -> None:
    case, step, words = MISTAKES[mistake]
    code, out, err = verified(capsys, "--only", case, "--cmd", shlex.join([*MISTAKEN, mistake]))
    assert err == ""
    if not step:
        assert (code, out) == (0, "1 of 1 cases match; 63 others not chosen (--only, --scheme)\n")
        return
    assert code == 1
    assert out.startswith(f"{case}: {step} differs")
    assert words in out
    assert "must-not-be-shown" not in out


def test_a_signer_without_a_mistake_matches_all(capsys: Capture) -> None:
    assert verified(capsys, "--cmd", shlex.join([*MISTAKEN, "none"]))[:1] == (0,)


# The same in a signer that is not in Python: what stands in sign.mjs, what a hand would write instead.
IN_NODE = {
    "local date": (
        "date-evening", "string_to_sign",
        "new Date(timestamp * 1000)", "new Date(timestamp * 1000 + 8 * 3600 * 1000)"),
    "body as text that is parsed": (
        "post-blanks-in-json", "canonical_request",
        'Buffer.from(request.body_base64, "base64")', "JSON.stringify(JSON.parse(request.body))"),
    "values not in lower case": (
        "headers-five-signed", "canonical_request", "lowered(headers.get(name))", "headers.get(name)"),
    "query by URLSearchParams": (
        "get-blank-as-percent", "canonical_request",
        'get ? request.query : "", lines', 'get ? String(new URLSearchParams(request.query)) : "", lines'),
    "keys as hexadecimal digits": (
        "post", "secret_service", "hmac(dateKey, service)", 'hmac(dateKey.toString("hex"), service)'),
    "signature in base64": (
        "post", "signature", 'string_to_sign).toString("hex")', 'string_to_sign).toString("base64")'),
    "values encoded before signing": (
        "older-reserved", "string_to_sign", "`${key}=${value}`", "`${key}=${encodeURIComponent(value)}`"),
    "sorted as words": (
        "older-capitals-first", "string_to_sign",
        "Buffer.compare(Buffer.from(one), Buffer.from(other))", "one.localeCompare(other)"),
}  # fmt: skip


@pytest.mark.parametrize("mistake", IN_NODE)
def test_the_first_step_that_differs_is_named_of_a_signer_in_node(
    capsys: Capture, mistake: str, tmp_path: Path
) -> None:
    toolchain("node")
    case, step, right, wrong = IN_NODE[mistake]
    program = (SIGNERS / "sign.mjs").read_text("utf-8")
    assert program.count(right) == 1
    (tmp_path / "sign.mjs").write_text(program.replace(right, wrong), "utf-8")
    code, out, _ = verified(capsys, "--only", case, "--cmd", f"node {tmp_path / 'sign.mjs'}")
    assert code == 1
    assert out.startswith(f"{case}: {step} differs")


# With the header alone, a part of it is all there is to tell by.
BY_THE_HEADER = {
    "local date": ("date-evening", "authorization", '"2026-11-23"'),
    "another service": ("post", "authorization", '"cvm"'),
    "another terminator": ("post", "authorization", '"tc3"'),
    "names reversed in the header": ("post", "authorization", '"host;content-type"'),
    "its own SecretId": ("post", "authorization", "SecretId: not the case's own"),
    "date without hyphens": ("post", "authorization", "its Credential is not of the documented form"),
    "signature in capitals": ("post", "signature", "got 64 hexadecimal digits in capitals"),
    "body serialised again": ("post", "signature", "unknown   canonical_request, hashed_canonical_request"),
}  # fmt: skip


@pytest.mark.parametrize("mistake", BY_THE_HEADER)
def test_of_a_bare_header_the_part_that_differs_is_named(capsys: Capture, mistake: str) -> None:
    case, step, words = BY_THE_HEADER[mistake]
    command = shlex.join([*MISTAKEN, mistake, "--only-authorization"])
    code, out, _ = verified(capsys, "--only", case, "--cmd", command)
    assert code == 1
    assert out.startswith(f"{case}: {step} differs")
    assert words in out
    assert "must-not-be-shown" not in out


def test_the_line_that_differs_is_shown_escaped(capsys: Capture) -> None:
    _, out, _ = verified(capsys, "--only", "date-evening", "--cmd", shlex.join([*MISTAKEN, "local date"]))
    assert out.splitlines() == [
        "date-evening: string_to_sign differs at line 3, column 10 (byte 37)",
        "  about     16:29:59 UTC: past midnight in Beijing, where the local date is a day ahead.",
        '  expected  "2026-11-22/ccc/tc3_request\\n"',
        '  got       "2026-11-23/ccc/tc3_request\\n"',
        "0 of 1 cases match; 1 differs; 63 others not chosen (--only, --scheme)",
    ]


def test_as_json_it_tells_the_same(capsys: Capture) -> None:
    told = report(capsys, "--only", "date-evening", "--only", "post", "--cmd", shlex.join([*MISTAKEN, "local date"]))
    assert {key: told[key] for key in ("matches", "differs", "failed", "not_asked", "exit_code")} == {
        "matches": 1, "differs": 1, "failed": 0, "not_asked": 0, "exit_code": 1,
    }  # fmt: skip
    (row,) = [row for row in told["cases"] if row["result"] == "differs"]
    assert row == {
        "case": "date-evening",
        "scheme": "TC3-HMAC-SHA256",
        "result": "differs",
        "difference": {
            "step": "string_to_sign",
            "byte": 37,
            "line": 3,
            "column": 10,
            "expected": '"2026-11-22/ccc/tc3_request\\n"',
            "got": '"2026-11-23/ccc/tc3_request\\n"',
            "remark": "",
        },
        "not_answered": [],
        "failure": None,
    }


def test_many_failing_cases_are_told_in_detail_five_times(capsys: Capture) -> None:
    _, out, _ = verified(capsys, "--only", "post*", "--cmd", shlex.join([*MISTAKEN, "no path"]))
    assert out.count("  expected  ") == 5
    assert out.count(": canonical_request differs at line 2, column 1 (byte 6)\n") == 11


# --- what an answer may be -----------------------------------------------------------------------------------------

POST = BY_NAME["post"]
OLDER = BY_NAME["older-get-sha1"]


def test_an_answer_with_blanks_as_clients_write_them_matches() -> None:
    header = POST.steps.texts()["authorization"]
    for value in (header.replace(b"256 C", b"256  C"), header.replace(b", ", b","), b"\n" + header + b"\r\n"):
        assert first_difference(POST, read_answer(value, POST)) is None


def test_an_answer_of_the_older_schemes_is_the_signature_alone() -> None:
    assert first_difference(OLDER, read_answer(OLDER.steps.signature.encode() + b"\n", OLDER)) is None
    other = first_difference(OLDER, read_answer(b"zmmjn35mikh6pM3V7sUEuX4wyYM=", OLDER))
    assert other is not None
    assert other.step == "signature"


UNREADABLE = {
    "nothing": (b"", "got nothing"),
    "blanks": (b" \n", "got nothing"),
    "words": (b"Segmentation fault", "got 18 bytes in 1 lines that are neither"),
    "bytes": (bytes(range(256)), "that are neither"),
    "two headers": (POST.steps.texts()["authorization"] + b"\nTC3-HMAC-SHA256 x", "in 2 lines that are neither"),
    "a list": (b"[]", "got a list"),
    "a number": (b"1", "got a number"),
    "depth": (b"[" * 100_000, "that are neither"),
    "none of the steps": (b'{"Authorization": "x"}', "got none of them"),
    "null": (b'{"authorization": null}', "got none of them"),
    "no signature": (b'{"canonical_request": ""}', "got only canonical_request"),
    "a number as a step": (b'{"signature": 1}', "expected a text as signature, got a number"),
    "many digits": (b'{"signature": ' + b"9" * 10_000 + b"}", "that are neither"),
}  # fmt: skip


@pytest.mark.parametrize("answer", UNREADABLE)
def test_what_is_no_answer_is_told_with_what_was_expected(answer: str) -> None:
    output, words = UNREADABLE[answer]
    with pytest.raises(Unreadable) as refused:
        read_answer(output, POST)
    assert words in str(refused.value)
    assert "expected" in str(refused.value)


@given(st.sampled_from(POSITIVE), st.sampled_from(STEPS), st.data())
def test_any_other_text_is_a_difference_at_that_step_and_at_that_byte(
    case: Any, step: str, data: st.DataObject
) -> None:
    right = case.steps.texts()
    if step not in right or step == "authorization":
        return
    at = data.draw(st.integers(0, len(right[step]) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda value: value != right[step][at]))
    given_text = right[step][:at] + bytes([byte]) + right[step][at + 1 :]
    found = first_difference(case, {**right, step: given_text})
    assert found is not None
    assert found.step == step
    if not found.is_shown:
        assert step in (*SECRET_STEPS, "signature")
        assert given_text.decode("latin-1") not in found.remark
    elif b"(another)" not in found.got.encode():
        assert found.byte == at + 1
        assert found.line == right[step][:at].count(b"\n") + 1


@given(st.sampled_from(POSITIVE), st.dictionaries(st.sampled_from(STEPS), st.text(max_size=60)))
def test_no_answer_makes_the_comparison_fail(case: Any, answer: dict[str, str]) -> None:
    try:
        read = read_answer(json.dumps(answer).encode(), case)
    except Unreadable:
        return
    first_difference(case, read)


@pytest.mark.parametrize(
    ("answered", "unknown"),
    [
        ((), ("canonical_request", "hashed_canonical_request", "string_to_sign", *SECRET_STEPS)),
        (("canonical_request",), ("string_to_sign", *SECRET_STEPS)),
        (("string_to_sign",), SECRET_STEPS),
        (("string_to_sign", "secret_service"), ("secret_signing",)),
        (("string_to_sign", "secret_signing"), ()),
    ],
)
def test_steps_are_unknown_that_nothing_answered_shows(answered: tuple[str, ...], unknown: tuple[str, ...]) -> None:
    right = POST.steps.texts()
    answer = {"signature": b"0" * 64, **{name: right[name] for name in answered}}
    difference = first_difference(POST, answer)
    assert difference is not None
    assert difference.step == "signature"
    assert unknown_before(POST, difference, answer) == unknown


def test_a_token_and_a_secret_id_of_ones_own_are_not_repeated() -> None:
    case = BY_NAME["older-token"]
    own = case.steps.string_to_sign.replace(b"ccc-vectors-temporary-token", b"mine-1").replace(b"AKID-ccc", b"mine-2")
    found = first_difference(case, {"string_to_sign": own, "signature": b"x"})
    assert found is not None
    assert "mine" not in found.got
    assert "SecretId=(another)" in found.got


# --- commands that do not answer -----------------------------------------------------------------------------------


def test_a_command_that_is_not_there_is_3(capsys: Capture) -> None:
    assert verified(capsys, "--cmd", "./no-such-signer") == (
        3, "", "ccc-contract: --cmd: cannot run './no-such-signer': No such file or directory\n",
    )  # fmt: skip


def test_a_crash_is_told_with_its_last_words_and_the_next_case_is_asked(capsys: Capture) -> None:
    program = "import sys; print('a', file=sys.stderr); sys.exit('no \\x1b[31mkey' + 'y' * 500)"
    told = report(capsys, "--only", "get*", "--cmd", python(program))
    assert told["exit_code"] == 3
    assert told["failed"] == len(told["cases"]) == len([name for name in BY_NAME if name.startswith("get")])
    failure = told["cases"][0]["failure"]
    assert failure.startswith("it ended with exit code 1; its last line of standard error: no �[31mkeyyy")
    assert len(failure) < 300


def test_a_signal_is_told(capsys: Capture) -> None:
    told = report(capsys, "--only", "get", "--cmd", python("import os; os.kill(os.getpid(), 9)"))
    assert told["cases"][0]["failure"] == "it was ended by signal 9"


def test_no_end_in_time_ends_the_run(capsys: Capture) -> None:
    code, out, _ = verified(capsys, "--timeout", "0.2", "--cmd", python("import time; time.sleep(600)"))
    assert code == 3
    assert "it had not ended after 0.2 s (--timeout)" in out
    assert "0 of 50 cases match; 1 failed; 49 not asked any more" in out


def test_endless_output_ends_the_run(capsys: Capture) -> None:
    told = report(capsys, "--cmd", python("while True: print('x' * 100_000)"))
    assert told["cases"][0]["failure"] == f"it wrote more than {MAX_OUTPUT_BYTES} bytes to standard output"
    assert told["not_asked"] == 49


def test_a_command_may_leave_its_input_unread_and_chatter_on_standard_error() -> None:
    program = "import sys; sys.stderr.write('x' * 1_000_000); print('answer')"
    assert ask([sys.executable, "-c", program], b"q" * 1_000_000, timeout_seconds=60) == b"answer\n"


def test_a_long_question_reaches_a_command_that_reads_slowly() -> None:
    program = "import sys; print(len(sys.stdin.buffer.read()))"
    assert ask([sys.executable, "-c", program], b"q" * 3_000_000, timeout_seconds=60) == b"3000000\n"


def test_what_a_command_started_ends_with_it(tmp_path: Path) -> None:
    """A child that writes to its output for ever, whose parent has ended."""
    noted = tmp_path / "pid"
    inner = "import os; open(os.environ['NOTED'], 'w').write(str(os.getpid()))\nwhile True: print('x' * 100_000)"
    outer = f"import os, subprocess, sys; os.environ['NOTED'] = {str(noted)!r}\n"
    outer += f"subprocess.Popen([sys.executable, '-c', {inner!r}])\nwhile not os.path.exists({str(noted)!r}): pass"
    with pytest.raises(Failed, match="it wrote more than"):
        ask([sys.executable, "-c", outer], b"", timeout_seconds=60)
    check_that_it_ends(int(noted.read_text()))


def check_that_it_ends(pid: int) -> None:
    """It was killed: it is gone, or a corpse that nobody has collected, as soon as the system has come to it."""
    latest = time.monotonic() + 60
    while not _has_ended(pid):
        assert time.monotonic() < latest
        os.sched_yield()


def _has_ended(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except OSError:
        return True


def test_a_command_with_a_nul_cannot_be_started() -> None:
    with pytest.raises(CannotStart):
        ask(["a\0b"], b"", timeout_seconds=1)


def test_an_interrupt_ends_the_command_and_is_130(tmp_path: Path) -> None:
    noted = tmp_path / "pid"
    program = f"import os, time; open({str(noted)!r} + '.new', 'w').write(str(os.getpid())); "
    program += f"os.rename({str(noted)!r} + '.new', {str(noted)!r}); time.sleep(600)"
    command = [sys.executable, "-m", "ccc_contract.cli", "verify-signer", "--timeout", "300", "--cmd", python(program)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        while not noted.exists():
            assert running.poll() is None
            os.sched_yield()
        running.send_signal(signal.SIGINT)
        _, errors = running.communicate(timeout=60)
    assert running.returncode == 130
    assert errors.strip() == b"ccc-contract: interrupted"
    check_that_it_ends(int(noted.read_text()))


# --- usage ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        ([], "Missing option '--cmd'"),
        (["--cmd", ""], "--cmd: expected a command, got an empty text"),
        (["--cmd", "a 'b"], "--cmd: expected a command as a shell takes it: No closing quotation"),
        (["--cmd", "a", "--only", "post-unicod"], 'no positive case "post-unicod"; nearest: post-unicode'),
        (["--cmd", "a", "--only", "expired"], 'no positive case "expired"'),
        (["--cmd", "a", "--scheme", "md5"], "Invalid value for '--scheme'"),
        (["--cmd", "a", "--timeout", "0"], "Invalid value for '--timeout'"),
        (["--cmd", "a", "--timeout", "nan"], "Invalid value for '--timeout'"),
    ],
)
def test_bad_usage_is_2_and_one_sentence(capsys: Capture, argv: list[str], words: str) -> None:
    code, out, err = verified(capsys, *argv)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert words in err
