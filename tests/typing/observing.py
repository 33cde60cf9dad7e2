"""`ccc.observe()` as users write it.  Checked by mypy --strict, never run."""

from __future__ import annotations

from typing import assert_type

from ccc_mock import Fake


def dial(number: str) -> str:
    return number


async def dial_soon(number: str) -> str:
    return number


def test_a_block(ccc: Fake) -> None:
    with ccc.observe() as seen:
        seen.result = dial("1")
    assert_type(seen.raised, BaseException | None)
    assert_type(seen.ended, str)


async def test_functions_keep_their_types(ccc: Fake) -> None:
    assert_type(ccc.observe(dial)("1"), str)
    assert_type(await ccc.observe(dial_soon)("1"), str)
    async with ccc.observe() as seen:
        seen.result = None
