"""docs/plans.md says of the language what the code says."""

from __future__ import annotations

import re
from pathlib import Path

from ccc_contract import load_api
from ccc_mock.magic import NUMBERS
from ccc_mock.plans import grammar
from ccc_mock.plans.faults import FAULTS, written
from ccc_mock.plans.grammar import parse

TOLD = (Path(__file__).parents[2] / "docs" / "plans.md").read_text("utf-8")


def test_the_table_of_faults_is_the_list_of_faults() -> None:
    rows = re.findall(r"^\| `([^`]+)` \| `@(before|after)` \| (.+) \|$", TOLD, re.MULTILINE)
    assert rows == [(written(fault), fault.moment, fault.says) for fault in FAULTS.values()]


def test_the_grammar_is_that_of_the_parser() -> None:
    assert grammar.__doc__.partition("\n\n")[2].strip() in TOLD


def test_the_numbers_of_faults_are_those_that_are_served() -> None:
    rows = re.findall(r"^\| `([0-9]{4})` \| `(.+)` \|$", TOLD, re.MULTILINE)
    assert dict(rows) == {number: step for number, step in NUMBERS.items() if number >= "0200"}


def test_the_first_examples_are_plans() -> None:
    examples = TOLD.split("```text\n")[1].split("```")[0].splitlines()
    assert len(examples) == 8
    for line in examples:
        assert parse(re.split(" {3,}", line)[0], load_api()).drafts


def test_of_magic_numbers_the_first_sentence_is_a_warning() -> None:
    section = TOLD.partition("### Numbers that provoke something\n\n")[2]
    first = section.partition(";")[0]
    assert "validate" in first
    assert "reject" in first
    assert "--magic-prefix" in section.partition(".")[0]
