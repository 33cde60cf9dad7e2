"""Scheme, method and way of writing are drawn like any other input, and each combination occurs."""

from __future__ import annotations

from collections import Counter
from itertools import product

from ccc_contract.suite.draft import METHODS, SCHEMES
from ccc_contract.suite.questions import questions
from ccc_contract.suite.writing import WRITINGS


def test_each_combination_occurs_among_what_a_run_draws() -> None:
    drawn = Counter(draft.way for draft in questions(0, 1500))  # a default run draws ten times as many
    assert set(drawn) == set(product(SCHEMES, METHODS, WRITINGS))
