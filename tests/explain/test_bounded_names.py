"""The name of a difference is searched no longer than there is time, and the difference itself is told all the same."""

from __future__ import annotations

import wrong_signers as by
from by_hand import as_request
from ccc_contract.http import Request
from ccc_contract.reading import load_api
from ccc_mock.explaining.intermediates import Sides
from ccc_mock.redaction import Redaction

REDACTION = Redaction(load_api())


class Asked:
    """Over after so many questions."""

    def __init__(self, most: int) -> None:
        self.most, self.times = most, 0

    def __call__(self) -> bool:
        self.times += 1
        return self.times > self.most


def request_and_texts(signer: by.Signer) -> tuple[Request, bytes, bytes]:
    request = as_request(signer.send())
    return request, signer.canonical_request(), signer.string_to_sign()


def test_a_canonical_request_is_named_within_the_time_and_not_beyond() -> None:
    request, theirs, _ = request_and_texts(by.NoEmptyLine())
    named = Sides(request, REDACTION, over=Asked(100_000)).canonical(theirs)
    assert [made.name for made in named.made] == ["no-empty-line"]
    asked = Asked(3)
    unnamed = Sides(request, REDACTION, over=asked).canonical(theirs)
    assert (unnamed.made, unnamed.difference) == ((), named.difference)
    assert asked.times <= 6  # each of the loops asks once more


def test_a_string_to_sign_is_named_within_the_time_and_not_beyond() -> None:
    request, canonical, theirs = request_and_texts(by.OtherAlgorithm())
    named = Sides(request, REDACTION, over=Asked(100_000)).string(theirs, canonical)
    unnamed = Sides(request, REDACTION, over=Asked(0)).string(theirs, canonical)
    assert named is not None
    assert unnamed is not None
    assert [made.name for made in named.made] == ["other-algorithm"]
    assert (unnamed.made, unnamed.difference) == ((), named.difference)


def test_two_mistakes_together_are_named() -> None:
    request, theirs, _ = request_and_texts(by.both(by.NoEmptyLine, by.BlankAfterColon)())
    made = Sides(request, REDACTION).canonical(theirs).made
    assert {each.name for each in made} == {"no-empty-line", "blank-after-colon"}
