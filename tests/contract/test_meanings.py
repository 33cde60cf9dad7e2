"""What each error code tells whoever meets it: one sentence in English, one in Chinese."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from ccc_contract.model import ErrorCode
from ccc_contract.reading import load_api

LANGUAGES = ("en-US", "zh-CN")
CODES = list(load_api().errors.values())

each_code = pytest.mark.parametrize("code", CODES, ids=lambda code: code.code)
each_language = pytest.mark.parametrize("language", LANGUAGES)


@each_code
def test_a_code_is_told_in_both_languages(code: ErrorCode) -> None:
    assert tuple(code.meanings) == LANGUAGES
    assert [code.meaning(language) for language in LANGUAGES] == list(code.meanings.values())


@each_code
def test_the_english_is_one_plain_ascii_sentence(code: ErrorCode) -> None:
    assert re.fullmatch(r"[A-Z][ -~]*[^ .]\.", code.meaning("en-US"))


@each_code
def test_the_chinese_is_one_chinese_sentence(code: ErrorCode) -> None:
    sentence = code.meaning("zh-CN")
    assert re.search(r"[\u4e00-\u9fff]", sentence)
    assert sentence.endswith("。")
    assert sentence.count("。") == 1


@each_code
@each_language
def test_a_meaning_is_short_and_does_not_repeat_the_code(code: ErrorCode, language: str) -> None:
    sentence = code.meaning(language)
    assert len(sentence) <= 160
    assert sentence == sentence.strip()
    assert code.code.casefold() not in sentence.casefold()


@each_language
def test_no_two_codes_mean_the_same(language: str) -> None:
    counted = Counter(code.meaning(language) for code in CODES)
    assert [sentence for sentence, times in counted.items() if times > 1] == []


def test_no_meaning_is_the_vendors_sentence() -> None:
    errorcodes = pytest.importorskip("tencentcloud.ccc.v20200210.errorcodes")
    with open(errorcodes.__file__, encoding="utf-8") as source:
        theirs = {line[1:].strip(" \n。") for line in source if line.startswith("#")}
    assert [code.code for code in CODES if code.meaning("zh-CN").strip("。") in theirs] == []


def test_a_code_means_what_its_name_says() -> None:
    black_user = load_api().errors["FailedOperation.CalleeIsBlackUser"]
    assert black_user.meaning("en-US") == "The callee is on the list of numbers that must not be called."
    assert black_user.meaning("zh-CN") == "被叫号码在禁止外呼的名单中。"


def test_a_language_of_no_meaning_is_refused() -> None:
    with pytest.raises(KeyError):
        CODES[0].meaning("fr-FR")
