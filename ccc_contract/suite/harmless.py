"""Requests that can ring nobody, whatever a target makes of them; judged on their very bytes.  Pure.

What goes to a live target is refused there for a reason that is documented, and behind that there are two more:

- its SdkAppId cannot exist: those of the service have ten digits and begin with 14 or 15 (seed-page-2025,
  doc-tel-session), and there is nothing to call from without one;
- its callee cannot be assigned: no country code, and no area code of mainland China, begins with 0, so what follows
  `00` or a trunk `0` must not be a 0 (ITU-T E.164 and the vendor's own spelling of numbers, `0086…`).

Or else its signature cannot verify, since nobody has that SecretId.

Whatever two readers could read otherwise is held back: names twice, a second Authorization, a length that is not the
body's.  A reader may be careless, too: names are compared without case, width and punctuation.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple
from unicodedata import normalize

from .. import strict
from ..client.credentials import Credential
from ..http import Request
from ..model import JSON, Action, Api
from ..pairs import parse, unescaped
from ..signing import claimed_secret_id

NOBODY = Credential("AKID-ccc-contract-nobody", "ccc-contract-nobody-key")
"""Opens nothing anywhere; what is asked with where there is no credential."""

IMPOSSIBLE_APP = 1
UNASSIGNABLE = "0000000000000"

HARMLESS: Mapping[str, JSON] = {
    "SdkAppId": IMPOSSIBLE_APP,
    "SdkAppIds": [IMPOSSIBLE_APP],
    "SdkAppIdList": [IMPOSSIBLE_APP],
    "Callee": UNASSIGNABLE,
    "Callees": [UNASSIGNABLE],
}
"""What stands in every request that is drawn, for the fake as for the service: parameter → value."""

_APPS = frozenset({"sdkappid", "sdkappids", "sdkappidlist"})
_PLACES_ONE_CALL = "CreateAIAgentCall"
_MOST_DIGITS = 4
"""Of a text that is no number to call: emergency and short codes have three to five digits, and those with `00` and a
country code in front have more."""


class _Asked(NamedTuple):
    """What is read of a request; the SecretId where it is of the older scheme."""

    action: str
    params: JSON
    secret_id: str


def why_it_could_harm(request: Request, api: Api) -> str:
    """What speaks against sending it to a target that is real; "" where nobody can be rung and nothing changed."""
    try:
        expect_one_reading(request)
        if _is_nobodys(request):
            return ""
        asked = _read(request)
    except (ValueError, RecursionError):
        return "it is not plain what it asks for"
    if asked.secret_id == NOBODY.secret_id:
        return ""
    leaves = list(_leaves(asked.params))
    # A service that is careless may look for the action among the parameters.
    names = [asked.action, *(str(value) for name, value in leaves if name == "action")]
    return next(filter(None, (_why_action(name, api) for name in names)), "") or _why_params(names, leaves, api)


def _why_action(name: str, api: Api) -> str:
    known = api.actions.get(name)
    meant = known or _by_plain_name(api).get(plain_name(name))
    if meant is not None and meant.effect == "write" and name != _PLACES_ONE_CALL:
        return f"{meant.name} changes something"
    if meant is None and name and not name.startswith("Describe"):
        return f"nobody knows what {name[:40]!r} does"
    return ""


def _why_params(actions: Sequence[str], leaves: Iterable[tuple[str, JSON]], api: Api) -> str:
    known = [api.actions.get(name) for name in actions]
    if not all(_is_impossible(value) for name, value in leaves if name in _APPS):
        return "its SdkAppId could exist"
    if all(each is not None and each.effect == "read" for each in known):
        return ""
    numbers = _numbers(known[0])
    if any(_could_be_called(name, value) for name, value in leaves if name not in numbers):
        return "it has a number that could be called"
    return ""


@lru_cache(maxsize=4)
def _by_plain_name(api: Api) -> Mapping[str, Action]:
    return {plain_name(name): action for name, action in api.actions.items()}


def _numbers(action: Action | None) -> frozenset[str]:
    """Parameters that are no text, but digits in a query."""
    members = action.input.members.values() if action else ()
    return _APPS | {
        plain_name(member.name) for member in members if member.type in ("int64", "uint64", "float", "bool")
    }


# --- what it asks for ----------------------------------------------------------------------------------------------


def expect_one_reading(request: Request) -> None:
    """Raises ValueError for what could be taken for another request, or for two."""
    names = [name.lower() for name, _ in request.headers.lines]
    if request.path != b"/" or b"transfer-encoding" in names:
        raise ValueError("another path, or a length of its own")
    if any(names.count(name) > 1 for name in (b"authorization", b"x-tc-action", b"content-length", b"host")):
        raise ValueError("a header twice")
    if request.headers.text(b"content-length", str(len(request.body))) != str(len(request.body)):
        raise ValueError("a length that is not the body's")
    if request.method == "GET" and request.body:
        raise ValueError("a body behind a query")


def _is_nobodys(request: Request) -> bool:
    """Does an Authorization header claim NOBODY, and nothing else claim anybody?"""
    header = request.headers.get(b"authorization") or b""
    if header.count(b"Credential=") != 1 or claimed_secret_id(request.headers) != NOBODY.secret_id:
        return False
    return not _has_secret_id(request)


def _has_secret_id(request: Request) -> bool:
    """As the older schemes name who asks."""
    return any(b"secretid" in unescaped(raw).lower() for raw in (request.query, request.body))


def _read(request: Request) -> _Asked:
    """Raises ValueError where two readers could differ."""
    if b"authorization" in request.headers:
        if _has_secret_id(request):
            raise ValueError("of both schemes")
        action = request.headers.text(b"x-tc-action")
        if request.method == "GET":
            return _Asked(action, _texts(request.query), "")
        if request.query:
            raise ValueError("a query beside a body")
        # Nothing asks for nothing: it is refused, or taken for an object without members.
        return _Asked(action, strict.decode(request.body.decode() or "{}", is_plain=True), "")
    if request.method != "GET" and request.query:
        raise ValueError("a query beside a form")
    params = _texts(request.query if request.method == "GET" else request.body)
    return _Asked(params.pop("Action", ""), params, params.get("SecretId", ""))


def _texts(raw: bytes) -> dict[str, str]:
    return {name.decode(): value.decode() for name, value in parse(raw).items()}


def _leaves(value: JSON, name: str = "") -> Iterator[tuple[str, JSON]]:
    """Each scalar with the plain name under which it stands; of a list, that of the list."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(item, _name(key) or name)
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(item, name)
    else:
        yield name, value


