"""Requests that are refused, whoever asks: good ones with one mistake each, and what evidence there is for the code."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from hypothesis import strategies as st

from .draft import TC3, Draft
from .drawing import ACTIONS, READS, drafts
from .target import Target


class Mistake(NamedTuple):
    """`wrong` is made of a good draft; nobody's key is needed to be told `code` where that is `early`."""

    wrong: Callable[[Draft], Draft]
    code: str
    early: bool
    source: str


MISTAKES: Mapping[str, Mistake] = {
    "action missing": Mistake(
        lambda draft: draft.with_common(Action=None), "MissingParameter", True, "public-logs"),
    "timestamp stale": Mistake(
        lambda draft: draft.but(seconds=-86400), "AuthFailure.SignatureExpire", True, "doc-signature-v3"),
    "secret id unknown": Mistake(
        lambda draft: draft.but(signer="nobody"), "AuthFailure.SecretIdNotFound", True, "public-logs"),
    "version unknown": Mistake(
        lambda draft: draft.with_common(Version="2017-03-12"), "NoSuchVersion", False, "doc-common-errors"),
    "action unknown": Mistake(
        lambda draft: draft.but(action="DescribeNothingOfThis"), "InvalidAction", False, "doc-common-errors"),
    "parameter unknown": Mistake(
        lambda draft: draft.with_params(NothingOfThis="1"), "UnknownParameter", False, "public-logs"),
    "body no JSON": Mistake(
        lambda draft: draft.but(scheme=TC3, method="POST", body=b'{"'), "InvalidParameter", False, "public-logs"),
}  # fmt: skip
"""Each is refused at a target that keeps to the contract; where the key is nobody's, with SecretIdNotFound."""


def refused() -> st.SearchStrategy[Draft]:
    """A request of any action with one mistake.  None of them can have an effect."""
    wrongs = tuple(mistake.wrong for mistake in MISTAKES.values())
    return st.builds(lambda draft, wrong: wrong(draft), drafts(ACTIONS), st.sampled_from(wrongs))


def whatever(target: Target) -> st.SearchStrategy[Draft]:
    """Refused, or, where the target is known to be a fake, also answered: reads only."""
    return refused() if target.control is None else refused() | answered(target)


def answered(target: Target) -> st.SearchStrategy[Draft]:
    """Good requests of the actions that a target reads out: not each has to succeed."""
    known = tuple(name for name in READS if target.plays is None or name in target.plays)
    return drafts(known) if known else st.nothing()
