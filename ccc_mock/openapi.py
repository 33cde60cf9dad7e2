"""The description of control for programs: an OpenAPI 3.1 document made of its routes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.metadata import version

from ccc_contract.model import JSON

from .route import ANY, Key, Route, Schema

METHODS = ("get", "put", "post", "delete", "options", "head", "patch")

_REFUSALS: Mapping[int, str] = {
    400: "What came is not what was expected.",
    401: "A token is asked for, or the one that was sent is not known.",
    403: "The token does not open this, or the request comes from a foreign page or under a foreign name.",
    404: "There is no such account, plan or path.",
    409: "It cannot be done now.",
    413: "The body is too large.",
}
_PATH_NAME: JSON = {"name": "name", "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}


def document(routes: Iterable[Route]) -> JSON:
    """The OpenAPI document of these routes."""
    paths: dict[str, dict[str, JSON]] = {}
    for route in routes:
        methods = METHODS if route.method == ANY else (route.method.lower(),)
        for method in methods:
            paths.setdefault(route.path, {})[method] = _operation(route, method)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "ccc-mock control",
            "version": version("ccc-mock"),
            "description": "What a test may ask of a running fake, and tell it.  docs/control.md tells it to people.",
        },
        "paths": paths,
        "security": [{"token": []}, {}],
        "components": {
            "schemas": {"Refusal": _REFUSAL},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


_REFUSAL: JSON = {
    "type": "object",
    "properties": {
        "error": {"type": "string"},
        "position": {"type": "integer", "minimum": 0, "description": "Where in a plan, from 0."},
    },
    "required": ["error"],
}


def _operation(route: Route, method: str) -> dict[str, JSON]:
    words = [word.strip("{}") for word in route.path.split("/")[2:]]
    parameters = [_PATH_NAME] if "{name}" in route.path else []
    operation: dict[str, JSON] = {
        "operationId": "-".join((method, *(word.replace(".", "-") for word in words))),
        "summary": route.says,
        "parameters": [*parameters, *map(_parameter, route.query)],
        "responses": {str(route.status): _response(route), **_refusals(route)},
    }
    if route.body:
        needed = any(key.required for key in route.body) or route.one_key
        operation["requestBody"] = {"required": needed, "content": _content(_body(route))}
    if route.opens_to == "anyone":
        operation["security"] = []
    return operation


def _parameter(key: Key) -> JSON:
    return {
        "name": key.name, "in": "query", "required": key.required, "description": key.says, "schema": dict(key.schema),
    }  # fmt: skip


def _body(route: Route) -> Schema:
    schema: dict[str, JSON] = {
        "type": "object",
        "properties": {key.name: {**key.schema, "description": key.says} for key in route.body},
        "required": [key.name for key in route.body if key.required],
        "additionalProperties": False,
    }
    if route.one_key:
        schema |= {"minProperties": 1, "maxProperties": 1}
    return schema


def _response(route: Route) -> JSON:
    names = (name.decode() for name, _ in route.headers)
    headers = {name: {"schema": {"type": "string"}} for name in names}
    return {"description": route.says, "headers": headers, "content": _content(route.answer)}


def _refusals(route: Route) -> dict[str, JSON]:
    if route.takes_anything:
        return {}
    general = (400, 413) if route.opens_to == "anyone" else (400, 401, 403, 413)
    no_account = (404,) if any(key.name == "account" for key in route.query) else ()
    refusal: Schema = {"$ref": "#/components/schemas/Refusal"}
    return {
        str(status): {"description": _REFUSALS[status], "content": _content(refusal)}
        for status in sorted({*general, *no_account, *route.refuses})
    }


def _content(schema: Schema) -> JSON:
    return {"application/json": {"schema": dict(schema)}}
