"""The control plane under `/_ccc/`: what a test may ask of a running fake, and tell it.

`Control.handle(Request) -> Response`, pure like the endpoint.  ROUTES is the whole of it; docs/control.md tells it to
people, and GET /_ccc/openapi.json to programs.  Each command acts on the account named by `?account=`, else on that of
the token, else on the default one, never on all.

Who may: on a loopback address, whoever names a loopback host and comes from no foreign web page; elsewhere, and
wherever a token was set, whoever has the token.  The token of an account opens that account and no other.
"""

from __future__ import annotations

import hmac
import ipaddress
import json
import re
from dataclasses import fields
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote_to_bytes

from ccc_contract.http import Headers, Request, Response
from ccc_contract.model import JSON
from ccc_contract.spelling import did_you_mean

from . import commands
from .accounts import Account
from .clock import MAX_SKEW, MAX_SPEED
from .endpoint import Endpoint
from .languages import LANGUAGES
from .openapi import document
from .plans.words import MAX_LENGTH, REDIRECT_LOOP
from .route import ANY, Command, HeaderLines, Key, Refused, Route, Schema, clipped
from .world.description import BASES, Description
from .world.world import SNAPSHOT_KEYS

PREFIX = b"/_ccc"
MAX_BODY_BYTES = MAX_LENGTH + 64 * 1024
"""Of any route: what an adapter needs to read.  Most routes take less."""


def is_control(raw_path: bytes) -> bool:
    """Does a raw path belong to control?  Decided on the very bytes: nothing is decoded, folded or normalised."""
    return raw_path.startswith(PREFIX) and raw_path[len(PREFIX) :][:1] in (b"", b"/")


def _openapi(command: Command) -> JSON:
    return document(ROUTES)


def _object(**properties: JSON) -> Schema:
    """The schema of an object that has at least these members."""
    return {"type": "object", "properties": properties, "required": list(properties)}


def _list(item: JSON) -> JSON:
    return {"type": "array", "items": item}


_TEXT: JSON = {"type": "string"}
_TEXT_OR_NULL: JSON = {"type": ["string", "null"]}
_TEXTS = _list(_TEXT)
_FLAG: JSON = {"type": "boolean"}
_COUNT: JSON = {"type": "integer", "minimum": 0}
_TIME: JSON = {"type": "number"}
_TIME_OR_NULL: JSON = {"type": ["number", "null"]}
_SECONDS: JSON = {"type": ["number", "null"], "exclusiveMinimum": 0}
_AT: JSON = {"type": ["number", "string"]}
_AT_OR_NULL: JSON = {"type": ["number", "string", "null"]}

