"""Who calls: accounts, their sub-accounts, and the credentials that open them.

An account is the tenant.  Its journal, clock, seed and ids are reached only through it and only under its lock; what
the accounts of one endpoint share is the look-up table from SecretId to credential, and nothing else.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from copy import copy
from dataclasses import dataclass, replace
from random import Random

from ccc_contract.signing import SigningKey

from .clock import Clock
from .journal import Journal
from .ledger import Ledger
from .limits import Windows
from .observing import MAX_OBSERVED, Seen
from .plans.plan import Plans
from .redaction import last_four
from .world.description import OPEN, Description, no_secret_id_twice
from .world.world import World


@dataclass(frozen=True, slots=True, repr=False)
class Credential:
    """A SecretId with its key; with a token it is temporary, and ends at `expires_at` (Unix seconds), if at all."""

    secret_id: str
    secret_key: str
    token: str | None = None
    expires_at: float | None = None

    def __post_init__(self) -> None:
        for name, value in (("SecretId", self.secret_id), ("SecretKey", self.secret_key)):
            if not value or any(map(str.isspace, value)):
                raise ValueError(f"expected a {name} that is not empty and has no blanks")
        if "/" in self.secret_id or "," in self.secret_id:
            raise ValueError("expected a SecretId without commas and slashes: it stands in a header between them")
        if self.token is not None and not self.token.strip():
            raise ValueError("expected a token that is not empty; leave it out for a permanent credential")
        if self.expires_at is not None and self.token is None:
            raise ValueError("expected a token beside the time of its end: a permanent credential has none")

    @classmethod
    def parse(cls, text: str) -> Credential:
        """From `ID:KEY` or `ID:KEY:TOKEN`.  Raises ValueError with a sentence that repeats no secret."""
        secret_id, *rest = text.strip().split(":", 2)
        if not rest:
            raise ValueError(f"expected a credential as ID:KEY or ID:KEY:TOKEN, got {len(text)} characters without ':'")
        return cls(secret_id, rest[0], rest[1] if len(rest) > 1 else None)

    def environment(self) -> dict[str, str]:
        """It as the variables that SDKs and tccli read."""
        variables = {"TENCENTCLOUD_SECRET_ID": self.secret_id, "TENCENTCLOUD_SECRET_KEY": self.secret_key}
        return variables if self.token is None else {**variables, "TENCENTCLOUD_TOKEN": self.token}

    def __repr__(self) -> str:
        return f"<Credential {last_four(self.secret_id)}{' temporary' if self.token else ''}>"


def fresh_credential(now: float = 0.0, duration_seconds: float | None = None) -> Credential:
    """A credential that nobody else has; with a duration it is temporary, from `now` (Unix seconds) on."""
    secret_id, secret_key = f"AKID-ccc-mock-{os.urandom(6).hex()}", f"ccc-mock-key-{os.urandom(12).hex()}"
    if duration_seconds is None:
        return Credential(secret_id, secret_key)
    return Credential(secret_id, secret_key, f"ccc-mock-token-{os.urandom(12).hex()}", now + duration_seconds)


# No real SecretId looks like this, and no secret scanner takes it for one: real ones are AKID and 32 letters or digits.
DEFAULT_CREDENTIAL = Credential("AKID-ccc-mock-not-a-real-id", "ccc-mock-not-a-real-key")


# RFC 9562: the thirteenth digit is the version, 4; the two bits before the seventeenth's end are the variant, 10.
_UUID_BITS = 0xFFFFFFFF_FFFF_0FFF_3FFF_FFFFFFFFFFFF
_UUID_4 = 0x00000000_0000_4000_8000_000000000000


class Account:
    """One tenant (`uin`).  Hold `lock` while using anything of it."""

    def __init__(
        self,
        uin: str,
        *,
        seed: int | None = None,
        clock: Clock | None = None,
        ledger_calls: int = Ledger.MAX_CALLS,
        world: Description = OPEN,
    ) -> None:
        self.uin = uin
        self.lock = threading.RLock()
        self.clock = clock or Clock()
        self.journal = Journal()
        self.ledger = Ledger(ledger_calls)
        self.plans = Plans(seed)
        self.windows = Windows()
        self.world = World(world)
        self.grants: list[Grant] = []
        self.minted: deque[Grant] = deque()
        """Those of `grants` that were asked for in the account's name, oldest first."""
        self.control_token = f"ccc-mock-control-{uin}-{os.urandom(18).hex()}"
        """Opens this account under /_ccc/, and no other."""
        self.observed: deque[Seen] = deque(maxlen=MAX_OBSERVED)
        """What tests looked at while it ran (observing.py)."""
        self._seed = seed
        self.random = Random(os.urandom(16) if seed is None else seed)

    def reset(self) -> None:
        """As it was made: clock, world, an empty journal and ledger, no plans, and with a seed its ids from the start.

        Credentials stay and journal numbers run on; without a seed no id comes a second time.
        """
        self.clock.restart()
        self.journal.clear()
        self.ledger.clear()
        self.windows.clear()
        self.world.restart()
        self.plans = Plans(self._seed)
        if self._seed is not None:
            self.random = Random(self._seed)

    def copied(self) -> Account:
        """Another one in which a request meets what it would meet in this one, and which nobody's credential opens.

        Clock, journal and ledger are the same ones: whoever uses it leaves them alone.
        """
        other = copy(self)
        other.plans, other.windows, other.world = self.plans.copied(), self.windows.copied(), self.world.copied()
        other.random = Random()
        other.random.setstate(self.random.getstate())  # ten times as fast as to copy it
        return other

    def world_now(self) -> World:
        """The world, after everything has happened that is due by its clock."""
        self.world.advance(self.clock.world())
        return self.world

    def new_uuid(self) -> str:
        """A version 4 UUID from the account's seed."""
        bits = "%032x" % (self.random.getrandbits(128) & _UUID_BITS | _UUID_4)
        return f"{bits[:8]}-{bits[8:12]}-{bits[12:16]}-{bits[16:20]}-{bits[20:]}"

    def __repr__(self) -> str:
        return f"<Account {self.uin}>"


