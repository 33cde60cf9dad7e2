"""The API as an OpenAPI 3.1 document.  Pure: the model in, JSON out, the same for the same model.

The service has one path, and the header X-TC-Action tells what is asked; OpenAPI knows an operation by path and method.
So each action stands here under a path of its own, `/CreateAIAgentCall`, which the service does not have: who sends
what is described posts to `/`, with the headers that the operation names as `const`.

What OpenAPI has no word for is under `x-ccc-…`: sources and confidence, units, marks, the limit, what each code means.
Shapes are kept apart by direction, for what is asked is judged (no member but the declared) and what is answered is
read (the service may add members).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from .model import JSON, SCALAR_TYPES, Action, Api, ErrorCode, Evidence, Member, Shape

Schema: TypeAlias = dict[str, JSON]

INPUT, OUTPUT = "Input", "Output"
"""Before the shape's name, by direction: four shapes are of both."""

_DESCRIPTION = (
    "What is known of Tencent Cloud Contact Center's API, from data of ccc-mock; unofficial, not by Tencent. "
    "The paths are synthetic: the service has only POST /, and the header X-TC-Action names the action. "
    "A request is signed with TC3-HMAC-SHA256 over its bytes. Integers are written without a fraction: 1.0 is none. "
    "null counts as an absent member."
)

_TYPES: Mapping[str, Schema] = {
    "int64": {"type": "integer", "format": "int64", "minimum": -(2**63), "maximum": 2**63 - 1},
    "uint64": {"type": "integer", "format": "uint64", "minimum": 0, "maximum": 2**64 - 1},
    "string": {"type": "string"},
    "bool": {"type": "boolean"},
    "float": {"type": "number", "format": "double"},
}


def document(api: Api, url: str) -> JSON:
    """The OpenAPI document of `api`, served at `url`."""
    actions = api.actions.values()
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Tencent Cloud Contact Center",
            "version": api.version,
            "description": _DESCRIPTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": url.rstrip("/")}],
        "security": [{"TC3-HMAC-SHA256": []}],
        "tags": [{"name": family} for family in sorted({action.family for action in actions})],
        "paths": {f"/{action.name}": {"post": _operation(action)} for action in actions},
        "components": {
            "schemas": {**_shapes(api), **_refusals(api)},
            "parameters": _common_headers(api),
            "securitySchemes": {"TC3-HMAC-SHA256": _SIGNATURE},
        },
        "x-ccc-codes": {code.code: _code(code) for code in api.errors.values()},
        "x-ccc-sources": {
            source.key: {"title": source.title, "address": source.address, "seen": source.seen, "kind": source.kind}
            for source in api.sources.values()
        },
    }


def _ref(kind: str, name: str) -> Schema:
    return {"$ref": f"#/components/{kind}/{name}"}


def _evidence(known: Mapping[str, Evidence]) -> JSON:
    return {
        facet: {"source": each.source, "confidence": each.confidence, **({"note": each.note} if each.note else {})}
        for facet, each in known.items()
    }


# --- an action -----------------------------------------------------------------------------------------------------


def _operation(action: Action) -> JSON:
    action_header = {
        "name": "X-TC-Action", "in": "header", "required": True, "schema": {"type": "string", "const": action.name},
    }  # fmt: skip
    own = Evidence(action.source, action.confidence)
    return {
        "operationId": action.name,
        "summary": f"{action.name}: {action.effect}{', may place phone calls' if action.dials else ''}",
        "tags": [action.family],
        "parameters": [action_header, *(_ref("parameters", name) for name in _HEADERS)],
        "requestBody": {"required": True, "content": _json(_ref("schemas", f"{INPUT}.{action.input.name}"))},
        "responses": {"200": {"description": _ANSWER, "content": _json(_envelope(action))}},
        "x-ccc-effect": action.effect,
        "x-ccc-dials": action.dials,
        "x-ccc-limit-per-second": action.limit_per_second,
        "x-ccc-since": action.since,
        "x-ccc-status": action.status,
        "x-ccc-evidence": _evidence({"shapes": own, **action.evidence}),
    }


