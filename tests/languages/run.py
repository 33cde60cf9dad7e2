"""Run the tests of docs/languages.md against one fake: `python tests/languages/run.py [LANGUAGE ...]`.

A language whose toolchain is not here, or whose packages cannot be had in time, is skipped and told with the reason.
Exits with 1 if a test fails.  Each test runs in a copy of its folder, so that nothing is built in the checkout.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
FETCH_SECONDS, TEST_SECONDS = 300, 120

MAVEN = ("mvn", "--batch-mode", "--quiet")


class Language(NamedTuple):
    """`fetch` brings its packages, `test` runs its test."""

    fetch: tuple[str, ...]
    test: tuple[str, ...]


LANGUAGES = {
    "python": Language(
        (sys.executable, "-c", "import tencentcloud.ccc"),
        (sys.executable, "-m", "unittest", "test_calls.py"),
    ),
    "node": Language(
        ("npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts"),
        ("node", "--test"),
    ),
    "go": Language(("go", "mod", "download"), ("go", "test", "-count=1", "./...")),
    # Maven knows what a test run needs only by making one.
    "java": Language(
        (*MAVEN, "test", "-Dtest=None", "-Dsurefire.failIfNoSpecifiedTests=false"), (*MAVEN, "--offline", "test")
    ),
}


class Skipped(Exception):
    """Why a language does not run here."""


class Failed(Exception):
    """What its test said."""


class TookTooLong(Exception):
    """A command did not end in time."""


def run_language(language: Language, folder: Path, url: str) -> None:
    for program, *_ in language:
        if shutil.which(program) is None:
            raise Skipped(f"there is no {program} here")
    fetch(language, folder)
    try:
        code, output = run(language.test, folder, TEST_SECONDS, CCC_MOCK_URL=url)
    except TookTooLong:
        raise Failed(f"it did not end within {TEST_SECONDS} seconds") from None
    if code != 0:
        raise Failed(output)


def fetch(language: Language, folder: Path) -> None:
    try:
        code, output = run(language.fetch, folder, FETCH_SECONDS)
    except TookTooLong:
        raise Skipped(f"its packages could not be had within {FETCH_SECONDS} seconds") from None
    if "COMPILATION ERROR" in output:  # Maven compiles on the way: that is the test's fault
        raise Failed(output)
    if code != 0:
        raise Skipped("its packages could not be had: " + " ".join(output.split())[:300])


def run(command: tuple[str, ...], folder: Path, seconds: float, **more: str) -> tuple[int, str]:
    """Run a command; gives its exit code and what it printed."""
    with subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, **more},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    ) as started:
        try:
            output, _ = started.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(started.pid, signal.SIGKILL)  # what it started, too: that holds the pipe open
            raise TookTooLong from None
    return started.returncode, output


def told(name: str, url: str, scratch: Path) -> bool:
    """Run one language and print how it went; was it no failure?"""
    folder = scratch / name
    shutil.copytree(HERE / name, folder)
    began = time.monotonic()
    try:
        run_language(LANGUAGES[name], folder, url)
    except Skipped as skipped:
        print(f"{name}: skipped, {skipped}")
    except Failed as failed:
        print(f"{name}: FAILED\n{failed}")
        return False
    else:
        print(f"{name}: passed ({time.monotonic() - began:.1f} s)")
    return True


def main() -> int:
    serve = [sys.executable, "-m", "ccc_mock.cli", "serve", "--port", "0", "--json", "--quiet"]
    with (
        tempfile.TemporaryDirectory() as scratch,
        subprocess.Popen(serve, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as fake,
    ):
        try:
            url = json.loads(fake.stdout.readline())["url"]
            results = [told(name, url, Path(scratch)) for name in sys.argv[1:] or LANGUAGES]
        finally:
            fake.terminate()
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
