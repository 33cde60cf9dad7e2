"""The requests that official clients sent (fixtures/sdk), and the published vectors (fixtures/tc3)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import oracle

FIXTURES = Path(__file__).parents[2] / "fixtures"
TC3 = "TC3-HMAC-SHA256"


class Captured(NamedTuple):
    """One request as it was on the wire, and what was known when it was recorded."""

    name: str
    pieces: oracle.Pieces
    known: dict[str, Any]

    @property
    def signed_host(self) -> str | None:
        """The host that the client signed, where it is not the one that it sent."""
        return None if self.known["signed_host"] == self.known["host_header"] else self.known["signed_host"]

    @property
    def recorded(self) -> oracle.Steps:
        """The computation as it was recorded; the hash is the last line of the string to sign."""
        to_sign = self.known["string_to_sign"]
        canonical = self.known["canonical_request"].encode()
        return oracle.Steps(canonical, to_sign.rpartition("\n")[2], to_sign.encode(), self.known["signature"])


def captured(*signature_methods: str, http_method: str | None = None) -> list[Captured]:
    """The captures signed in one of these ways, by the index's word for it."""
    index = json.loads((FIXTURES / "sdk" / "INDEX.json").read_bytes())
    return [
        _load(FIXTURES / "sdk" / entry["file"])
        for entry in index
        if entry["signature_method"] in signature_methods and http_method in (None, entry["http_method"])
    ]


def _load(file: Path) -> Captured:
    return Captured(file.stem, oracle.parse(file.read_bytes()), json.loads(file.with_suffix(".json").read_bytes()))


def documented() -> list[dict[str, Any]]:
    """The published TC3 vectors, each with its intermediates."""
    vectors: list[dict[str, Any]] = json.loads((FIXTURES / "tc3" / "documented.json").read_bytes())["tc3"]
    return vectors