class Grant:
    """A credential as it stands in an account: whose it is, and its derived signing keys."""

    __slots__ = ("_keys", "account", "credential", "denied", "described", "disabled", "sub_account")

    def __init__(self, account: Account, sub_account: str, credential: Credential) -> None:
        self.account = account
        self.sub_account = sub_account
        """The Uin of the sub-account; limits count per sub-account (doc-rate-limit)."""
        self.credential = credential
        self.denied: frozenset[str] = frozenset()
        """The actions that access management denies it; `*` is all of them."""
        self.disabled = False
        """Is it refused as one that does not exist?"""
        self.described = False
        """Does it come from the description of the world, and go with it?"""
        self._keys: dict[tuple[str, str], SigningKey] = {}

    def signing_key(self, date: str, service: str) -> SigningKey:
        """The derived key, kept for the next request of that day to that service."""
        key = self._keys.get((date, service))
        if key is None:
            if len(self._keys) >= 16:  # anyone can name services: do not keep them all
                self._keys.clear()
            key = self._keys[date, service] = SigningKey.derive(self.credential.secret_key, date, service)
        return key

    def __repr__(self) -> str:
        return f"<Grant {self.credential!r} of {self.sub_account} in {self.account.uin}>"


_THE_REST = ","
"""No SecretId has a comma: Credential refuses it, and the Authorization header cannot hold it."""


class TooManyAccounts(RuntimeError):
    """Accounts are made by requests, so their number has a bound."""


