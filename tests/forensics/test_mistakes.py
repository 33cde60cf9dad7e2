"""Each known mistake, made by code that is not ours, is named; and so are two that are made together."""

from __future__ import annotations

import pytest

from ccc_contract.http import Headers, Request
from ccc_mock.forensics import Diagnosis, Secret, diagnose
from ccc_mock.forensics.mistakes import MISTAKES
from wrong_signers import (
    ID,
    KEY,
    NEWER,
    OLDER,
    OTHER_ID,
    OTHER_KEY,
    OlderSigner,
    OlderSigner256,
    Sent,
    Signer,
)

SECRETS = (Secret(ID, KEY), Secret(OTHER_ID, OTHER_KEY))
ACTIONS = ("CreateAIAgentCall", "DescribeTelSession")


def as_request(sent: Sent) -> Request:
    headers = Headers((name.encode(), value.encode()) for name, value in sent.headers.items())
    return Request(sent.method, sent.path.encode(), sent.query.encode(), headers, sent.body)


def diagnosis_of(signer: type[Signer] | type[OlderSigner]) -> Diagnosis:
    return diagnose(as_request(signer().send()), SECRETS, actions=ACTIONS)


def names(diagnosis: Diagnosis) -> list[str]:
    return [made.name for made in diagnosis.found]


@pytest.mark.parametrize("signer", [Signer, OlderSigner, OlderSigner256], ids=lambda each: each.__name__)
def test_what_is_signed_by_the_rule_fits(signer: type[Signer] | type[OlderSigner]) -> None:
    assert diagnosis_of(signer).fits


@pytest.mark.parametrize("signer", [*NEWER, *OLDER], ids=lambda each: each.__name__)
def test_each_mistake_is_named(signer: type[Signer] | type[OlderSigner]) -> None:
    diagnosis = diagnosis_of(signer)
    assert names(diagnosis) == [signer.mistake], diagnosis.told("en-US")
    assert diagnosis.theirs is not None


def test_every_row_of_the_table_is_made() -> None:
    newer = {mistake.name for mistake in MISTAKES if mistake.older is None or mistake.canonical or mistake.signing}
    older = {mistake.name for mistake in MISTAKES if mistake.older is not None}
    assert {each.mistake for each in NEWER} == newer
    assert {each.mistake for each in OLDER} == older