_PLAN = _object(
    name=_TEXT, plan=_TEXT, consumed=_FLAG, count=_COUNT, left=_TEXTS,
    used_by=_list(_object(request_id=_TEXT, step=_TEXT, instead=_TEXT_OR_NULL)), expires_at=_TIME_OR_NULL,
)  # fmt: skip
_CALL = _object(
    n=_COUNT, at=_TIME, request_id=_TEXT, action=_TEXT, callee=_TEXT, params={"type": "object"}, session_id=_TEXT,
    secret_id=_TEXT, lost=_FLAG,
)  # fmt: skip
_CODE = _object(
    code=_TEXT, kind=_TEXT, meaning=_TEXT, retry=_TEXT, why=_TEXT, since=_TEXT_OR_NULL, actions=_TEXTS,
    inherited=_TEXTS,
    provoke=_object(plan=_TEXTS, header={"type": "object"}, control={"type": "object"}, magic=_TEXTS,
                    world=_TEXTS, checks=_TEXTS),
)  # fmt: skip
_HEALTH = _object(name=_TEXT, version=_TEXT, ready=_FLAG, nonce=_TEXT_OR_NULL)
_JOURNAL = _object(form=_COUNT, account=_TEXT, last=_COUNT, dropped=_COUNT, entries=_list({"type": "object"}))
_CLOCK = _object(account=_TEXT, world=_TIME, speed=_TIME, signing=_TIME, signing_frozen=_FLAG, skew=_TIME)
_WORLD = _object(account=_TEXT, world={"type": "object"})
_SESSION = _object(
    n=_COUNT, session_id=_TEXT, app=_COUNT, agent=_COUNT, caller=_TEXT, callee=_TEXT, status=_TEXT, started_at=_TIME,
    accepted_at=_TIME_OR_NULL, ended_at=_TIME_OR_NULL, end_status={"type": ["integer", "null"]}, end=_TEXT_OR_NULL,
)  # fmt: skip
_SESSIONS = _object(account=_TEXT, count=_COUNT, next_due=_TIME_OR_NULL, sessions=_list(_SESSION))
_ONE_SESSION = _object(account=_TEXT, session=_SESSION)
_EVENT = _object(n=_COUNT, at=_TIME, session_id=_TEXT, status=_TEXT, end_status={"type": ["integer", "null"]})
_EVENTS = _object(account=_TEXT, last=_COUNT, events=_list(_EVENT))
_SNAPSHOT: Schema = {"type": "object", "required": ["account", *SNAPSHOT_KEYS]}
_MADE = _object(
    account=_TEXT, sub_account=_TEXT, secret_id=_TEXT, secret_key=_TEXT, token=_TEXT_OR_NULL, expires_at=_TIME_OR_NULL,
    control_token=_TEXT,
)  # fmt: skip
_PLANS = _object(account=_TEXT, plans=_list(_PLAN))
_PLANS_MADE = _object(account=_TEXT, plans=_list(_PLAN), warnings=_TEXTS)
_REMOVED = _object(account=_TEXT, removed=_TEXTS)
_LEDGER = _object(
    account=_TEXT, count=_COUNT, dropped=_COUNT, calls=_list(_CALL),
    duplicates=_list(_object(first=_COUNT, again=_COUNT)),
)  # fmt: skip
_CODES = _object(errors=_list(_CODE))
_ACTIONS = _object(actions=_list(_object(action=_TEXT, answers=_FLAG, effect=_TEXT, dials=_FLAG)))

_ACCOUNT = Key("account", "the account to act on, in place of the token's or the default one", _TEXT)
_PAGE = (
    _ACCOUNT,
    Key("after", "a running number: entries above it", {"type": "integer", "minimum": 0, "default": 0}),
    Key("limit", "how many", {"type": "integer", "minimum": 1, "maximum": commands.MAX_PAGE, "default": 100}),
)
_CALLEE = Key("callee", "calls to this number only, in whatever spelling", _TEXT)
_LANG = Key("lang", "of what is told", {"type": "string", "enum": list(LANGUAGES), "default": "en"})
_CLOCK_BODY = (
    Key("at", "freezes both hands at a Unix second or an ISO time with its offset", _AT),
    Key("world", "freezes the world there, or at a time of day in Beijing (22:10)", _AT),
    Key(
        "advance",
        "moves the world on by so many seconds, and the signing hand where that is frozen",
        {"type": "number", "minimum": 0},
    ),
    Key(
        "speed",
        "lets the world run so many times as fast",
        {"type": "number", "exclusiveMinimum": 0, "maximum": MAX_SPEED},
    ),
    Key(
        "skew",
        "judges signatures by a time so many seconds ahead, or behind",
        {"type": "number", "minimum": -MAX_SKEW, "maximum": MAX_SKEW},
    ),
    Key("real", "real time again, with both hands", {"const": True}),
)
_WORLD_BODY = (
    Key("base", "open or strict: what stands for the keys that are not given", {"type": "string", "enum": list(BASES)}),
    *(Key(each.name, each.metadata["says"], {}) for each in fields(Description)),
)
_MOVE = (
    Key("answer", "somebody takes it: true, or how many seconds they talk", {"oneOf": [{"const": True}, _COUNT]}),
    Key(
        "hang_up",
        "it ends: true, an EndStatus, or the vendor's word for one",
        {"type": ["boolean", "integer", "string"]},
    ),
)
_SNAPSHOT_BODY = (
    Key("account", "is not looked at: a snapshot can be put into another account", {}),
    *(Key(name, "as the snapshot has it", {}, required=True) for name in SNAPSHOT_KEYS),
)
_NEW_ACCOUNT = (
    Key("world", "open or strict; as the server's own unless it is given", {"type": ["string", "null"]}),
    Key("seed", "makes its ids repeat", {"type": ["integer", "null"]}),
    Key("at", "freezes its clock", _AT_OR_NULL),
    Key("duration_seconds", "makes a temporary credential", {**_SECONDS, "maximum": commands.MAX_DURATION_SECONDS}),
)
_NEW_PLAN = (
    Key("plan", "one or more plans, as docs/plans.md has them", _TEXT, required=True),
    Key("name", "of the plan; one is given where none is", {**_TEXT_OR_NULL, "pattern": f"^{commands.PLAN_NAME}$"}),
    Key("ttl", "for so many seconds of the account's time", {**_SECONDS, "maximum": commands.MAX_TTL_SECONDS}),
)
_TO_REDIRECT = ((b"Location", REDIRECT_LOOP),)

