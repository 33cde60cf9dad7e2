"""docs/signature-errors.md lists every mistake and every observation, as they are told."""

from __future__ import annotations

import re
from pathlib import Path

from ccc_mock.forensics.budget import EACH_SECONDS, SHARE
from ccc_mock.forensics.cases import REWRITTEN_BYTES, Newer, OlderCase
from ccc_mock.forensics.mistakes import MISTAKES
from ccc_mock.forensics.observations import ODDITIES
from ccc_mock.forensics.writing import MAX_BYTES
from ccc_mock.mismatch import HEADER

PAGE = (Path(__file__).parents[2] / "docs" / "signature-errors.md").read_text("utf-8")


def told(sentence: str) -> str:
    """A sentence with its places open."""
    return re.sub(r"\{\w+\}", "…", sentence).replace("{{}}", "{}").replace("|", "\\|")


def mistake_rows() -> list[str]:
    rows = []
    for mistake in MISTAKES:
        schemes = [name for name, case in (("TC3", Newer), ("older", OlderCase)) if case.concerns(mistake)]
        rows.append(f"| `{mistake.name}` | {', '.join(schemes)} | {told(mistake.sentence.english)} |")
    return rows


def observation_rows() -> list[str]:
    return [f"| `{oddity.name}` | {told(oddity.sentence.english)} |" for oddity in ODDITIES]


def listed(heading: str) -> list[str]:
    """The rows of the table under that heading."""
    section = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return [line for line in section.splitlines() if line.startswith("| `")]


def test_every_mistake_is_listed_as_it_is_told() -> None:
    assert listed("The known mistakes") == mistake_rows()
    assert f"{len(MISTAKES)} mistakes" in PAGE


def test_every_observation_is_listed_as_it_is_told() -> None:
    assert listed("What is observed") == observation_rows()


def test_the_bounds_that_are_told_are_those_of_the_code() -> None:
    assert f"{EACH_SECONDS * 1000:g} milliseconds" in PAGE
    assert f"{SHARE:g} seconds in each second" in PAGE
    assert f"{MAX_BYTES // 1024} KiB" in PAGE
    assert f"{REWRITTEN_BYTES // 1024} KiB" in PAGE
    assert HEADER.decode() in PAGE
