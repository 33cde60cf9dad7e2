"""The control plane under `/_ccc/`: what a test may ask of a running fake, and tell it.

`Control.handle(Request) -> Response`, pure like the endpoint.  ROUTES is the whole of it; docs/control.md tells it to
people.  Each command acts on the account named by `?account=`, else on the default one, never on all.

Who may: on a loopback address, whoever names a loopback host and comes from no foreign web page; elsewhere, and
wherever a token was set, whoever has the token.  Health is open to all.
"""

from __future__ import annotations

import hmac
import ipaddress
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from importlib.metadata import version
from typing import Any
from urllib.parse import parse_qsl

from ccc_contract.http import Headers, Request, Response
from ccc_contract.model import JSON

from .accounts import Account, TooManyAccounts
from .clock import Clock, parse_time
from .endpoint import Endpoint

PREFIX = b"/_ccc"
MAX_BODY_BYTES = 64 * 1024
MAX_PAGE = 1000
MAX_DURATION_SECONDS = 129_600
"""The longest that the service gives a temporary credential (doc-sts)."""


def is_control(raw_path: bytes) -> bool:
    """Does a raw path belong to control?  Decided on the very bytes: nothing is decoded, folded or normalised."""
    return raw_path.startswith(PREFIX) and raw_path[len(PREFIX) :][:1] in (b"", b"/")


