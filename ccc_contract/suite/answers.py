"""What any answer must be, whatever was asked: each judgement alone, over the answer and what went out.  Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from .. import strict
from ..conform import Rule, violations
from ..envelope import CONTENT_TYPE
from ..http import Request, Response
from ..model import JSON, Api

Judgement = Callable[[Api, str, Request, Response], str]
"""(model, action, what went out, what came) → what is wrong, "" where nothing is."""

REFUSES_PARAMETERS = ("MissingParameter", "UnknownParameter")
"""Codes that say nothing but that the parameters are not the declared ones."""
TOLD_AS: Mapping[Rule, str] = {
    "missing": "MissingParameter",
    "unknown": "UnknownParameter",
    "type": "InvalidParameter",
    "value": "InvalidParameterValue",
}
"""What is wrong with parameters → its code (doc-common-errors)."""


def no_server_error(api: Api, action: str, request: Request, response: Response) -> str:
    """HTTP 200, whatever is answered: refusals too (doc-responses)."""
    return "" if response.status == 200 else f"expected HTTP 200, got {response.status}: {_shown(response)}"


def the_content_type(api: Api, action: str, request: Request, response: Response) -> str:
    """With a charset, the official SDK takes a refusal for an empty success (sdk-captures-2026-11)."""
    got = [value for name, value in response.headers if name.lower() == b"content-type"]
    return "" if got == [CONTENT_TYPE] else f"expected one content-type, exactly application/json, got {got}"


def the_envelope(api: Api, action: str, request: Request, response: Response) -> str:
    document = _document(response)
    inside = document.get("Response") if isinstance(document, dict) else None
    if isinstance(inside, dict) and len(document) == 1:
        return _wrong_refusal(inside) if "Error" in inside else ""
    return f'expected {{"Response": {{…}}}} and nothing beside it, got {_shown(response)}'


def _wrong_refusal(inside: Mapping[str, JSON]) -> str:
    error, beside = inside["Error"], inside.keys() - {"Error", "RequestId"}
    texts = isinstance(error, dict) and all(isinstance(error.get(name), str) for name in ("Code", "Message"))
    if not texts or not (error["Code"] and error["Message"]):
        return f"expected an Error with a Code and a Message, got {str(error)[:200]}"
    return f"expected nothing beside Error and RequestId, got {', '.join(sorted(beside))}" if beside else ""


def a_request_id(api: Api, action: str, request: Request, response: Response) -> str:
    request_id = _inside(response).get("RequestId")
    if isinstance(request_id, str) and _UUID.fullmatch(request_id):
        return ""
    return f"expected a RequestId that is a UUID in lower case, got {str(request_id)[:60]!r}"


_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def a_declared_code(api: Api, action: str, request: Request, response: Response) -> str:
    """A common code or one that the action lists; a list that is another action's says nothing."""
    code, known = code_of(response), api.actions[action]
    if not code or known.errors_inherited_from is not None:
        return ""
    if code in known.errors or (code in api.errors and api.errors[code].kind == "common"):
        return ""
    return f"{action} declares no {code}, and it is no common code"


def parameters_are_judged(api: Api, action: str, request: Request, response: Response) -> str:
    """What breaks the shape is refused, and what keeps it is not refused for what it is."""
    code, params = code_of(response), _params(request)
    broken = [] if params is None else violations(api, api.actions[action].input, params)
    if (params is None or broken) and not code:
        what = "no object" if params is None else str(broken[0])
        return f"expected a refusal of these parameters ({what}), got a success"
    if params is not None and not broken and code in REFUSES_PARAMETERS:
        return f"expected no {code}: these parameters are what the shape declares"
    return _told_as_another(code, {violation.rule for violation in broken})


def _told_as_another(code: str, rules: set[Rule]) -> str:
    """Where all that is wrong is wrong in one way, a code that is about parameters is the one for it."""
    if len(rules) != 1 or code.partition(".")[0] not in TOLD_AS.values():
        return ""
    (rule,) = rules
    return "" if code.partition(".")[0] == TOLD_AS[rule] else f"expected {TOLD_AS[rule]}, got {code}"


def code_of(response: Response) -> str:
    """Error.Code; "" where nothing is refused, or where it is no answer of the service."""
    error = _inside(response).get("Error")
    code = error.get("Code") if isinstance(error, dict) else None
    return code if isinstance(code, str) else ""


def _params(request: Request) -> dict[str, JSON] | None:
    """The object in the body; None for anything else.  No body counts as an object without members."""
    if not request.body:
        return {}
    try:
        params = strict.decode(request.body.decode())
    except (ValueError, RecursionError):
        return None
    return params if isinstance(params, dict) else None


def _document(response: Response) -> JSON:
    try:
        return strict.decode(response.body.decode())
    except (ValueError, RecursionError):
        return None


def _inside(response: Response) -> Mapping[str, JSON]:
    document = _document(response)
    inside = document.get("Response") if isinstance(document, dict) else None
    return inside if isinstance(inside, dict) else {}


def _shown(response: Response) -> str:
    return f"{len(response.body)} bytes that start with {response.body[:60]!r}"


JUDGEMENTS: Mapping[str, Judgement] = {
    "ccc_http_200": no_server_error,
    "ccc_content_type": the_content_type,
    "ccc_envelope": the_envelope,
    "ccc_request_id": a_request_id,
    "ccc_declared_code": a_declared_code,
    "ccc_parameters": parameters_are_judged,
}
"""By the name that a report shows."""
