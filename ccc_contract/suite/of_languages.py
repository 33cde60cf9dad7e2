"""In which language a refusal is told, and what becomes of text in other scripts."""

from __future__ import annotations

import re

from hypothesis import strategies as st

from .draft import Draft
from .drawing import READS, drafts
from .mistakes import refused
from .of_signature import lets_in
from .property import Family
from .reply import Reply
from .service import Service

languages = Family("languages", "the language of messages, and text in any script")

ENGLISH, CHINESE = "en-US", "zh-CN"
_REFUSED = "doc-common-errors"
_HAN = re.compile("[\u4e00-\u9fff]")
_SCRIPTS = st.sampled_from(["张三", "Ünïcödé", "Ελλάδα", "данные", "नाम", "اسم", "\U0001f600", "ﬀ", "e\u0301", "a中b"])


def _is_chinese(reply: Reply) -> bool:
    return _HAN.search(reply.message) is not None


@languages.holds("public-logs", "observed", refusal=_REFUSED, draft=refused())
def zh_cn_is_answered_in_chinese(service: Service, draft: Draft) -> None:
    """Who asks for zh-CN is refused in Chinese."""
    reply = service.ask(draft.with_common(Language=CHINESE))
    if reply.code and not _is_chinese(reply):
        service.fail("a message in Chinese", reply.message, reply)


@languages.holds("public-logs", "observed", refusal=_REFUSED, draft=refused())
def en_us_is_answered_in_english(service: Service, draft: Draft) -> None:
    """Who asks for en-US is refused without a Chinese character."""
    _expect_english(service, draft, ENGLISH)


@languages.holds("public-logs", "observed", refusal=_REFUSED, draft=refused())
def no_language_is_answered_in_english(service: Service, draft: Draft) -> None:
    """Who asks for no language is refused in English, whatever was asked for before."""
    service.ask(draft.with_common(Language=CHINESE))
    _expect_english(service, draft, None)


@languages.holds(
    "assumed", "assumed", refusal=_REFUSED,
    draft=refused(), language=st.sampled_from(["fr-FR", "zh", "zh-TW", "ZH-CN", "zh_CN", "ja-JP", "-", "中文"]),
)  # fmt: skip
def another_language_is_answered_in_english(service: Service, draft: Draft, language: str) -> None:
    """Who asks for a language that is not documented is refused in English."""
    _expect_english(service, draft, language)


def _expect_english(service: Service, draft: Draft, language: str | None) -> None:
    reply = service.ask(draft.with_common(Language=language))
    if _is_chinese(reply):
        service.fail("a message in English", reply.message, reply)


@languages.holds("doc-common-params", refusal=_REFUSED, draft=refused())
def codes_do_not_depend_on_the_language(service: Service, draft: Draft) -> None:
    """A mistake has the same code in both languages."""
    service.makes_no_difference(draft.with_common(Language=ENGLISH), draft.with_common(Language=CHINESE))


@languages.holds("assumed", "assumed", refusal=_REFUSED, draft=refused())
def chinese_is_not_escaped(service: Service, draft: Draft) -> None:
    """Characters beyond ASCII stand in an answer as they are, and not as \\u and digits."""
    reply = service.ask(draft.with_common(Language=CHINESE))
    if _is_chinese(reply) and reply.response.body.isascii():
        service.fail("characters as they are", reply.response.body[:200], reply)


@languages.holds("public-logs", "inferred", needs=("permission",), draft=drafts(READS), name=_SCRIPTS)
def a_name_in_any_script_comes_back(service: Service, draft: Draft, name: str) -> None:
    """The message on an unknown parameter has its name in backticks, in whichever script."""
    reply = service.ask(draft.with_params(**{name: "1"}).with_common(Language=ENGLISH))
    if reply.code == "UnknownParameter" and f"`{name}`" not in reply.message:
        service.fail(f"a message on `{name}`", reply.message, reply)


@languages.holds("doc-request-structure", needs=("credential",), draft=drafts(READS), text=_SCRIPTS)
def text_in_any_script_can_be_signed(service: Service, draft: Draft, text: str) -> None:
    """A value in whichever script is let in, however a client escapes it."""
    lets_in(service, draft.with_params(NothingOfThis=text))


PROPERTIES = (
    zh_cn_is_answered_in_chinese,
    en_us_is_answered_in_english,
    no_language_is_answered_in_english,
    another_language_is_answered_in_english,
    codes_do_not_depend_on_the_language,
    chinese_is_not_escaped,
    a_name_in_any_script_comes_back,
    text_in_any_script_can_be_signed,
)