class Refused(Exception):
    """Control says no: an HTTP status and a sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Command:
    """One call of control, checked: the account it acts on, its query and its decoded body."""

    endpoint: Endpoint
    account: Account
    query: Mapping[str, str]
    body: Mapping[str, JSON]


@dataclass(frozen=True, slots=True)
class Route:
    """What is served where.  `query` and `body` name the keys that are allowed; others are refused."""

    method: str
    path: str
    run: Callable[[Command], JSON]
    query: tuple[str, ...] = ()
    body: tuple[str, ...] = ()
    status: int = 200


def _health(command: Command) -> JSON:
    """Who answers; `?nonce=` comes back, which proves that this fake and no cache or other server did."""
    return {"name": "ccc-mock", "version": version("ccc-mock"), "ready": True, "nonce": command.query.get("nonce")}


def _journal(command: Command) -> JSON:
    after = _whole(command.query, "after", 0, least=0)
    limit = _whole(command.query, "limit", 100, least=1, most=MAX_PAGE)
    return command.endpoint.journal_page(command.account, after, limit)


def _clock(command: Command) -> JSON:
    if len(command.body) != 1:
        raise Refused(400, 'expected exactly one of {"at": T}, {"advance": seconds} and {"real": true}')
    ((key, value),) = command.body.items()
    clock = command.account.clock
    with command.account.lock:
        if key == "at":
            clock.freeze(_time(value))
        elif key == "advance":
            _advance(clock, value)
        elif value is True:
            clock.run()
        else:
            raise Refused(400, f"real: expected true, got {json.dumps(value)}")
        return {"account": command.account.uin, "now": clock.now(), "frozen": clock.frozen}


def _reset(command: Command) -> JSON:
    with command.account.lock:
        command.account.reset()
    return {"account": command.account.uin}


def _make_account(command: Command) -> JSON:
    seed, at = command.body.get("seed"), command.body.get("at")
    if seed is not None and type(seed) is not int:
        raise Refused(400, f"seed: expected a whole number, got {_clipped(seed)}")
    clock, duration = None if at is None else Clock(at=_time(at)), _duration(command.body.get("duration_seconds"))
    try:
        grant = command.endpoint.accounts.make(seed=seed, clock=clock, duration_seconds=duration)
    except TooManyAccounts as full:
        raise Refused(409, str(full)) from None
    credential = grant.credential
    return {
        "account": grant.account.uin,
        "sub_account": grant.sub_account,
        "secret_id": credential.secret_id,
        "secret_key": credential.secret_key,
        "token": credential.token,
        "expires_at": credential.expires_at,
    }


def _duration(value: JSON) -> float | None:
    """How long a temporary credential lasts; without one it is permanent."""
    if value is None or (type(value) in (int, float) and 0 < value <= MAX_DURATION_SECONDS):
        return None if value is None else float(value)
    raise Refused(400, f"duration_seconds: expected a number up to {MAX_DURATION_SECONDS}, got {_clipped(value)}")


def _remove_account(command: Command) -> JSON:
    if "account" not in command.query:
        raise Refused(400, "expected ?account= with the account to remove")
    try:
        command.endpoint.accounts.remove(command.account)
    except ValueError as reason:
        raise Refused(409, str(reason)) from None
    return {"account": command.account.uin}


ROUTES: tuple[Route, ...] = (
    Route("GET", "/_ccc/health", _health, query=("nonce",)),
    Route("GET", "/_ccc/journal", _journal, query=("account", "after", "limit")),
    Route("PUT", "/_ccc/clock", _clock, query=("account",), body=("at", "advance", "real")),
    Route("POST", "/_ccc/reset", _reset, query=("account",)),
    Route("POST", "/_ccc/accounts", _make_account, body=("seed", "at", "duration_seconds"), status=201),
    Route("DELETE", "/_ccc/accounts", _remove_account, query=("account",)),
)
_OPEN = "/_ccc/health"


class Control:
    """The commands above for one endpoint, and who may give them.

    `token` must be sent as `Authorization: Bearer …` where one is set; without one, only loopback host names and
    those in `allowed_hosts` are answered.
    """

    def __init__(self, endpoint: Endpoint, *, token: str | None = None, allowed_hosts: tuple[str, ...] = ()) -> None:
        self._endpoint = endpoint
        self._token = token
        self._allowed_hosts = frozenset(host.lower() for host in allowed_hosts)

    def handle(self, request: Request) -> Response:
        try:
            path = request.path.decode("ascii", "replace")
            if path != _OPEN:
                self._admit(request.headers)
            route = _route(request.method, path)
            return _json(route.status, route.run(self._command(route, request)))
        except Refused as refused:
            return _json(refused.status, {"error": refused.sentence})

    def _admit(self, headers: Headers) -> None:
        if self._token is not None:
            given = headers.get(b"authorization") or b""
            if not hmac.compare_digest(given, f"Bearer {self._token}".encode()):
                raise Refused(401, "expected the control token as `Authorization: Bearer TOKEN`")
        host = name_of(headers.text(b"host"))
        if self._token is None and not (is_loopback(host) or host in self._allowed_hosts):
            raise Refused(
                403, f"control answers to loopback host names only; start with --allow-host {host or 'NAME'} to add one"
            )
        origin = headers.get(b"origin")
        if origin is not None and not self._is_own(origin.decode("utf-8", "replace"), headers.text(b"host")):
            raise Refused(403, "control does not answer to web pages of other origins")

    def _is_own(self, origin: str, host: str) -> bool:
        return origin.lower() in (f"http://{host.lower()}", f"https://{host.lower()}")

    def _command(self, route: Route, request: Request) -> Command:
        query = _query(route, request.query)
        uin = query.get("account")
        accounts = self._endpoint.accounts
        account = accounts.default if uin is None else accounts.account(uin)
        if account is None:
            raise Refused(404, f"account: no account {_clipped(uin)} here; POST /_ccc/accounts makes one")
        return Command(self._endpoint, account, query, _body(route, request.body))


def name_of(host: str) -> str:
    """The name in a Host header, without its port, in lower case."""
    return re.sub(r":\d*$", "", host.lower())


def is_loopback(host: str) -> bool:
    """Does a name or address mean this machine?"""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _route(method: str, path: str) -> Route:
    here = [route for route in ROUTES if route.path == path]
    if not here:
        known = sorted({route.path for route in ROUTES})
        raise Refused(404, f"nothing at {_clipped(path)}; {_hint(path, known, cutoff=0.8)}")
    for route in here:
        if route.method == method:
            return route
    raise Refused(405, f"{path} takes {' and '.join(route.method for route in here)}, got {_clipped(method)}")


def _query(route: Route, raw: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(raw.decode("ascii"), keep_blank_values=True, strict_parsing=bool(raw), max_num_fields=32)
    except ValueError:
        raise Refused(400, "expected a query of name=value pairs") from None
    query: dict[str, str] = {}
    for name, value in pairs:
        _check_key("query", name, route.query)
        if name in query:
            raise Refused(400, f"query: {name} is given twice")
        query[name] = value[:256]
    return query


def _body(route: Route, raw: bytes) -> dict[str, JSON]:
    if len(raw) > MAX_BODY_BYTES:
        raise Refused(413, f"expected a body of at most {MAX_BODY_BYTES} bytes")
    if not raw:
        return {}
    try:
        body = json.loads(raw.decode())
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise Refused(400, f"expected a JSON object, got {len(raw)} bytes that are none")
    for name in body:
        _check_key("body", name, route.body)
    return body


def _check_key(where: str, name: str, known: tuple[str, ...]) -> None:
    if name not in known:
        raise Refused(400, f"{where}: unknown key {_clipped(name)}; {_hint(name, known)}")


def _hint(word: str, known: Sequence[str], cutoff: float = 0.6) -> str:
    """The nearest known word, or all of them."""
    near = get_close_matches(word, known, n=1, cutoff=cutoff)
    return f"did you mean {near[0]}?" if near else f"known: {', '.join(known) or 'none'}"


def _whole(query: Mapping[str, str], name: str, default: int, *, least: int, most: int = 2**63 - 1) -> int:
    text = query.get(name)
    if text is None:
        return default
    if not re.fullmatch(r"[0-9]{1,19}", text) or not least <= int(text) <= most:
        raise Refused(400, f"{name}: expected a whole number from {least} to {most}, got {_clipped(text)}")
    return int(text)


def _time(value: JSON) -> float:
    if type(value) not in (int, float, str):
        raise Refused(400, f"at: expected a Unix second or an ISO time, got {_clipped(value)}")
    try:
        return parse_time(str(value))
    except ValueError as reason:
        raise Refused(400, f"at: {reason}") from None


def _advance(clock: Clock, value: JSON) -> None:
    if type(value) not in (int, float):
        raise Refused(400, f"advance: expected a number of seconds, got {_clipped(value)}")
    try:
        clock.advance(value)
    except (ValueError, OverflowError) as reason:
        raise Refused(400, f"advance: {_clipped(str(reason), 200)}") from None


def _clipped(value: Any, limit: int = 60) -> str:
    text = json.dumps(value) if not isinstance(value, str) else value
    return text if len(text) <= limit else text[:limit] + "…"


def _json(status: int, body: JSON) -> Response:
    encoded = json.dumps(body).encode() + b"\n"
    headers = ((b"Content-Type", b"application/json"), (b"Cache-Control", b"no-store"))
    return Response(status, headers, encoded)
