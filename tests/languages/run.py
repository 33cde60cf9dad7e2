"""Run the tests of docs/languages.md against one fake: `python tests/languages/run.py [LANGUAGE ...]`.

After them, in the same folders, tests of code that is as in production, by each build tool under `ccc-mock exec`.

A language whose toolchain is not here, or whose packages cannot be had in time, is skipped and told with the reason.
Exits with 1 if a test fails.  Each test runs in a copy of its folder, so that nothing is built in the checkout.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from process import serve
from toolchains import GO_DOWNLOAD, MAVEN, NPM_INSTALL, Command, Failed, Skipped, fetch, need, succeed

HERE = Path(__file__).parent

# What the tests of `production` expect: a refusal, and then as many calls as they like.
EXEC = (
    sys.executable,
    "-m",
    "ccc_mock.cli",
    "exec",
    "--plan",
    "action=CreateAIAgentCall callee=008613800000001: FailedOperation.CalleeIsBlackUser*",
    "--",
)


class Language(NamedTuple):
    """`fetch` brings its packages, `test` runs its test, `production` the one for `ccc-mock exec`."""

    fetch: Command
    test: Command
    production: Command


LANGUAGES = {
    "python": Language(
        (sys.executable, "-c", "import tencentcloud.ccc"),
        (sys.executable, "-m", "unittest", "test_calls.py"),
        (sys.executable, "-m", "unittest", "production.py"),
    ),
    "node": Language(NPM_INSTALL, ("node", "--test"), ("node", "--test", "production/calls.mjs")),
    "go": Language(GO_DOWNLOAD, ("go", "test", "-count=1", "."), ("go", "test", "-count=1", "./production")),
    # Maven knows what a test run needs only by making one.
    "java": Language(
        (*MAVEN, "test", "-Dtest=None", "-Dsurefire.failIfNoSpecifiedTests=false"),
        (*MAVEN, "--offline", "test"),
        (*MAVEN, "--offline", "test", "-Dtest=Production"),
    ),
}


def run_language(language: Language, folder: Path, url: str) -> None:
    need(*language)
    fetch(language.fetch, folder)
    succeed(language.test, folder, {"CCC_MOCK_URL": url})
    told = succeed((*EXEC, *language.production), folder)
    if "calls met the fake" not in told or "refused" in told:
        raise Failed(told)


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
    with tempfile.TemporaryDirectory() as scratch, serve("--quiet") as fake:
        results = [told(name, fake.hello["url"], Path(scratch)) for name in sys.argv[1:] or LANGUAGES]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
