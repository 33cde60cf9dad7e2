"""Each known mistake, made by code that is not ours, is named; and so are two that are made together."""

from __future__ import annotations

import pytest

import wrong_signers as by
from by_hand import ACTIONS, SECRETS, as_request, names
from ccc_mock.forensics import Diagnosis, diagnose
from ccc_mock.forensics.mistakes import MISTAKES
from ccc_mock.languages import CHINESE, ENGLISH

AnySigner = type[by.Signer] | type[by.OlderSigner]


def diagnosis_of(signer: AnySigner) -> Diagnosis:
    return diagnose(as_request(signer().send()), SECRETS, actions=ACTIONS)


@pytest.mark.parametrize("signer", [by.Signer, by.OlderSigner, by.OlderSigner256], ids=lambda each: each.__name__)
def test_what_is_signed_by_the_rule_fits(signer: AnySigner) -> None:
    diagnosis = diagnosis_of(signer)
    assert (diagnosis.fits, names(diagnosis), diagnosis.told(ENGLISH)) == (
        True, [], ["the signature is the one that the key makes"],
    )  # fmt: skip


@pytest.mark.parametrize("signer", [*by.NEWER, *by.OLDER], ids=lambda each: each.__name__)
def test_each_mistake_is_named(signer: AnySigner) -> None:
    diagnosis = diagnosis_of(signer)
    assert names(diagnosis) == [signer.mistake], diagnosis.told(ENGLISH)
    assert not diagnosis.fits
    assert not diagnosis.stopped


def test_every_row_of_the_table_is_made_in_each_scheme_that_it_is_of() -> None:
    newer = {mistake.name for mistake in MISTAKES if mistake.older is None or mistake.canonical or mistake.signing}
    older = {mistake.name for mistake in MISTAKES if mistake.older is not None}
    assert {each.mistake for each in by.NEWER} >= newer - older
    assert {each.mistake for each in by.NEWER} | {each.mistake for each in by.OLDER} == newer | older
    assert {each.mistake for each in by.OLDER} == older
    assert len(MISTAKES) >= 40


TOGETHER: list[tuple[type[by.Signer], type[by.Signer]]] = [
    (by.WithSpaces, by.Ascii),
    (by.Sorted, by.LineFeedBehindTheKey),
    (by.Ascii, by.CharsetMissing),
    (by.CharsetMissing, by.HostRewritten),
    (by.CharsetSigned, by.NoPrefix),
    (by.HostRewritten, by.OldKey),
    (by.HostRewritten, by.LocalDate),
    (by.WithSpaces, by.LocalDate),
    (by.PortSigned, by.OtherService),
    (by.NoEmptyLine, by.KeysAsText),
    (by.NoEmptyLine, by.BlankAfterColon),
    (by.NamesInCapitals, by.NewlineBehindTheString),
    (by.NewlineBehindTheRequest, by.ServiceBeforeDate),
    (by.MethodInLowerCase, by.IdForKey),
    (by.ActionInThePath, by.ChainTooShort),
    (by.LocalDate, by.NoPrefix),
    (by.ClockReadTwice, by.UpperCaseSignature),
    (by.Crlf, by.CharsetMissing),
    (by.UpperCase, by.WithSpaces),
    (by.UpperCase, by.LocalDate),
    (by.NothingForAPost, by.Base64Signature),
    (by.OtherRegion, by.OtherDateInTheHeader),
    (by.OtherRegion, by.QuotedKey),
    (by.OtherTerminator, by.CharsetMissing),
    (by.BackslashN, by.OldKey),
    (by.LocalDateInTheKey, by.NoEmptyLine),
]


def name_of(pair: tuple[type[by.Signer], type[by.Signer]]) -> str:
    return " ".join(each.__name__ for each in pair)


class TwiceOtherBody(by.WithSpaces):
    """Blanks and escapes: a Python program that hashes what another library then writes."""

    def hashed(self, body: bytes) -> bytes:
        import json

        return json.dumps(json.loads(body)).encode()


@pytest.mark.parametrize("pair", TOGETHER, ids=name_of)
def test_two_mistakes_at_once_are_both_named(pair: tuple[type[by.Signer], type[by.Signer]]) -> None:
    signer = TwiceOtherBody if pair == TOGETHER[0] else by.both(*pair)
    diagnosis = diagnosis_of(signer)
    assert sorted(names(diagnosis)) == sorted(each.mistake for each in pair), diagnosis.told(ENGLISH)
    assert "; and " in diagnosis.told(ENGLISH)[0]


class OlderPair(by.ValuesEncoded, by.OlderKeyWithLineFeed):
    mistake = "two"


class OlderPairOfTheString(by.OlderUrl, by.AsSent):
    mistake = "two"