ROUTES: tuple[Route, ...] = (
    Route("GET", "/_ccc/health", commands.health, "says who answers", _HEALTH,
          query=(Key("nonce", "comes back", _TEXT),), opens_to="anyone"),
    Route("GET", "/_ccc/journal", commands.journal, "the account's exchanges, oldest first", _JOURNAL, query=_PAGE),
    Route("GET", "/_ccc/ledger", commands.ledger, "the calls that the account placed, and which rang twice", _LEDGER,
          query=(_ACCOUNT, _CALLEE), refuses=(409,)),
    Route("GET", "/_ccc/clock", commands.get_clock, "where the hands of the account's clock stand", _CLOCK,
          query=(_ACCOUNT,)),
    Route("PUT", "/_ccc/clock", commands.set_clock, "moves the account's time", _CLOCK,
          query=(_ACCOUNT,), body=_CLOCK_BODY, one_key=True),
    Route("GET", "/_ccc/world", commands.get_world, "what the account was described to be", _WORLD, query=(_ACCOUNT,)),
    Route("PUT", "/_ccc/world", commands.set_world, "lets the account be what is described; sessions and counts go on",
          _WORLD, query=(_ACCOUNT,), body=_WORLD_BODY, max_body_bytes=MAX_BODY_BYTES),
    Route("GET", "/_ccc/sessions", commands.list_sessions, "the account's calls that are on, and the newest that were",
          _SESSIONS, query=_PAGE),
    Route("GET", "/_ccc/sessions/{name}", commands.get_session, "one call, by its SessionId", _ONE_SESSION,
          query=(_ACCOUNT,), refuses=(404,)),
    Route("POST", "/_ccc/sessions/{name}", commands.move_session, "takes a call, or ends it", _ONE_SESSION,
          query=(_ACCOUNT,), body=_MOVE, one_key=True, refuses=(404, 409)),
    Route("GET", "/_ccc/events", commands.events, "every change of a call: ringing, inProgress, finished", _EVENTS,
          query=_PAGE),
    Route("GET", "/_ccc/snapshot", commands.get_snapshot, "the account's world as it stands",
          _SNAPSHOT, query=(_ACCOUNT,)),
    Route("PUT", "/_ccc/snapshot", commands.set_snapshot, "puts the account's world back to a snapshot",
          _object(account=_TEXT), query=(_ACCOUNT,), body=_SNAPSHOT_BODY, max_body_bytes=MAX_BODY_BYTES),
    Route("POST", "/_ccc/reset", commands.reset, "puts the account back to how it was made", _object(account=_TEXT),
          query=(_ACCOUNT,)),
    Route("POST", "/_ccc/plans", commands.add_plans, "declares plans", _PLANS_MADE,
          query=(_ACCOUNT,), body=_NEW_PLAN, status=201, refuses=(409,), max_body_bytes=MAX_BODY_BYTES),
    Route("GET", "/_ccc/plans", commands.list_plans, "the account's plans, and what came of them", _PLANS,
          query=(_ACCOUNT,)),
    Route("DELETE", "/_ccc/plans", commands.remove_plans, "forgets all plans of the account", _REMOVED,
          query=(_ACCOUNT,)),
    Route("GET", "/_ccc/plans/{name}", commands.get_plan, "one plan", _PLANS, query=(_ACCOUNT,), refuses=(404,)),
    Route("DELETE", "/_ccc/plans/{name}", commands.remove_plan, "forgets one plan", _REMOVED,
          query=(_ACCOUNT,), refuses=(404,)),
    Route("POST", "/_ccc/accounts", commands.make_account, "makes a fresh account", _MADE,
          body=_NEW_ACCOUNT, status=201, refuses=(409,), opens_to="server"),
    Route("DELETE", "/_ccc/accounts", commands.remove_account, "removes a made account", _object(account=_TEXT),
          query=(_ACCOUNT,), refuses=(409,)),
    Route("GET", "/_ccc/errors", commands.errors, "every code, and how to provoke it", _CODES,
          query=(_LANG,), opens_to="any token"),
    Route("GET", "/_ccc/actions", commands.actions, "every action, and whether it answers", _ACTIONS,
          opens_to="any token"),
    Route("GET", "/_ccc/openapi.json", _openapi, "this table for programs: OpenAPI 3.1", {"type": "object"},
          opens_to="any token"),
    Route(ANY, "/_ccc/redirect", commands.redirect, "redirects to itself: where the fault `redirect` leads",
          _object(error=_TEXT), status=302, headers=_TO_REDIRECT, opens_to="anyone", takes_anything=True),
)  # fmt: skip
_OPEN = frozenset(route.path.encode() for route in ROUTES if route.opens_to == "anyone")


