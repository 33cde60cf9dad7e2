"""What `ccc-contract grade` stored of our own mutants: each is found out, each property finds one, no two are alike.

Made by `python tests/suite/grade_mutants.py`; tests/mock/test_mutants.py holds each mutant against its own property
afresh.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from ccc_contract.suite.grading import Matrix
from ccc_contract.suite.ledger import Ledger
from ccc_contract.suite.properties import FAMILIES, PROPERTIES
from ccc_mock.mutants import MUTANTS

ROOT = Path(__file__).parents[2]
MATRIX = Matrix.read((ROOT / "fixtures" / "suite" / "grading.json").read_text("utf-8"))
PAGE = (ROOT / "docs" / "mutants.md").read_text("utf-8")


def test_the_matrix_is_that_of_todays_mutants_and_properties() -> None:
    assert set(MATRIX.rows) == set(MUTANTS)
    assert set(MATRIX.properties) == {prop.name for prop in PROPERTIES}


def test_each_mutant_is_found_out_by_the_property_that_it_names() -> None:
    assert {name: MUTANTS[name].property for name in MUTANTS if MUTANTS[name].property not in MATRIX.rows[name]} == {}


def test_no_two_mutants_are_found_out_by_the_same_properties() -> None:
    assert MATRIX.alike == []


def test_each_property_finds_one_out_or_the_page_says_why_it_cannot() -> None:
    section = PAGE.partition("## Properties that find no mutant out")[2].partition("\n## ")[0]
    told = re.findall(r"^\| `(\w+)` \| \S.*\|$", section, re.MULTILINE)
    assert sorted(told) == sorted(MATRIX.idle)


@pytest.mark.parametrize("family", [family.name for family, _ in FAMILIES if family.name != "calls"])
def test_each_family_has_three_mutants_or_more(family: str) -> None:
    assert Counter(mutant.family for mutant in MUTANTS.values())[family] >= 3


def test_the_ledger_has_a_verdict_on_each_property_for_this_fake() -> None:
    told = Ledger.read((ROOT / "fixtures" / "suite" / "ledger.json").read_text("utf-8")).targets["ccc-mock 0.1.0"]
    assert {name: each["outcome"] for name, each in told.items()} == {prop.name: "held" for prop in PROPERTIES}
