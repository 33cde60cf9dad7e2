"""`ccc-contract`: what the contract says, from the command line.

Exit codes: 0 done, 1 the reader went away, 2 bad usage or an unknown name (one sentence on stderr), 130 interrupted.
`call` and `sign` have their own: see `ccc_contract.call`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict

import click

from ccc_contract.console import HELP, Commands, expect_command, run_command
from ccc_contract.model import (
    JSON,
    Action,
    Api,
    ErrorCode,
    Evidence,
    Generation,
    Member,
    Shape,
    Source,
)
from ccc_contract.reading import load_api
from ccc_contract.spelling import nearest


def main(argv: Sequence[str] | None = None) -> int | None:
    """Run `ccc-contract` with `argv` (default: the process's own) and return its exit code."""
    return run_command(contract, argv, program="ccc-contract")


as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")


LATER = {
    "test": "ccc_contract.suite.command:command",
    "ledger": "ccc_contract.suite.command:show_ledger",
    "record": "ccc_contract.suite.diff_command:record",
    "diff": "ccc_contract.suite.diff_command:diff",
    "grade": "ccc_contract.suite.grade_command:command",
    "call": "ccc_contract.call:call",
    "openapi": "ccc_contract.openapi_command:openapi",
    "sign": "ccc_contract.call:sign",
    "vectors": "ccc_contract.vector_commands:vectors",
    "verify-signer": "ccc_contract.vector_commands:verify_signer",
}


@click.group(cls=Commands, later=LATER, invoke_without_command=True, context_settings=HELP)
@click.version_option(package_name="ccc-mock", message="%(prog)s %(version)s")
@click.pass_context
def contract(context: click.Context) -> None:
    """What Tencent Cloud Contact Center's API promises: actions, shapes, codes, and where that is known from."""
    expect_command(context)


# --- actions -------------------------------------------------------------------------------------------------------


@contract.command()
@as_json
def actions(as_json: bool) -> None:
    """List the actions, one a line: name, effect, whether it dials, limit, number of codes, family."""
    rows = [_action_row(action) for action in load_api().actions.values()]
    click.echo(_dumped(rows) if as_json else "\n".join(_aligned(map(_action_words, rows))))


def _action_row(action: Action) -> dict[str, JSON]:
    return {
        "name": action.name,
        "effect": action.effect,
        "dials": action.dials,
        "limit_per_second": action.limit_per_second,
        "codes": len(action.errors),
        "codes_inherited_from": action.errors_inherited_from,
        "family": action.family,
    }


def _action_words(row: Mapping[str, JSON]) -> list[str]:
    return [
        row["name"],
        row["effect"],
        "dials" if row["dials"] else "-",
        f"{row['limit_per_second']}/s",
        _codes_words(row),
        row["family"],
    ]


def _codes_words(row: Mapping[str, JSON]) -> str:
    count = "1 code" if row["codes"] == 1 else f"{row['codes']} codes"
    return f"{count} ({row['codes_inherited_from']}'s)" if row["codes_inherited_from"] else count


# --- sources -------------------------------------------------------------------------------------------------------


@contract.command()
@as_json
def sources(as_json: bool) -> None:
    """List the sources of every fact: key, kind, the day it was seen, title, address."""
    rows = [asdict(source) for source in load_api().sources.values()]
    click.echo(_dumped(rows) if as_json else "\n".join(line for row in rows for line in _source_lines(row)))


def _source_lines(row: Mapping[str, str]) -> list[str]:
    return [f"{row['key']}  {row['kind']}, seen {row['seen']}", f"  {row['title']}", f"  {row['address']}"]


# --- describe ------------------------------------------------------------------------------------------------------


@contract.command()
@click.argument("name")
@as_json
def describe(name: str, as_json: bool) -> None:
    """Describe an action, a shape or an error code."""
    described = _described(load_api(), name)
    click.echo(_dumped(described) if as_json else "\n".join(_description(described)))


def _described(api: Api, name: str) -> dict[str, JSON]:
    if name in api.actions:
        return _described_action(api, api.actions[name])
    if name in api.shapes:
        return _described_shape(api, api.shapes[name])
    if name in api.errors:
        return _described_code(api, api.errors[name])
    close = nearest(name, [*api.actions, *api.shapes, *api.errors])
    hint = f"; nearest: {', '.join(close)}" if close else "; ccc-contract actions lists the actions"
    raise click.UsageError(f'no action, shape or error code "{name}"{hint}')


def _described_action(api: Api, action: Action) -> dict[str, JSON]:
    own = Evidence(action.source, action.confidence)
    return {
        "kind": "action",
        **_action_row(action),
        "since": action.since,
        "status": action.status,
        "parameters": _tree(api, action.input),
        "answer": _tree(api, action.output),
        "codes": [_code_row(api.errors[code]) for code in action.errors],
        "generations": [_generation_row(generation) for generation in action.generations],
        "evidence": _evidence_rows(api, {"shapes": own, **action.evidence}),
    }


def _described_shape(api: Api, shape: Shape) -> dict[str, JSON]:
    return {
        "kind": "shape",
        "name": shape.name,
        "members": _tree(api, shape),
        "used_by": _users(api, shape.name),
        "evidence": _evidence_rows(api, {"shape": Evidence(shape.source, shape.confidence)}),
    }


def _described_code(api: Api, code: ErrorCode) -> dict[str, JSON]:
    own = Evidence(code.source, code.confidence)
    return {
        "kind": f"{code.kind} error code",
        "name": code.code,
        "retry": code.retry,
        "since": code.since,
        "declared_by": [action.name for action in api.actions.values() if code.code in action.errors],
        "evidence": _evidence_rows(api, {"code": own, **code.evidence}),
    }


def _users(api: Api, shape: str) -> list[str]:
    """Actions and shapes that name the shape."""
    by_actions = [action.name for action in api.actions.values() if shape in (action.input.name, action.output.name)]
    by_shapes = [other.name for other in api.shapes.values() if any(m.of == shape for m in other.members.values())]
    return by_actions + by_shapes


def _tree(api: Api, shape: Shape, above: tuple[str, ...] = ()) -> list[dict[str, JSON]]:
    return [_branch(api, member, (*above, shape.name)) for member in shape.members.values()]


def _branch(api: Api, member: Member, above: tuple[str, ...]) -> dict[str, JSON]:
    # A shape may one day contain itself; `above` ends the tree there.
    inner = api.shapes.get(member.of)
    return {
        "name": member.name,
        "type": _type_words(member),
        "flags": [flag for flag in ("required", "disabled", "nullable") if getattr(member, flag)],
        "marks": [mark for mark in ("secret", "personal") if getattr(member, mark)],
        "marks_evidence": None if member.mark is None else asdict(member.mark),
        "constraints": _constraints(member),
        "constraints_evidence": None if member.constraint is None else asdict(member.constraint),
        "members": _tree(api, inner, above) if inner is not None and inner.name not in above else [],
    }


def _type_words(member: Member) -> str:
    return f"[{member.of}]" if member.type == "list" else member.of or member.type


def _constraints(member: Member) -> dict[str, JSON]:
    names = ("minimum", "maximum", "default", "max_length", "max_items")
    found: dict[str, JSON] = {name: getattr(member, name) for name in names if getattr(member, name) is not None}
    if member.enum:
        found["enum"] = list(member.enum)
    if member.unit:
        found["unit"] = member.unit
    return found


def _code_row(code: ErrorCode) -> dict[str, JSON]:
    return {"code": code.code, "kind": code.kind, "retry": code.retry, "since": code.since}


def _generation_row(generation: Generation) -> dict[str, JSON]:
    return {
        "name": generation.name,
        "since": generation.since,
        "members": dict(generation.members),
        "codes": len(generation.errors),
    }


def _evidence_rows(api: Api, evidence: Mapping[str, Evidence]) -> dict[str, JSON]:
    return {facet: _evidence_row(known, api.sources[known.source]) for facet, known in evidence.items()}


def _evidence_row(known: Evidence, source: Source) -> dict[str, JSON]:
    row = {"confidence": known.confidence, "source": source.key, "title": source.title, "address": source.address}
    return {**row, "note": known.note} if known.note else row


# --- words for people ----------------------------------------------------------------------------------------------


def _description(described: Mapping[str, JSON]) -> Iterator[str]:
    yield f"{described['name']}  {', '.join(_headline(described))}"
    for title, key in (("Parameters", "parameters"), ("Answer", "answer"), ("Members", "members")):
        if key in described:
            yield from _section(title, _aligned(_tree_words(described[key])))
    if "parameters" in described:
        yield from _section(f"Codes ({len(described['codes'])})", _aligned(map(_code_words, described["codes"])))
        yield from _section("Generations of clients", _generation_lines(described["generations"]))
    for title, key in (("Used by", "used_by"), ("Declared by", "declared_by")):
        yield from _section(title, described.get(key, []))
    yield from _section("Known from", _evidence_lines(described["evidence"]))


def _headline(described: Mapping[str, JSON]) -> Iterator[str]:
    yield described["kind"]
    if described["kind"] == "action":
        yield described["effect"]
        if described["dials"]:
            yield "dials"
        yield f"{described['limit_per_second']}/s"
        yield described["family"]
        yield described["status"]
    if "retry" in described:
        yield f"retry: {described['retry']}"
    if described.get("since"):
        yield f"since {described['since']}"


def _section(title: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield ""
        yield title
        yield from (f"  {line}" for line in lines)


def _tree_words(rows: Sequence[Mapping[str, JSON]], depth: int = 0) -> Iterator[list[str]]:
    for row in rows:
        yield ["  " * depth + row["name"], row["type"], ", ".join(_remarks(row))]
        yield from _tree_words(row["members"], depth + 1)


def _remarks(row: Mapping[str, JSON]) -> Iterator[str]:
    yield from row["flags"]
    for facet, words in (("marks", row["marks"]), ("constraints", [*_constraint_words(row["constraints"])])):
        yield from words[:-1]
        yield from (word + _doubt(row[f"{facet}_evidence"]) for word in words[-1:])


def _doubt(evidence: Mapping[str, str]) -> str:
    """How sure and why, in brackets; nothing when the fact is documented and needs no remark."""
    confidence = "" if evidence["confidence"] == "documented" else evidence["confidence"]
    words = ": ".join(word for word in (confidence, evidence["note"]) if word)
    return f" ({words})" if words else ""


def _constraint_words(constraints: Mapping[str, JSON]) -> Iterator[str]:
    for name, value in constraints.items():
        if name == "enum":
            yield "one of " + " ".join(map(_value_words, value))
        else:
            yield f"{name.replace('_', ' ')} {_value_words(value)}"


def _value_words(value: JSON) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _code_words(row: Mapping[str, str]) -> list[str]:
    return [row["code"], row["kind"], f"retry: {row['retry']}", f"since {row['since']}" if row["since"] else ""]


def _generation_lines(rows: Sequence[Mapping[str, JSON]]) -> list[str]:
    return [
        f"{row['name']}: since {row['since']}, {row['codes']} codes, members {', '.join(row['members'])}"
        for row in rows
    ]


def _evidence_lines(rows: Mapping[str, Mapping[str, str]]) -> list[str]:
    return [
        f"{facet}: {row['confidence']}, {row['title']} [{row['source']}] {row['address']}"
        + (f" ({row['note']})" if "note" in row else "")
        for facet, row in rows.items()
    ]


def _aligned(rows: Iterator[list[str]]) -> list[str]:
    table = list(rows)
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in table]


def _dumped(value: JSON) -> str:
    return json.dumps(value, indent=2)


if __name__ == "__main__":
    sys.exit(main())