_ANSWER = "Done, or refused: HTTP 200 for both, and a refusal has an Error."


def _json(schema: Schema) -> JSON:
    return {"application/json": {"schema": schema}}


def _envelope(action: Action) -> Schema:
    """`oneOf`, because an answer without required members would take a refusal for one of its kind."""
    done = {**_ref("schemas", f"{OUTPUT}.{action.output.name}"), "not": {"required": ["Error"]}}
    return {
        "type": "object",
        "properties": {"Response": {"oneOf": [done, _ref("schemas", f"Refusal.{action.name}")]}},
        "required": ["Response"],
        "additionalProperties": False,
    }


# --- shapes --------------------------------------------------------------------------------------------------------


def _shapes(api: Api) -> dict[str, Schema]:
    """Every shape that an action reaches, under its direction and name, in the order of names."""
    inputs = _reached(api, (action.input for action in api.actions.values()))
    outputs = _reached(api, (action.output for action in api.actions.values()))
    answers = {action.output.name for action in api.actions.values()}
    return {
        **{f"{INPUT}.{name}": _input(api.shapes[name]) for name in sorted(inputs)},
        **{f"{OUTPUT}.{name}": _output(api.shapes[name], name in answers) for name in sorted(outputs)},
    }


def _reached(api: Api, shapes: Iterable[Shape]) -> set[str]:
    names: set[str] = set()
    waiting = list(shapes)
    while waiting:
        shape = waiting.pop()
        if shape.name not in names:
            names.add(shape.name)
            waiting += [api.shapes[member.of] for member in shape.members.values() if member.of in api.shapes]
    return names


def _input(shape: Shape) -> Schema:
    return {
        "type": "object",
        "properties": {name: _member(shape, member, INPUT) for name, member in shape.members.items()},
        "required": list(shape.required),
        "additionalProperties": False,
        "x-ccc-evidence": _evidence({"shape": Evidence(shape.source, shape.confidence)}),
    }


def _output(shape: Shape, is_answer: bool) -> Schema:
    """An answer always has a RequestId (doc-responses), which no flag of the model tells."""
    promised = [name for name, member in shape.members.items() if member.output_required]
    return {
        "type": "object",
        "properties": {name: _member(shape, member, OUTPUT) for name, member in shape.members.items()},
        "required": sorted({*promised, "RequestId"}) if is_answer else promised,
        "x-ccc-evidence": _evidence({"shape": Evidence(shape.source, shape.confidence)}),
    }


def _member(shape: Shape, member: Member, direction: str) -> Schema:
    schema = _list(member, direction) if member.type == "list" else _value(member, member.of or member.type, direction)
    if member.nullable and direction == OUTPUT:
        schema = {"anyOf": [schema, {"type": "null"}]}
    marks = [mark for mark in ("secret", "personal") if getattr(member, mark)]
    known = {
        "member": Evidence(member.source, member.confidence),
        "mark": member.mark,
        "constraint": member.constraint,
    }
    if (member.source, member.confidence) == (shape.source, shape.confidence):
        del known["member"]  # the shape's own says it
    told = _evidence({facet: each for facet, each in known.items() if each is not None})
    return {
        **schema,
        **({"deprecated": True} if member.disabled else {}),
        **({"x-ccc-unit": member.unit} if member.unit else {}),
        **({"x-ccc-marks": marks} if marks else {}),
        **({"x-ccc-evidence": told} if told else {}),
    }


def _list(member: Member, direction: str) -> Schema:
    most = {} if member.max_items is None else {"maxItems": member.max_items}
    return {"type": "array", "items": _value(member, member.of, direction), **most}


