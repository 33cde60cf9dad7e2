"""The story's program is the one that is shipped; its console blocks are run by tests/test_docs.py."""

from __future__ import annotations

import re
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


def test_the_story_is_typed_in_one_shell_which_stays_where_it_is() -> None:
    typed = [line for block in blocks("console") for line in block.splitlines() if line.startswith("$ ")]
    assert len(typed) > 6
    assert not [line for line in typed if re.search(r"\b(cd|pushd)\b", line)]