def _name(key: str) -> str:
    """The last part that is no position: `Callers.0` is of Callers."""
    parts = [part for part in key.split(".") if part and not part.isdigit()]
    return plain_name(parts[-1]) if parts else ""


def plain_name(name: str) -> str:
    """`Sdk_App-ID ` and full-width letters are `sdkappid`, as a careless reader may have it."""
    return "".join(each for each in normalize("NFKC", name).casefold() if each.isalnum())


# --- what a value could be -----------------------------------------------------------------------------------------


def _is_impossible(value: JSON) -> bool:
    """Far smaller or larger than one of the service's, whatever else is written around its digits."""
    text = normalize("NFKC", str(value)).strip()
    try:
        return not 10**8 <= abs(float(text)) % 2**64 < 10**12  # 14e8 and 1400000001.0, too; and what 64 bits keep of it
    except ValueError:
        digits = _digits(text)
    if digits and any(each.isalpha() for each in text):
        return False  # 0x53724e00
    return not 9 <= len(digits.lstrip("0")) <= 12


_OF_OTHERS = frozenset(
    {"action", "secretid", "signature", "signaturemethod", "timestamp", "nonce", "version", "token", "requestclient"}
)
"""Common parameters of the older scheme, which hold digits and are no numbers."""


def _could_be_called(name: str, value: JSON) -> bool:
    if name in _OF_OTHERS or isinstance(value, bool) or value is None:
        return False
    text = normalize("NFKC", str(value))
    if name.startswith("callee"):
        return any(each.isalnum() and each != "0" for each in text)  # also `sip:alice@…`
    digits = _digits(text)
    return len(digits) > _MOST_DIGITS and bool(set(digits) - {"0"})


def _digits(text: str) -> str:
    return "".join(each for each in text if each.isdecimal())
