"""How `ccc-mock exec` starts a command, passes signals on, and ends."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import pty
import signal
import subprocess
import sys
import termios
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from ccc_mock.cli import main
from ccc_mock.exec import exec_
from executing import execute, python, surroundings_of_a_test
from process import CCC_MOCK, ccc_mock_without


@pytest.mark.parametrize("code", [0, 255])
def test_the_exit_code_is_the_commands(code: int) -> None:
    assert execute("--", "sh", "-c", f"exit {code}").returncode == code


def test_a_command_that_a_signal_ended_is_told_as_shells_do() -> None:
    assert execute("--", "sh", "-c", "kill -KILL $$").returncode == 128 + signal.SIGKILL


def test_a_command_that_there_is_not_is_127_and_one_that_cannot_run_126(tmp_path: Path) -> None:
    text = tmp_path / "text"
    text.write_text("no program")
    missing, unreadable = execute("--", "no-such-command"), execute("--", str(text))
    assert (missing.returncode, unreadable.returncode) == (127, 126)
    assert missing.stderr.startswith("ccc-mock exec: cannot run 'no-such-command': ")
    assert unreadable.stderr.startswith(f"ccc-mock exec: cannot run {str(text)!r}: Permission denied\n")


def test_flags_behind_the_command_are_its_own() -> None:
    assert execute("echo", "--quiet", "--", "-x").stdout == "--quiet -- -x\n"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "expected a command behind the options: ccc-mock exec -- COMMAND [ARGUMENT]..."),
        (("--allow", "https://a.test/", "true"), "--allow: expected a host name or an IP address, without scheme"),
        (("--allow", "", "true"), "--allow: expected a host name or an IP address"),
        (("--allow", "ccc.tencentcloudapi.com", "true"), "ccc.tencentcloudapi.com is what the fake answers for"),
        (("--plan", "nonsense!", "true"), "--plan: "),
        (("--limit", "ip=1", "--no-rate-limit", "true"), "--limit goes with --rate-limit"),
        (("--port", "1", "true"), "No such option"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_the_options_is_one_sentence(
    arguments: tuple[str, ...], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["exec", *arguments]) == 2
    complaint = capsys.readouterr().err
    assert told in complaint
    assert len(complaint.splitlines()) == 1


def test_without_the_extra_it_is_said_what_to_install() -> None:
    run = execute("true", program=ccc_mock_without("trustme"))
    assert run.returncode == 2
    assert run.stderr == "ccc-mock: exec needs trustme: pip install 'ccc-mock[tls]'\n"


def test_without_a_temporary_folder_it_says_so(tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    program = (sys.executable, "-c", f"import tempfile, sys; tempfile.tempdir = {str(nowhere)!r}\n"
               "from ccc_mock.cli import main; sys.exit(main())")  # fmt: skip
    run = execute("true", program=program)
    assert run.returncode == 2
    assert run.stderr.startswith("ccc-mock: exec cannot begin: [Errno 2] No such file or directory: ")
    assert len(run.stderr.splitlines()) == 1


def test_a_fake_that_verifies_nothing_says_so() -> None:
    assert execute("--auth", "off", "true").stderr.startswith("ccc-mock exec: warning: auth off: ")


def test_every_flag_is_told() -> None:
    told = (Path(__file__).parents[2] / "docs" / "exec.md").read_text("utf-8")
    for option in exec_.params:
        if isinstance(option, click.Option):
            assert f"`{option.opts[-1]}" in told


WAITS = """
import signal, sys
got = []
for number in (signal.SIGINT, signal.SIGHUP, signal.SIGUSR1):
    signal.signal(number, lambda number, frame: (got.append(number), print(signal.Signals(number).name, flush=True)))
signal.signal(signal.SIGTERM, lambda *_: sys.exit(40 + len(got)))
print("ready", flush=True)
while True:
    signal.pause()
"""


@contextlib.contextmanager
def started(temporary: Path, **how: object) -> Iterator[subprocess.Popen[str]]:
    """A command that tells which signals it gets, and ends at SIGTERM with 40 and how many those were."""
    with subprocess.Popen(
        [*CCC_MOCK, "exec", *python(WAITS)],
        env=surroundings_of_a_test(TMPDIR=str(temporary)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        **how,
    ) as running:
        try:
            assert running.stdout.readline() == "ready\n"
            yield running
        finally:
            running.kill()


def test_signals_are_passed_on_and_the_fake_ends_after_the_command(tmp_path: Path) -> None:
    with started(tmp_path) as running:
        for number in (signal.SIGINT, signal.SIGHUP, signal.SIGUSR1):
            running.send_signal(number)
            assert running.stdout.readline() == f"{number.name}\n"
        running.send_signal(signal.SIGTERM)
        _, told = running.communicate(timeout=20)
    assert running.returncode == 43
    assert told.startswith("ccc-mock exec: no call met the fake")
    assert os.listdir(tmp_path) == []


def test_ctrl_c_reaches_the_command_once(tmp_path: Path) -> None:
    # The terminal sends it to each process in its foreground: to pass it on would be to send it twice.
    ours, its = pty.openpty()

    def take_the_terminal() -> None:
        os.setsid()
        fcntl.ioctl(its, termios.TIOCSCTTY, 0)

    with started(tmp_path, stdin=its, preexec_fn=take_the_terminal) as running:
        os.close(its)
        os.write(ours, b"\x03")
        assert running.stdout.readline() == "SIGINT\n"
        running.send_signal(signal.SIGTERM)
        running.communicate(timeout=20)
    os.close(ours)
    assert running.returncode == 41


def test_a_command_has_the_signals_that_it_would_have_had() -> None:
    program = """
import json, signal
blocked = signal.pthread_sigmask(signal.SIG_BLOCK, ())
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
ignored = int(status["SigIgn"], 16) & 0x7FFFFFFF  # those above are the C library's own
print(json.dumps([len(blocked), ignored]))
"""
    if not os.path.exists("/proc/self/status"):
        pytest.skip("this system does not tell")
    alone = subprocess.run([sys.executable, "-c", program], capture_output=True, encoding="utf-8", check=True)
    assert json.loads(execute(*python(program)).stdout) == json.loads(alone.stdout)


def test_a_command_that_ends_while_a_grandchild_lives_ends_the_fake(tmp_path: Path) -> None:
    run = execute("--", "sh", "-c", "sleep 30 >/dev/null 2>&1 & echo $!", TMPDIR=str(tmp_path))
    os.kill(int(run.stdout), signal.SIGKILL)  # it was still there
    assert run.returncode == 0
    assert os.listdir(tmp_path) == []