class Control:
    """The commands above for one endpoint, and who may give them.

    `token` must be sent as `Authorization: Bearer …` where one is set; without one, only loopback host names and
    those in `allowed_hosts` are answered.  Either way the token of an account opens that account.
    """

    def __init__(self, endpoint: Endpoint, *, token: str | None = None, allowed_hosts: tuple[str, ...] = ()) -> None:
        self._endpoint = endpoint
        self._token = token
        self._allowed_hosts = frozenset(host.lower() for host in allowed_hosts)

    def handle(self, request: Request) -> Response:
        try:
            own = None if request.path in _OPEN else self._admit(request.headers)
            target = _target(request.method, request.path)
            route = target.route
            return _json(route.status, route.run(self._command(target, request, own)), route.headers)
        except Refused as refused:
            return _json(refused.status, {"error": refused.sentence, **refused.more}, refused.headers)

    def _admit(self, headers: Headers) -> Account | None:
        """Let a request in, or refuse it; gives the account whose token it carries."""
        own = self._holder(headers.get(b"authorization"))
        host = name_of(headers.text(b"host"))
        if self._token is None and not (is_loopback(host) or host in self._allowed_hosts):
            raise Refused(
                403, f"control answers to loopback host names only; start with --allow-host {host or 'NAME'} to add one"
            )
        origin = headers.get(b"origin")
        if origin is not None and not self._is_own(origin.decode("utf-8", "replace"), headers.text(b"host")):
            raise Refused(403, "control does not answer to web pages of other origins")
        return own

    def _holder(self, given: bytes | None) -> Account | None:
        """The account whose token was sent; None for the token of the server, and for none where none is asked for."""
        if given is None and self._token is None:
            return None
        given = given or b""
        if self._token is not None and hmac.compare_digest(given, f"Bearer {self._token}".encode()):
            return None
        # A token begins with its account's Uin, so that one comparison decides, and not one for each account.
        uin = re.match(rb"Bearer ccc-mock-control-([0-9]{1,20})-", given)
        account = self._endpoint.accounts.account(uin[1].decode()) if uin else None
        if account is not None and hmac.compare_digest(given, f"Bearer {account.control_token}".encode()):
            return account
        raise Refused(401, "expected a control token as `Authorization: Bearer TOKEN`: the server's or an account's")

    def _is_own(self, origin: str, host: str) -> bool:
        return origin.lower() in (f"http://{host.lower()}", f"https://{host.lower()}")

    def _command(self, target: _Target, request: Request, own: Account | None) -> Command:
        route = target.route
        if route.takes_anything:
            return Command(self._endpoint, self._endpoint.accounts.default, {}, {})
        if own is not None and route.opens_to == "server":
            raise Refused(403, f"{route.method} {route.path} asks for the server's token, got that of an account")
        query = _query(route, request.query)
        account = self._account(query.get("account"), own)
        if own is not None and any(key.name == "account" for key in route.query):
            query.setdefault("account", own.uin)
        return Command(self._endpoint, account, query, _body(route, request.body), target.name)

    def _account(self, uin: str | None, own: Account | None) -> Account:
        accounts = self._endpoint.accounts
        if own is not None and uin not in (None, own.uin):
            raise Refused(403, f"account: this token opens account {own.uin} only, got {clipped(uin)}")
        account = (own or accounts.default) if uin is None else accounts.account(uin)
        if account is None:
            raise Refused(404, f"account: no account {clipped(uin)} here; POST /_ccc/accounts makes one")
        return account


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


