"""Phone numbers, in whatever spelling."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"[0-9]{3,20}")


def is_number(number: str) -> bool:
    """Can a normalised text be a phone number at all?"""
    return _NUMBER.fullmatch(number) is not None


def normalised(number: str) -> str:
    """A phone number without +86, 0086 and separators, so that every spelling of it is equal."""
    digits = number if number.isalnum() else re.sub(r"[ \-()]", "", number)
    if digits.startswith("+"):
        digits = "00" + digits[1:]
    return digits.removeprefix("0086")
