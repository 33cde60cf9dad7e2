"""The story's program is the one that is shipped; its console blocks are run by tests/test_docs.py."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STORY = (ROOT / "docs" / "story.md").read_text("utf-8")
PROGRAM = ROOT / "fixtures" / "naive_dialler"


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", STORY, re.MULTILINE | re.DOTALL)


SHIPPED = ["program/dialler.py", "asked/conftest.py", "fixed/dialler.py"]


@pytest.mark.parametrize(("block", "file"), list(zip(blocks("python"), SHIPPED, strict=True)), ids=SHIPPED)
def test_what_the_story_shows_is_what_is_shipped(block: str, file: str) -> None:
    assert block in (PROGRAM / file).read_text("utf-8")


def test_the_fixed_program_differs_from_the_naive_one_only_in_how_it_calls() -> None:
    naive, fixed = ((PROGRAM / folder / "dialler.py").read_text("utf-8") for folder in ("program", "fixed"))
    assert naive[naive.index("def _place") :] == fixed[fixed.index("def _place") :]


@pytest.mark.skipif(
    "--ccc-coverage" not in (ROOT / "ccc_mock" / "pytest_plugin.py").read_text("utf-8"),
    reason="error-path coverage is not there yet",
)
def test_what_was_never_tried_is_what_coverage_tells(tmp_path: Path) -> None:
    """Line by line, without what runs and versions change: times, counts of all there is, the far columns."""
    shutil.copytree(PROGRAM / "program", tmp_path / "dialler")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "TENCENTCLOUD"))}
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "ccc_mock", "--ccc-coverage"],
        cwd=tmp_path / "dialler",
        env={**clean, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    (shown,) = blocks("text")
    for line in shown.splitlines():
        assert re.search(_as_pattern(line), ran.stdout), f"{line}\nis not in\n{ran.stdout}"


def _as_pattern(line: str) -> str:
    """The line, with any figures in place of its own, any blanks between words, and anything behind `…`."""
    words = line.split("…")[0].split()
    return r"\s+".join(re.sub(r"[0-9]+(\\\.[0-9]+)?", "[0-9.]+", re.escape(word)) for word in words)
