"""STS beside the service, as far as its clients ask it for temporary keys: `sts.tencentcloudapi.com`, 2018-08-13.

Who asks is judged by the same checks as everywhere.  Every role exists, everybody may assume it, and policies are not
looked at: `ccc-mock fidelity` lists what is assumed.

Sources: doc-sts and tccli-sts-3.1.189.1 for actions, members, bounds and the answer; sdk-source for what is sent.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping

from ccc_contract.model import JSON, Action, Api, Member, Shape

from .accounts import Directory
from .auth import Auth
from .checks.check import Backend, Run, check
from .checks.inject import read_parameters
from .checks.route import action_exists, content_type_is_supported, version_exists
from .checks.validate import nothing_is_missing, nothing_is_unknown, parameters_are_readable, types_fit
from .exchange import Exchange, NotSupportedByFake
from .hosts import STS, STS_VERSION
from .pipeline import Pipeline
from .settings import Settings
from .stages import AUTHENTICATE, FRAME, IDENTIFY, Stage

_SOURCE = "tccli-sts-3.1.189.1"


def _shape(name: str, *members: Member) -> Shape:
    required = tuple(member.name for member in members if member.required)
    return Shape(name, {member.name: member for member in members}, required, _SOURCE, "documented")


def _text(name: str, *, required: bool = False) -> Member:
    return Member(name, "string", required=required, source=_SOURCE, confidence="documented")


def _whole(name: str, of: str = "uint64") -> Member:
    return Member(name, of, source=_SOURCE, confidence="documented")


_ARN, _SESSION = _text("RoleArn", required=True), _text("RoleSessionName", required=True)
_TAG = _shape("Tag", _text("Key", required=True), _text("Value", required=True))
_CREDENTIALS = _shape("Credentials", _text("Token"), _text("TmpSecretId"), _text("TmpSecretKey"))
_GIVEN = _shape("Given", Member("Credentials", "object", of="Credentials"), _whole("ExpiredTime"), _text("Expiration"))
_INPUTS = {
    "AssumeRole": _shape(
        "AssumeRoleRequest", _ARN, _SESSION, _whole("DurationSeconds"), _text("Policy"), _text("ExternalId"),
        Member("Tags", "list", of="Tag"), _text("SourceIdentity"), _text("SerialNumber"), _text("TokenCode"),
    ),
    "AssumeRoleWithWebIdentity": _shape(
        "AssumeRoleWithWebIdentityRequest",
        _text("ProviderId", required=True), _text("WebIdentityToken", required=True), _ARN, _SESSION,
        _whole("DurationSeconds", "int64"),
    ),
    "GetFederationToken": _shape(
        "GetFederationTokenRequest", _text("Name", required=True), _text("Policy", required=True),
        _whole("DurationSeconds"),
    ),
}  # fmt: skip

# action → how long a credential holds where nothing is said, and at most; in seconds (doc-sts).
DURATIONS: Mapping[str, tuple[int, int]] = {
    "AssumeRole": (7200, 43_200),
    "AssumeRoleWithWebIdentity": (7200, 43_200),
    "GetFederationToken": (1800, 129_600),
}
UNSIGNED = frozenset({"AssumeRoleWithWebIdentity"})
"""What is asked without a signature: `Authorization: SKIP`, or none (doc-sts)."""
ELSEWHERE = frozenset({"AssumeRoleWithSAML", "GetCallerIdentity", "GetSessionToken", "QueryApiKey"})
"""What the real STS has besides."""


def _action(name: str) -> Action:
    return Action(
        name, _INPUTS[name], _GIVEN, (), None, 0, "write", False, "credentials", "", "online", _SOURCE, "documented", {}
    )


_SHAPES = {shape.name: shape for shape in (*_INPUTS.values(), _GIVEN, _CREDENTIALS, _TAG)}
API = Api(STS_VERSION.decode(), {name: _action(name) for name in _INPUTS}, _SHAPES, {}, {}, frozenset(), frozenset())


@check("fake", confidence="assumed", source="assumed", evidence="ours: what the fake's STS lacks is no refusal")
def the_fake_has_the_action(exchange: Exchange, backend: Backend) -> None:
    if exchange.action_name in ELSEWHERE:
        known = ", ".join(backend.api.actions)
        raise NotSupportedByFake(f"ccc-mock has of STS only {known}; {exchange.action_name} is not one of them")


@check("read", confidence="assumed", source="assumed", evidence="ours: nothing is planned for STS")
def parameters_are_read(exchange: Exchange, backend: Backend) -> None:
    read_parameters(exchange, backend)


# doc-sts: the forms of both.
_ROLE = re.compile(r"qcs::cam::uin/\d+:role(Name)?/.+", re.DOTALL)
_SESSION_NAME = re.compile(r"[\w+=,.@-]{2,128}", re.ASCII)


@check(
    "value", "InvalidParameter.ParamError", "InvalidParameter.OverTimeError",
    confidence="inferred", source="sdk-source",
    evidence="the codes are STS's own, by their meaning; that these values get them is inferred",
)  # fmt: skip
def values_are_allowed(exchange: Exchange, backend: Backend) -> None:
    params, (_, longest) = exchange.params, DURATIONS[exchange.action.name]
    duration = params.get("DurationSeconds")
    if duration is not None and duration > longest:
        raise exchange.refusal("InvalidParameter.OverTimeError", "over-time", limit=longest)
    checks = (
        ("DurationSeconds", duration is None or duration > 0, "a number of seconds above 0"),
        ("RoleArn", _fits(_ROLE, params, "RoleArn"), "qcs::cam::uin/UIN:roleName/NAME"),
        ("RoleSessionName", _fits(_SESSION_NAME, params, "RoleSessionName"), "2 to 128 of letters, digits, _+=,.@-"),
    )
    for name, allowed, expected in checks:
        if not allowed:
            raise exchange.refusal("InvalidParameter.ParamError", "value", name=name, expected=expected)


def _fits(form: re.Pattern[str], params: Mapping[str, JSON], name: str) -> bool:
    return name not in params or form.fullmatch(params[name]) is not None


def _keys_are_given(accounts: Directory) -> Run:
    """What each action of STS does: `accounts` get another credential, whose end is judged by the signing time."""

    def run(exchange: Exchange, backend: Backend) -> None:
        usual, _ = DURATIONS[exchange.action.name]
        duration = exchange.params.get("DurationSeconds")
        seconds = usual if duration is None else duration
        credential = accounts.mint(exchange.account, exchange.signing_at, seconds).credential
        assert credential.expires_at is not None
        exchange.result = {
            "Credentials": {
                "Token": credential.token,
                "TmpSecretId": credential.secret_id,
                "TmpSecretKey": credential.secret_key,
            },
            "ExpiredTime": int(credential.expires_at),
            "Expiration": expiration(credential.expires_at),
        }

    return run


_BEHAVIOUR = check("behaviour", confidence="documented", source="doc-sts", evidence="after everything else")


def stages(accounts: Directory) -> tuple[Stage, ...]:
    """The pipeline of STS for these accounts: that of the service, without plans and without a rate."""
    return (
        FRAME,
        IDENTIFY,
        Stage("route", (version_exists, the_fake_has_the_action, action_exists, content_type_is_supported)),
        AUTHENTICATE,
        Stage("validate", (
            parameters_are_read, parameters_are_readable, nothing_is_missing, nothing_is_unknown, types_fit,
        )),
        Stage("execute", (values_are_allowed, _BEHAVIOUR(_keys_are_given(accounts)))),
    )  # fmt: skip


def pipeline(accounts: Directory, settings: Settings, auth: Auth, cure: str) -> Pipeline:
    """STS for these accounts; `cure` is the line that lets an unknown SecretId in."""
    return Pipeline(stages(accounts), Backend(API, settings, {}, service=STS, cure=cure), auth, unsigned=UNSIGNED)


def expiration(at: float) -> str:
    """A Unix second as STS writes it: `2018-12-04T09:06:16Z`."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))
