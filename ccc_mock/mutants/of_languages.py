"""Fakes that are wrong about the language of their sentences, or about how it is written."""

from __future__ import annotations

import json
from dataclasses import replace

from ccc_contract.http import Request

from ..checks.check import Backend, Run
from ..exchange import Exchange
from ..languages import CHINESE, ENGLISH
from ..messages import in_english
from ..reply import Reply
from .mutant import Mutant, Parts, answering, around, asking
from .of_common import with_header
from .replies import Fields, fields, recoded

_LANGUAGE = b"x-tc-language"


def _in_english(exchange: Exchange, fields: Fields) -> Fields:
    if "Error" in fields:
        fields["Error"]["Message"] = in_english(fields["Error"]["Message"])
    return fields


def _chinese_for_all(request: Request) -> Request:
    return with_header(request, _LANGUAGE, CHINESE.encode())


def _chinese_by_default(request: Request) -> Request:
    return request if _LANGUAGE in request.headers else _chinese_for_all(request)


def _chinese_in_any_case(request: Request) -> Request:
    given = request.headers.text(_LANGUAGE)
    return _chinese_for_all(request) if given.lower().startswith("zh") else request


def _of_the_call_before(parts: Parts) -> Parts:
    last = [ENGLISH.encode()]

    def change(request: Request) -> Request:
        language, last[0] = last[0], request.headers.get(_LANGUAGE) or ENGLISH.encode()
        return with_header(request, _LANGUAGE, language)

    return replace(parts, asked=change)


def _escaped(exchange: Exchange, reply: Reply) -> Reply:
    text = json.dumps(json.loads(reply.body), separators=(",", ":"))
    return reply._replace(body=text.encode())


def _in_gbk(exchange: Exchange, reply: Reply) -> Reply:
    return reply._replace(body=reply.body.decode().encode("gbk", "replace"))


def _replaced(exchange: Exchange, reply: Reply) -> Reply:
    return reply._replace(body=reply.body.decode().encode("ascii", "replace"))


def _code_by_language(exchange: Exchange, code: str) -> str:
    return code.partition(".")[0] if exchange.language == CHINESE else code


def _only_ascii(true: Run) -> Run:
    def run(exchange: Exchange, backend: Backend) -> None:
        true(exchange, backend)
        if not exchange.request.body.isascii():
            raise exchange.refusal("AuthFailure.SignatureFailure", "signature")

    return run


LANGUAGES = (
    Mutant("language-ignored", "languages", "Every sentence is in English.",
           "zh_cn_is_answered_in_chinese", fields(_in_english)),
    Mutant("chinese-for-everybody", "languages", "Every sentence is in Chinese.",
           "en_us_is_answered_in_english", asking(_chinese_for_all)),
    Mutant("chinese-by-default", "languages", "Who asks for no language is told in Chinese.",
           "no_language_is_answered_in_english", asking(_chinese_by_default)),
    Mutant("language-in-any-case", "languages", "Every language that begins with zh is Chinese.",
           "another_language_is_answered_in_english", asking(_chinese_in_any_case)),
    Mutant("language-of-the-call-before", "languages", "A call is told in the language of the one before.",
           "no_language_is_answered_in_english", _of_the_call_before),
    Mutant("chinese-escaped", "languages", "Characters beyond ASCII are escaped in JSON.",
           "chinese_is_not_escaped", answering(_escaped)),
    Mutant("chinese-in-gbk", "languages", "Answers are written in GBK.",
           "a_name_in_any_script_comes_back", answering(_in_gbk)),
    Mutant("chinese-replaced", "languages", "Characters beyond ASCII are question marks.",
           "zh_cn_is_answered_in_chinese", answering(_replaced)),
    Mutant("foreign-text-fails-to-sign", "languages", "A body with more than ASCII in it has a wrong signature.",
           "text_in_any_script_can_be_signed", around("signature", _only_ascii)),
    Mutant("code-depends-on-language", "languages", "In Chinese, a code ends before its dot.",
           "codes_do_not_depend_on_the_language", recoded(_code_by_language)),
)  # fmt: skip