class Directory:
    """The look-up table that the accounts of one endpoint share."""

    FIRST_UIN = 100_000_000_001
    MAX_ACCOUNTS = 10_000
    MAX_MINTED = 1000
    """Temporary credentials that each account keeps."""
    MAX_STRANGERS = 1000
    MAX_STRANGERS_ID = 256
    """Characters: a longer SecretId is not kept.  Those of the service have 36."""

    def __init__(self, default: Account, credentials: Iterable[Credential]) -> None:
        self._lock = threading.Lock()
        self._accounts: dict[str, Account] = {}
        self._grants: dict[str, Grant] = {}
        self._strangers: dict[str, str] = {}
        self._last_uin = max(self.FIRST_UIN - 1, int(default.uin))
        self.default = default
        """Where exchanges go whose SecretId is unknown, and what control acts on when no account is named."""
        self._accounts[default.uin] = default
        for credential in credentials:
            self.add(default, credential)

    def grant(self, secret_id: str) -> Grant | None:
        """The credential of that SecretId, or None."""
        return self._grants.get(secret_id)

    def stranger(self, secret_id: str) -> str:
        """The Uin of the sub-account, of the default account, that an unknown SecretId is taken for: one for each.

        Strangers choose how many there are: those beyond MAX_STRANGERS, and those with a very long one, share one.
        """
        sub_account = self._strangers.get(secret_id)
        return self._strangers_uin(secret_id) if sub_account is None else sub_account

    def _strangers_uin(self, secret_id: str) -> str:
        with self._lock:
            kept = len(secret_id) <= self.MAX_STRANGERS_ID and len(self._strangers) < self.MAX_STRANGERS
            name = secret_id if kept or secret_id in self._strangers else _THE_REST
            if name not in self._strangers:
                self._strangers[name] = self._next_uin()
            return self._strangers[name]

    def account(self, uin: str) -> Account | None:
        """The account of that Uin, or None."""
        return self._accounts.get(uin)

    def __iter__(self) -> Iterator[Account]:
        with self._lock:
            return iter(list(self._accounts.values()))

    def add(self, account: Account, credential: Credential) -> Grant:
        """Let a credential into an account, as a sub-account of its own.

        Raises ValueError when the SecretId is taken.
        """
        with self._lock:
            if credential.secret_id in self._grants:
                raise ValueError(f"the SecretId {last_four(credential.secret_id)} is given twice")
            grant = Grant(account, self._next_uin(), credential)
            self._grants[credential.secret_id] = grant
            account.grants.append(grant)
            return grant

    def describe(self, account: Account, description: Description) -> None:
        """Let an account be what is described, with the sub-accounts that it names in place of those named before.

        Raises ValueError where a SecretId is none or taken, and changes nothing then.
        """
        with self._lock:
            kept = [grant for grant in account.grants if not grant.described]
            gone = [grant for grant in account.grants if grant.described]
            ours = {grant.credential.secret_id: grant.sub_account for grant in gone}
            no_secret_id_twice(description, self._grants.keys() - ours.keys())
            made = list(self._described(account, description, ours))
            for grant in gone:
                del self._grants[grant.credential.secret_id]
            self._grants.update({grant.credential.secret_id: grant for grant in made})
            account.grants[:] = [*kept, *made]
            account.world.describe(description)

    def _described(self, account: Account, description: Description, before: dict[str, str]) -> Iterator[Grant]:
        """`before`: SecretId → the Uin of its sub-account, which stays the same one, so that its limits count on."""
        for n, sub_account in enumerate(description.sub_account):
            uin = next((before[each.secret_id] for each in sub_account.credential if each.secret_id in before), "")
            before = {secret_id: other for secret_id, other in before.items() if other != uin}
            uin = uin or self._next_uin()
            for m, each in enumerate(sub_account.credential):
                try:
                    credential = Credential(each.secret_id, each.secret_key, each.token, each.ends)
                except ValueError as reason:
                    raise ValueError(f"sub_account[{n}].credential[{m}]: {reason}") from None
                grant = Grant(account, uin, credential)
                grant.denied, grant.disabled, grant.described = frozenset(sub_account.deny), each.disabled, True
                yield grant

    def make(
        self,
        *,
        seed: int | None = None,
        clock: Clock | None = None,
        duration_seconds: float | None = None,
        world: Description | None = None,
    ) -> Grant:
        """A fresh account with a fresh credential, temporary where it has a duration.  Raises TooManyAccounts.

        Its world is as that of the default account began, but for the sub-accounts, unless `world` says otherwise.
        """
        with self._lock:
            if len(self._accounts) >= self.MAX_ACCOUNTS:
                raise TooManyAccounts(
                    f"{self.MAX_ACCOUNTS} accounts exist; remove those that are done with, or start another server"
                )
            ledger_calls = self.default.ledger.max_calls
            like_the_default = replace(self.default.world.began_as, sub_account=())
            account = Account(
                self._next_uin(), seed=seed, clock=clock, ledger_calls=ledger_calls, world=world or like_the_default
            )
            self._accounts[account.uin] = account
        return self.add(account, fresh_credential(account.clock.signing(), duration_seconds))

    def mint(self, account: Account, now: float, duration_seconds: int) -> Grant:
        """A temporary credential for an account that asks for it, from the whole second of `now`.

        Clients ask as often as they like: the oldest beyond MAX_MINTED is forgotten, as if it had been purged.
        """
        grant = self.add(account, fresh_credential(int(now), duration_seconds))
        with self._lock:
            account.minted.append(grant)
            if len(account.minted) > self.MAX_MINTED:
                oldest = account.minted.popleft()
                account.grants.remove(oldest)
                self._grants.pop(oldest.credential.secret_id, None)
        return grant

    def remove(self, account: Account) -> None:
        """Forget an account and its credentials.  Raises ValueError for the default one."""
        if account is self.default:
            raise ValueError("the default account cannot be removed")
        with self._lock:
            self._accounts.pop(account.uin, None)
            for grant in account.grants:
                self._grants.pop(grant.credential.secret_id, None)

    def _next_uin(self) -> str:
        self._last_uin += 1
        return str(self._last_uin)