def _value(member: Member, word: str, direction: str) -> Schema:
    """The schema of a value, or of each element: what bounds a list of scalars bounds those."""
    if word not in SCALAR_TYPES:
        return _ref("schemas", f"{direction}.{word}")
    if direction == OUTPUT:  # documented values are what may be asked for; nobody promised to answer with no other
        return dict(_TYPES[word])
    bounds = {
        "minimum": member.minimum,
        "maximum": member.maximum,
        # Bytes are at least as many as characters, so the bound in characters is never too low; the unit stands beside.
        "maxLength": member.max_length,
        "enum": list(member.enum) or None,
        "default": member.default,
    }
    return {**_TYPES[word], **{name: bound for name, bound in bounds.items() if bound is not None}}


# --- refusals ------------------------------------------------------------------------------------------------------


def _refusals(api: Api) -> dict[str, Schema]:
    common = sorted(code.code for code in api.errors.values() if code.kind == "common")
    return {
        "CommonCode": {"type": "string", "enum": common, "x-ccc-evidence": _evidence({"codes": _COMMON_CODES})},
        **{f"Refusal.{action.name}": _refusal(_declared(action)) for action in api.actions.values()},
    }


_COMMON_CODES = Evidence("doc-common-errors", "documented", "any action may answer with them")


def _refusal(code: Schema) -> Schema:
    error = {"type": "object", "properties": {"Code": code, "Message": {"type": "string"}}}
    return {
        "type": "object",
        "properties": {
            "Error": {**error, "required": ["Code", "Message"]},
            "RequestId": {"type": "string", "minLength": 1},
        },
        "required": ["Error", "RequestId"],
    }


def _declared(action: Action) -> Schema:
    """The codes that the action may answer with: the common ones, and its own list unless that is another action's."""
    if action.errors_inherited_from is not None:
        return {"type": "string", "minLength": 1, "x-ccc-codes-inherited-from": action.errors_inherited_from}
    own = {"type": "string", "enum": list(action.errors)}
    return {"anyOf": [_ref("schemas", "CommonCode"), own]} if action.errors else _ref("schemas", "CommonCode")


def _code(code: ErrorCode) -> JSON:
    return {
        "kind": code.kind,
        "retry": code.retry,
        "meaning": code.meaning("en-US"),
        "x-ccc-evidence": _evidence({"code": Evidence(code.source, code.confidence), **code.evidence}),
    }


# --- what every request carries ------------------------------------------------------------------------------------

_SIGNATURE: JSON = {
    "type": "apiKey",
    "in": "header",
    "name": "Authorization",
    "description": "TC3-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…: over the bytes that are sent.",
}

_HEADERS = ("X-TC-Version", "X-TC-Timestamp", "X-TC-Region", "X-TC-Language", "X-TC-Token")


def _common_headers(api: Api) -> dict[str, JSON]:
    schemas: dict[str, tuple[bool, str, Schema]] = {
        "X-TC-Version": (True, "The version of the API.", {"type": "string", "const": api.version}),
        "X-TC-Timestamp": (
            True, "Unix time in seconds; five minutes off is too far.", {"type": "integer", "minimum": 0},
        ),
        "X-TC-Region": (
            False, "Where to; this product answers the same with none.",
            {"type": "string", "pattern": "^[a-z]+(-[a-z0-9]+)+$", "examples": ["ap-shanghai"]},
        ),
        "X-TC-Language": (False, "Of messages.", {"type": "string", "enum": ["zh-CN", "en-US"]}),
        "X-TC-Token": (False, "Of a temporary credential, and of no other.", {"type": "string", "minLength": 1}),
    }  # fmt: skip
    return {
        name: {
            "name": name,
            "in": "header",
            "required": required,
            "description": says,
            "schema": schema,
            "x-ccc-evidence": _evidence({"header": Evidence("doc-common-params", "documented")}),
        }
        for name, (required, says, schema) in schemas.items()
    }
