"""The sentences of refusals can be told in the other language again."""

from __future__ import annotations

from string import Formatter

import pytest

from ccc_mock.languages import CHINESE, ENGLISH
from ccc_mock.messages import MESSAGES, in_english, sentence


@pytest.mark.parametrize("key", MESSAGES)
def test_a_sentence_in_chinese_is_put_into_english_with_its_values(key: str) -> None:
    names = [name for _, name, _, _ in Formatter().parse(MESSAGES[key][1]) if name]
    values = {name: f"a `{name}`, {{0}}" for name in names}
    assert in_english(sentence(key, CHINESE, **values)) == sentence(key, ENGLISH, **values)


@pytest.mark.parametrize("told", ["", "被叫号码有误。", "The SecretId was not found.", "`{name}`"])
def test_what_is_no_such_sentence_stays_as_it_is(told: str) -> None:
    assert in_english(told) == told
