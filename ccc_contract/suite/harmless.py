"""Requests that can ring nobody, whatever a target makes of them; judged on their very bytes.  Pure.

What goes to a live target is refused there for a reason that is documented, and behind that there are two more:

- its SdkAppId cannot exist: those of the service have ten digits and begin with 14 or 15 (seed-page-2025,
  doc-tel-session), and there is nothing to call from without one;
- its callee cannot be assigned: no country code, and no area code of mainland China, begins with 0, so what follows
  `00` or a trunk `0` must not be a 0 (ITU-T E.164 and the vendor's own spelling of numbers, `0086…`).

Or else its signature cannot verify, since nobody has that SecretId.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from .. import strict
from ..client.credentials import Credential
from ..http import Request
from ..model import JSON, Action, Api
from ..pairs import parse
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


def why_it_could_harm(request: Request, api: Api) -> str:
    """What speaks against sending it to a target that is real; "" where nobody can be rung and nothing changed."""
    try:
        if claimed_secret_id(request.headers) == NOBODY.secret_id:
            return ""
        action, params, secret_id = _read(request)
    except (ValueError, RecursionError):
        return "it is not plain what it asks for"
    if secret_id == NOBODY.secret_id:
        return ""
    known = api.actions.get(action)
    if known is not None and known.effect == "write" and action != _PLACES_ONE_CALL:
        return f"{action} changes something"
    leaves = list(_leaves(params))
    if not all(_is_impossible(value) for name, value in leaves if name in _APPS):
        return "its SdkAppId could exist"
    if known is not None and known.effect == "read":
        return ""
    # An action that is not known may be known to somebody who is careless with its name.
    ids = _ids(known)
    if any(_could_be_called(name, value) for name, value in leaves if name not in ids):
        return "it has a number that could be called"
    return ""


def _ids(action: Action | None) -> frozenset[str]:
    """Parameters that are no text, but digits in a query."""
    members = action.input.members.values() if action else ()
    return _APPS | {member.name.casefold() for member in members if member.type in ("int64", "uint64", "bool")}


def _read(request: Request) -> tuple[str, JSON, str]:
    """(action, parameters, SecretId of the older scheme).  Raises ValueError where two readers could differ."""
    if b"authorization" in request.headers:
        _expect_once(request, b"x-tc-action")
        action, secret_id = request.headers.text(b"x-tc-action"), ""
        if request.method == "GET":
            return action, _texts(request.query), secret_id
        if request.query:
            raise ValueError("a query beside a body")
        return action, strict.decode(request.body.decode()), secret_id
    if request.method != "GET" and request.query:
        raise ValueError("a query beside a form")
    params = _texts(request.query if request.method == "GET" else request.body)
    return params.get("Action", ""), params, params.get("SecretId", "")


def _expect_once(request: Request, name: bytes) -> None:
    if sum(line[0].lower() == name for line in request.headers.lines) > 1:
        raise ValueError("a header twice")


def _texts(raw: bytes) -> dict[str, str]:
    return {name.decode(): value.decode() for name, value in parse(raw).items()}


def _leaves(value: JSON, name: str = "") -> Iterator[tuple[str, JSON]]:
    """Each scalar with the lower-case name under which it stands; of a list, that of the list."""
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
    return parts[-1].strip().casefold() if parts else ""


def _is_impossible(value: JSON) -> bool:
    """Far shorter or longer than one of the service's, whatever else is written around its digits."""
    return not 9 <= len(_digits(value).lstrip("0")) <= 12


_OF_OTHERS = frozenset(
    {"secretid", "signature", "signaturemethod", "timestamp", "nonce", "version", "token", "requestclient"}
)
"""Common parameters of the older scheme, which hold digits and are no numbers."""


def _could_be_called(name: str, value: JSON) -> bool:
    if name in _OF_OTHERS or isinstance(value, bool) or value is None:
        return False
    if name.startswith("callee") or isinstance(value, str):
        digits = _digits(value)
        few = len(digits) <= _MOST_DIGITS and not name.startswith("callee")
        return not few and bool(set(digits) - {"0"})
    return False


def _digits(value: JSON) -> str:
    return "".join(each for each in str(value) if each.isdecimal())
