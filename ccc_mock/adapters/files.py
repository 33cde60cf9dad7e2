"""Descriptions that stand in files."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from ccc_contract.spelling import did_you_mean

from ..world.description import BASES, Description, described


def world_of(given: str | Path | Mapping[str, Any] | Description, actions: Collection[str]) -> Description:
    """The description that is meant: by a word, by a TOML file, or by what such a file holds.

    `actions` are those there are.  Raises ValueError, which names what is wrong and where.
    """
    if isinstance(given, Description):
        return given
    if isinstance(given, Mapping):
        return described(given, actions)
    if str(given) in BASES:
        return BASES[str(given)]
    from ..world.texts import MAX_CHARACTERS, read_toml

    path = Path(given)
    if not path.suffix and not path.exists():  # `account.toml` is a file; `stict` is a word that nobody has
        raise ValueError(
            f"expected {', '.join(BASES)} or a file, got {str(given)!r}; {did_you_mean(str(given), tuple(BASES))}"
        )
    try:
        with path.open(encoding="utf-8-sig") as stream:
            text = stream.read(MAX_CHARACTERS + 1)
    except OSError as reason:
        raise ValueError(f"cannot read {given}: {reason.strerror}") from None
    except UnicodeDecodeError:
        raise ValueError(f"cannot read {given}: it is not UTF-8") from None
    return read_toml(text, actions, str(given))
