"""docs/world.md and the code say the same."""

from __future__ import annotations

import re
from pathlib import Path

from ccc_mock.world.endings import STATUSES
from ccc_mock.world.rules import RULES

WORLD_MD = (Path(__file__).parents[2] / "docs" / "world.md").read_text("utf-8")


def test_docs_tell_every_rule_in_its_order() -> None:
    told = re.findall(r"^\| ([a-z-]+) \| `([A-Za-z.]+)` \| (.*) \|$", WORLD_MD, re.MULTILINE)
    assert told == [(rule.name, rule.code, rule.arises) for rule in RULES]


def test_docs_name_only_words_that_there_are() -> None:
    (told,) = re.findall(r"the vendor's word for the EndStatus \((.*?), …\)", WORLD_MD, re.DOTALL)
    assert set(re.findall(r"`(\w+)`", told)) <= STATUSES.keys()
