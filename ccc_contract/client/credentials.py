"""The key that signs: given, from the environment, or from a callable that renews it.  Pure but for the environment.

A callable is asked once before the end of what it gave: by one caller, while the others go on with what there is.
"""

from __future__ import annotations

import inspect
import os
import string
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from ..errors import CredentialError

RENEW_AHEAD_SECONDS = 300
"""How long before its end a temporary key is renewed: a request signed with it may be under way for minutes."""

AGAIN_AFTER_SECONDS = 10
"""How long after a renewal that failed the next one is tried, while the key that there is still serves."""

_ID, _KEY, _TOKEN = "TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY", "TENCENTCLOUD_TOKEN"

# Between Credential= and the scope stand the SecretId and a slash; a comma ends the part (doc-signature-v3).
_PLAIN = frozenset(string.ascii_letters + string.digits + string.punctuation)
_NOT_IN_ID = frozenset("/,")


@dataclass(frozen=True)
class Credential:
    """SecretId and SecretKey; a temporary one has a token, and may tell its end in Unix seconds.

    Raises CredentialError: empty, blanks around or inside, characters that no key has.
    """

    secret_id: str
    secret_key: str
    token: str = ""
    expires_at: float | None = None

    def __post_init__(self) -> None:
        _check("secret_id", self.secret_id, _PLAIN - _NOT_IN_ID)
        _check("secret_key", self.secret_key, _PLAIN)
        if self.token:
            _check("token", self.token, _PLAIN)

    def __repr__(self) -> str:
        shown = "…" + self.secret_id[-4:] if len(self.secret_id) > 8 else "…"
        return f"<Credential {shown}{' temporary' if self.token else ''}>"

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Credential:
        """TENCENTCLOUD_SECRET_ID, _SECRET_KEY and, for a temporary one, _TOKEN (as tccli reads them).

        Raises CredentialError, which names the variables that are not set or cannot be right.
        """
        environ = os.environ if environ is None else environ
        missing = [name for name in (_ID, _KEY) if not environ.get(name)]
        if missing:
            raise CredentialError(f"no credential: set {' and '.join(missing)}")
        try:
            return cls(environ[_ID], environ[_KEY], environ.get(_TOKEN, ""))
        except CredentialError as error:
            raise CredentialError(f"{error} (from TENCENTCLOUD_SECRET_ID, _SECRET_KEY and _TOKEN)") from None


def _check(name: str, value: object, allowed: frozenset[str]) -> None:
    """The service answers a blank around a key with SignatureFailure, and people look elsewhere (public-logs)."""
    if not isinstance(value, str):
        raise CredentialError(f"{name}: expected a string, got {type(value).__name__}")
    if not value:
        raise CredentialError(f"{name} is empty")
    if value != value.strip():
        side = "before" if value[:1].isspace() else "after"
        raise CredentialError(
            f"{name} has whitespace {side} it ({len(value)} characters in all): copied with a line end?"
        )
    for place, character in enumerate(value):
        if character not in allowed:
            what = "whitespace" if character.isspace() else f"a character that no key has (U+{ord(character):04X})"
            raise CredentialError(f"{name} has {what} at position {place} of {len(value)}")


Fetch = Callable[[], Credential]
FetchAsync = Callable[[], Awaitable[Credential]]


class Keys:
    """The key to sign with now, and whether it is time to ask for the next.  Who asks, and how, is the client's."""

    def __init__(self, given: Credential | Fetch | FetchAsync | None, *, awaits: bool = False) -> None:
        if not awaits and inspect.iscoroutinefunction(given):
            raise TypeError("credential: a coroutine function is awaited by AsyncClient; give Client a plain one")
        if given is None:
            given = Credential.from_environment()
        if not isinstance(given, Credential) and not callable(given):
            raise TypeError(f"credential: expected a Credential or a callable that returns one, got {_kind(given)}")
        self.current: Credential | None = given if isinstance(given, Credential) else None
        self._asked = None if isinstance(given, Credential) else given
        self._not_before = 0.0

    @property
    def fetch(self) -> Fetch | FetchAsync:
        """The callable.  Only who was told that it `is_due` asks for it."""
        assert self._asked is not None
        return self._asked

    def is_due(self, now: float) -> bool:
        """Is it time to ask the callable?"""
        if self._asked is None:
            return False
        if not self.is_usable(now):
            return True
        assert self.current is not None
        ends = self.current.expires_at
        return ends is not None and now >= max(ends - RENEW_AHEAD_SECONDS, self._not_before)

    def is_usable(self, now: float) -> bool:
        """Is there a key that has not ended?"""
        return self.current is not None and (self.current.expires_at is None or now < self.current.expires_at)

    def take(self, fetched: object, now: float) -> None:
        """What the callable returned."""
        if not isinstance(fetched, Credential):
            raise CredentialError(f"the callable: expected a Credential, got {_kind(fetched)}")
        if fetched.expires_at is not None and fetched.expires_at <= now:
            raise CredentialError(f"the callable gave a key that ended {now - fetched.expires_at:.0f} s ago")
        self.current = fetched
        # One that is shorter than the time ahead would else be renewed with every call.
        self._not_before = now + AGAIN_AFTER_SECONDS

    def refuse(self, now: float) -> None:
        """The callable failed."""
        self._not_before = now + AGAIN_AFTER_SECONDS

    def usable(self, now: float) -> Credential:
        """Raises CredentialError: the key has ended and there is nobody to ask."""
        assert self.current is not None
        if not self.is_usable(now):
            raise CredentialError("the temporary key has ended; pass a callable that renews it as credential=")
        return self.current


def _kind(value: object) -> str:
    return type(value).__name__
