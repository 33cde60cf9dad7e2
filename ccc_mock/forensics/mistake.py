"""A row of the table: one known mistake, as a small change of how a client signs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from ccc_contract.http import Request
from ccc_contract.signing import Authorization

from .diagnosis import Made, Secret, Sentence
from .recipe import Canonical, Older, Signing
from .writing import Writings

How = Mapping[str, str]


class Evidence:
    """What a mistake may look at beside the recipe: everything that came, and what the fake knows itself."""

    def __init__(
        self,
        request: Request,
        *,
        claim: Authorization | None = None,
        pairs: Mapping[bytes, bytes] | None = None,
        secret_id: str = "",
        others: Sequence[Secret] = (),
        actions: Sequence[str] = (),
    ) -> None:
        self.request = request
        self.claim = claim
        self.pairs = pairs or {}
        self.secret_id = secret_id
        """Who claims to have signed."""
        self.others = others
        """Further keys that the client may have taken."""
        self.actions = actions

    @cached_property
    def writings(self) -> Writings:
        """The body as JSON, in every style."""
        return Writings(self.request.body)

    def header(self, name: bytes) -> bytes:
        return self.request.headers.get(name) or b""


CanonicalVariants = Callable[[Canonical, Evidence], Iterable[tuple[How, Canonical]]]
SigningVariants = Callable[[Signing, Evidence], Iterable[tuple[How, Signing]]]
OlderVariants = Callable[[Older, Evidence], Iterable[tuple[How, Older]]]


@dataclass(frozen=True, slots=True)
class Mistake:
    """One known mistake.

    Each of the three functions takes a recipe's half (or an older recipe) and gives what a client may have made of it,
    the likeliest first; what is no change does not count.
    """

    name: str
    sentence: Sentence
    canonical: CanonicalVariants | None = None
    signing: SigningVariants | None = None
    older: OlderVariants | None = None
    paired: int = 8
    """How many of its variants are tried together with another mistake: their number multiplies."""

    def made(self, how: How) -> Made:
        return Made(self.name, self.sentence, how)
