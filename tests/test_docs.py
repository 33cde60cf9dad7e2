"""Every block of README and docs does what it says; README.zh-CN has the blocks of README.

`python` blocks run as programs, or under pytest where they define a test; `console` blocks run line by line and their
output is compared (`…` stands for anything); the two `sh` blocks of README are run by `.ci/run`, on a fresh copy.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from process import Process, serve

ROOT = Path(__file__).parents[1]
ENGLISH, CHINESE = ROOT / "README.md", ROOT / "README.zh-CN.md"
DOCUMENTS = [ENGLISH, CHINESE, *sorted((ROOT / "docs").glob("*.md"))]
WRITTEN_PORT = "127.0.0.1:8679"

_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    language: str
    text: str


def blocks(document: Path) -> list[Block]:
    return [Block(*match) for match in _BLOCK.findall(document.read_text("utf-8"))]


@pytest.fixture
def fake() -> Iterator[Process]:
    with serve("--quiet") as process:
        yield process


# The blocks of README.zh-CN are those of README: test_both_readmes_have_the_same_blocks.
@pytest.mark.parametrize("document", [path for path in DOCUMENTS if path != CHINESE], ids=lambda path: path.name)
def test_every_block_does_what_it_says(document: Path, fake: Process, tmp_path: Path) -> None:
    for block in blocks(document):
        text = block.text.replace(WRITTEN_PORT, fake.host)
        RUNNERS[block.language](text, tmp_path)


# To load every plugin that this project's own tests need takes ten times as long as to run a block.
PYTEST = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull)
LONELY = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": "-p ccc_mock"}


def run_python(text: str, folder: Path) -> None:
    is_test = "\ndef test_" in text
    program = folder / ("test_block.py" if is_test else "block.py")
    program.write_text(text, "utf-8")
    also = ("-p", "schemathesis.pytest.plugin") if "import schemathesis\n" in text else ()
    result = run([sys.executable, *((*PYTEST, *also) if is_test else ()), str(program)], folder)
    assert result.returncode == 0, result.stdout


def run_console(text: str, folder: Path) -> None:
    """Each `$ line` is run in one shell; its output must be what follows.  Exports last to the end of the page."""
    commands = re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]
    kept = folder / ".exports"
    exports = kept.read_text("utf-8") if kept.exists() else ""
    for command in commands:
        line, _, expected = command.partition("\n")
        result = run(["bash", "-c", exports + line], folder)
        assert result.returncode == 0, result.stdout
        if line.startswith("export "):
            exports += line + "\n"
        assert fits(expected, result.stdout), f"$ {line}\n{result.stdout}\nis not\n{expected}"
    kept.write_text(exports, "utf-8")


def fits(expected: str, got: str) -> bool:
    """Is it the same text, where `…` stands for anything and white space at the ends does not count?"""
    pattern = ".*?".join(map(re.escape, expected.strip().split("…")))
    return re.fullmatch(pattern, got.strip(), re.DOTALL) is not None


def run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    binaries = Path(sys.executable).parent
    return subprocess.run(
        command,
        cwd=folder,
        env={
            **os.environ,
            "PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(folder),
            "CHECKOUT": str(ROOT),
            **LONELY,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


def shown_only(text: str, folder: Path) -> None:
    """A `text` block shows; another test holds it against the truth.  A `sh` block is run by `.ci/run`.

    So are the blocks of other languages, as files of tests/languages.
    """


OTHER_LANGUAGES = ("javascript", "json", "go", "java", "xml")
RUNNERS = {
    "python": run_python,
    "console": run_console,
    **dict.fromkeys(("text", "sh", *OTHER_LANGUAGES), shown_only),
}


def test_every_block_of_languages_is_a_file_that_ci_runs() -> None:
    shown = [block.text for block in blocks(ROOT / "docs" / "languages.md")]
    folder = ROOT / "tests" / "languages"
    files = [
        "python/test_calls.py",
        "node/calls.test.mjs",
        "node/package.json",
        "go/calls_test.go",
        "go/go.mod",
        "java/src/test/java/CallsTest.java",
        "java/pom.xml",
    ]
    assert shown == [(folder / file).read_text("utf-8") for file in files]
    assert "tests/languages/run.py" in (ROOT / ".ci" / "run").read_text("utf-8")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_other_languages_stand_only_where_they_are_run(document: Path) -> None:
    if document.name != "languages.md":
        assert not [block for block in blocks(document) if block.language in OTHER_LANGUAGES]


def test_readme_has_two_commands_and_ci_runs_both() -> None:
    commands = [block.text for block in blocks(ENGLISH) if block.language == "sh"]
    assert len(commands) == 2
    assert commands[0].rstrip().endswith("ccc-mock serve")
    assert commands[1].rstrip().endswith("pytest")
    ci = (ROOT / ".ci" / "run").read_text("utf-8")
    assert "readme_command 1" in ci
    assert "readme_command 2" in ci


def test_the_greeting_in_readme_is_the_real_one() -> None:
    from ccc_mock import DEFAULT_CREDENTIAL
    from ccc_mock.serve import hello

    (greeting,) = [block.text for block in blocks(ENGLISH) if block.language == "text"]
    assert greeting.rstrip() == hello(f"http://{WRITTEN_PORT}", DEFAULT_CREDENTIAL, None, shown=True)


def test_both_readmes_have_the_same_blocks() -> None:
    assert blocks(CHINESE) == blocks(ENGLISH)


@pytest.mark.parametrize("document", [ENGLISH, CHINESE], ids=lambda path: path.name)
def test_a_readme_is_short_and_says_first_that_it_is_unofficial(document: Path) -> None:
    lines = document.read_text("utf-8").splitlines()
    assert len(lines) < 300
    assert re.search("unofficial|非官方", "\n".join(lines[:10]), re.IGNORECASE)


@pytest.mark.parametrize("document", [*DOCUMENTS, *ROOT.glob("[ACS]*.md")], ids=lambda path: path.name)
def test_every_link_to_a_file_leads_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)", document.read_text("utf-8")):
        if "://" not in target:
            assert (document.parent / target).exists(), target


def test_every_flag_of_serve_is_told() -> None:
    from ccc_mock.serve import serve as command

    told = (ROOT / "docs" / "serve.md").read_text("utf-8")
    for option in command.params:
        assert f"`{option.opts[-1]}" in told
        assert f"`{option.envvar}`" in told


def test_every_field_of_a_journal_entry_is_told() -> None:
    from ccc_contract import Request
    from ccc_mock import Endpoint

    endpoint = Endpoint()
    endpoint.exchange(Request.post("x", {}))
    (entry,) = endpoint.accounts.default.journal.page().entries
    told = (ROOT / "docs" / "journal.md").read_text("utf-8")
    for field in entry.as_json(endpoint.redaction, ""):
        assert f"`{field}`" in told


@pytest.mark.parametrize(
    ("expected", "got", "verdict"),
    [("a … c", "a b c", True), ("a\n", "a", True), ("a", "b", False), ("a", "a b", False), ("", "x", False)],
)
def test_output_is_compared_with_gaps(expected: str, got: str, verdict: bool) -> None:
    assert fits(expected, got) is verdict
