"""Each sentence is there in both languages, says the same places, and is said somewhere; the page tells all of it."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

import ccc_mock
from ccc_mock.explain import EXIT_CODES
from ccc_mock.explain import explain as command
from ccc_mock.explaining import texts
from ccc_mock.explaining.forms import FORMS

ROOT = Path(ccc_mock.__file__).parents[1]
TABLES = {"note": texts._NOTES, "unreadable": texts._UNREADABLE, "label": texts._LABELS}
SENTENCES = [(table, key) for table, sentences in TABLES.items() for key in sentences]


@pytest.mark.parametrize(("table", "key"), SENTENCES)
def test_both_languages_have_the_same_places(table: str, key: str) -> None:
    english, chinese = TABLES[table][key]
    places = [sorted(name for _, name, _, _ in Formatter().parse(text) if name) for text in (english, chinese)]
    assert places[0] == places[1]
    assert re.search("[\u4e00-\u9fff]", chinese) or key in ("and",)
    assert not re.search("[\u4e00-\u9fff]", english)


@pytest.mark.parametrize(("table", "key"), SENTENCES)
def test_every_sentence_is_said_somewhere(table: str, key: str) -> None:
    sources = [*(ROOT / "ccc_mock" / "explaining").glob("*.py"), ROOT / "ccc_mock" / "explain.py"]
    said = "".join(file.read_text("utf-8") for file in sources if file.name != "texts.py")
    assert f'"{key}"' in said


def test_the_page_tells_every_option_form_and_exit_code() -> None:
    page = (ROOT / "docs" / "explain.md").read_text("utf-8")
    for option in command.params:
        if option.param_type_name == "option":
            assert any(f"`{name}" in page for name in option.opts), option.opts
    for form in FORMS:
        assert f"| `{form}` |" in page
    for code in (*EXIT_CODES.values(), 2):
        assert f"| {code} |" in page
    for verdict in EXIT_CODES:
        assert f"`{verdict}`" in page
