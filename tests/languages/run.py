"""Run the tests of docs/languages.md against one fake: `python tests/languages/run.py [LANGUAGE ...]`.

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


class Language(NamedTuple):
    """`fetch` brings its packages, `test` runs its test."""

    fetch: Command
    test: Command


LANGUAGES = {
    "python": Language(
        (sys.executable, "-c", "import tencentcloud.ccc"),
        (sys.executable, "-m", "unittest", "test_calls.py"),
    ),
    "node": Language(NPM_INSTALL, ("node", "--test")),
    "go": Language(GO_DOWNLOAD, ("go", "test", "-count=1", "./...")),
    # Maven knows what a test run needs only by making one.
    "java": Language(
        (*MAVEN, "test", "-Dtest=None", "-Dsurefire.failIfNoSpecifiedTests=false"), (*MAVEN, "--offline", "test")
    ),
}


def run_language(language: Language, folder: Path, url: str) -> None:
    need(*language)
    fetch(language.fetch, folder)
    succeed(language.test, folder, {"CCC_MOCK_URL": url})


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
