"""Phone numbers, in whatever spelling."""

from __future__ import annotations

import re


def normalised(number: str) -> str:
    """A phone number without +86, 0086 and separators, so that every spelling of it is equal."""
    digits = number if number.isalnum() else re.sub(r"[ \-()]", "", number)
    if digits.startswith("+"):
        digits = "00" + digits[1:]
    return digits.removeprefix("0086")
