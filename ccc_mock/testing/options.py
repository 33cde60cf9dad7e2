"""What the ini and the command line say of every test."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import pytest

from ..accounts import Credential
from ..auth import Auth, checked
from .allowed import allowed

_MADE = pytest.StashKey["Options"]()


@dataclass(frozen=True, slots=True)
class Options:
    """The options of one run."""

    seed: int
    credentials: tuple[Credential, ...]
    auth: Auth
    limits: bool
    allow: frozenset[str]
    fidelity: str
    """`documented` where no answer may rest on an assumption; "" where any may."""
    accepted: frozenset[str]
    """The assumptions that any answer may rest on."""

    def seed_of(self, test: str) -> int:
        """The seed of a test, which neither the order of the tests nor their process changes."""
        digest = hashlib.blake2b(f"{self.seed} {test}".encode("utf-8", "surrogatepass"), digest_size=4).digest()
        return int.from_bytes(digest, "big")


def options_of(config: pytest.Config) -> Options:
    """Read once per run.  Raises pytest.UsageError, which names the key of the ini that is wrong."""
    made = config.stash.get(_MADE, None)
    if made is None:
        made = config.stash[_MADE] = Options(
            config.option.ccc_seed,
            credentials_of(config),
            _auth(config),
            config.getini("ccc_limits"),
            _allow(config.getini("ccc_allow")),
            _fidelity(config),
            _accepted(config.getini("ccc_accept")),
        )
    return made


def credentials_of(config: pytest.Config) -> tuple[Credential, ...]:
    """The credentials of the ini.  Raises pytest.UsageError."""
    made = []
    for n, line in enumerate(config.getini("ccc_credentials"), 1):
        try:
            made.append(Credential.parse(line))
        except ValueError as reason:
            raise pytest.UsageError(f"ccc_credentials, line {n}: {reason}") from None
    return tuple(made)


def _auth(config: pytest.Config) -> Auth:
    try:
        return checked(config.getini("ccc_auth"))
    except ValueError as reason:
        raise pytest.UsageError(f"ccc_{reason}") from None


def _fidelity(config: pytest.Config) -> str:
    given: str = config.option.ccc_fidelity or config.getini("ccc_fidelity")
    if not given:
        return ""
    from .accepting import level

    try:
        return level(given)
    except ValueError as reason:
        where = "--ccc-fidelity" if config.option.ccc_fidelity else "ccc_fidelity"
        raise pytest.UsageError(f"{where}: {reason}") from None


def _accepted(lines: list[str]) -> frozenset[str]:
    if not lines:
        return frozenset()
    from .accepting import accepted_lines

    try:
        return accepted_lines(lines)
    except ValueError as reason:
        raise pytest.UsageError(f"ccc_accept: {reason}") from None


def _allow(given: Iterable[str]) -> frozenset[str]:
    try:
        return allowed(given)
    except ValueError as reason:
        raise pytest.UsageError(f"ccc_allow: {reason}") from None