@pytest.mark.parametrize(
    ("signer", "expected"),
    [
        (OlderPair, ["values-encoded", "secret-blank"]),
        (OlderPairOfTheString, ["host-as-url", "parameters-not-sorted"]),
    ],
)
def test_two_mistakes_of_the_older_scheme_are_both_named(signer: AnySigner, expected: list[str]) -> None:
    assert names(diagnosis_of(signer)) == expected


class NodeWithAnotherKey(by.OldKey):
    """Node.js signs the host without its port, which is no mistake; its key is."""

    request = by.Sent().with_header("Host", "127.0.0.1:8679")

    def value(self, name: str) -> str:
        return super().value(name).removesuffix(":8679")


class CapitalsAndAnotherKey(by.OldKey):
    request = by.Sent().with_header("Host", "CCC.Tencentcloudapi.com")

    def value(self, name: str) -> str:
        return self.meant.header(name)


@pytest.mark.parametrize("signer", [NodeWithAnotherKey, CapitalsAndAnotherKey])
def test_what_clients_do_beyond_the_rule_is_not_named_beside_the_mistake(signer: AnySigner) -> None:
    assert names(diagnosis_of(signer)) == ["other-key"]


class CapitalsOnly(CapitalsAndAnotherKey):
    def secret(self) -> str:
        return by.KEY


def test_capitals_are_a_mistake_where_they_are_not_accepted() -> None:
    from ccc_contract.signing import by_the_rule

    request = as_request(CapitalsOnly().send())
    assert diagnose(request, SECRETS).fits
    assert names(diagnose(request, SECRETS, readings=(by_the_rule,))) == ["value-not-lowered"]


class Stranger(by.Signer):
    def secret(self) -> str:
        return "a-key-that-nobody-here-has"


def test_a_key_that_nobody_knows_is_told_as_no_known_mistake() -> None:
    diagnosis = diagnosis_of(Stranger)
    assert (diagnosis.found, diagnosis.theirs, diagnosis.stopped) == ((), None, False)
    assert diagnosis.tried > 2000
    told = f"none of the {diagnosis.known} known mistakes, alone or in a likely pair, makes the client's signature"
    assert diagnosis.told(ENGLISH)[0].startswith(told)
    assert str(diagnosis.tried) in diagnosis.told(CHINESE)[0]


def test_the_canonical_request_and_the_string_to_sign_are_ours_by_the_rule() -> None:
    signer = by.CharsetSigned()
    diagnosis = diagnose(as_request(signer.send()), SECRETS)
    right = by.Signer()
    right.send()
    assert diagnosis.ours.canonical_request == right.canonical_request()
    assert diagnosis.ours.string_to_sign == right.string_to_sign()
    assert diagnosis.theirs is not None
    assert diagnosis.theirs.canonical_request == signer.canonical_request()
    assert diagnosis.theirs.string_to_sign == signer.string_to_sign()


def test_without_a_key_there_are_both_texts_and_observations_and_no_verdict() -> None:
    signer = by.LineFeedSent()
    diagnosis = diagnose(as_request(signer.send()))
    assert (diagnosis.not_searched, diagnosis.tried, diagnosis.found) == ("key", 0, ())
    assert diagnosis.ours.canonical_request.startswith(b"POST\n/\n\ncontent-type:application/json\n")
    assert diagnosis.ours.string_to_sign.startswith(b"TC3-HMAC-SHA256\n1795324613\n2026-11-22/ccc/tc3_request\n")
    assert diagnosis.ours.signature == ""
    assert [each.name for each in diagnosis.observations] == ["end-of-body"]


@pytest.mark.parametrize("language", [ENGLISH, CHINESE])
def test_every_sentence_can_be_told(language: str) -> None:
    for signer in (*by.NEWER, *by.OLDER):
        (line, *_) = diagnosis_of(signer).told(language)
        assert "{" not in line.replace("{}", "")
        assert line.isascii() == (language == ENGLISH)


def test_what_is_too_long_is_searched_for_keys_only_and_that_is_told() -> None:
    class Long(Stranger):
        request = by.Sent(headers={**by.Sent().headers, "X-Long": "x" * 20_000})
        names = ("content-type", "host", "x-long")

    class LongWithLineFeed(Long):
        def secret(self) -> str:
            return by.KEY + "\n"

    assert names(diagnosis_of(LongWithLineFeed)) == ["secret-blank"]
    assert diagnosis_of(Long).stopped


def test_with_very_many_signed_headers_it_is_as_with_a_long_text() -> None:
    class Many(by.Signer):
        request = by.Sent(headers={**by.Sent().headers, **{f"X-H{n:03}": "v" for n in range(300)}})
        names = ("content-type", "host", *(f"x-h{n:03}" for n in range(300)))

    class ManyByAnotherKey(Many):
        def secret(self) -> str:
            return by.OTHER_KEY

    assert diagnosis_of(Many).fits
    assert names(diagnosis_of(ManyByAnotherKey)) == ["other-key"]