class _Target(NamedTuple):
    """A route, and what stands for `{name}` in the path."""

    route: Route
    name: str


def _target(method: str, raw_path: bytes) -> _Target:
    here = [(route, name) for route in ROUTES if (name := route.name_in(raw_path)) is not None]
    if not here:
        path = raw_path.decode("ascii", "replace")
        known = sorted({route.path for route in ROUTES})
        raise Refused(404, f"nothing at {clipped(path)}; {did_you_mean(path, known, cutoff=0.8)}")
    for route, name in here:
        if route.method in (method, ANY):
            return _Target(route, unquote_to_bytes(name).decode("utf-8", "replace"))
    path, methods = here[0][0].path, [route.method for route, _ in here]
    allow = ((b"Allow", ", ".join(methods).encode()),)
    raise Refused(405, f"{path} takes {' and '.join(methods)}, got {clipped(method)}", headers=allow)


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
    if len(raw) > route.max_body_bytes:
        raise Refused(413, f"expected a body of at most {route.max_body_bytes} bytes")
    if not raw:
        return _counted(route, {})
    try:
        body = json.loads(raw.decode())
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise Refused(400, f"expected a JSON object, got {len(raw)} bytes that are none")
    for name in body:
        _check_key("body", name, route.body)
    return _counted(route, body)


def _counted(route: Route, body: dict[str, JSON]) -> dict[str, JSON]:
    """The same body, where it has as many keys as its route takes."""
    if route.one_key and len(body) != 1:
        names = ", ".join(key.name for key in route.body)
        raise Refused(400, f"expected exactly one of {names}, got {len(body)}")
    return body


def _check_key(where: str, name: str, keys: tuple[Key, ...]) -> None:
    known = [key.name for key in keys]
    if name not in known:
        raise Refused(400, f"{where}: unknown key {clipped(name)}; {did_you_mean(name, known)}")


def _json(status: int, body: JSON, more: HeaderLines = ()) -> Response:
    encoded = json.dumps(body).encode() + b"\n"
    headers = ((b"Content-Type", b"application/json"), (b"Cache-Control", b"no-store"), *more)
    return Response(status, headers, encoded)
