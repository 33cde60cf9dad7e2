"""The languages that the service answers in."""

from __future__ import annotations

from collections.abc import Mapping

ENGLISH = "en-US"
CHINESE = "zh-CN"

LANGUAGES: Mapping[str, str] = {"en": ENGLISH, "zh": CHINESE}
"""The word for each in what we print → the service's."""
