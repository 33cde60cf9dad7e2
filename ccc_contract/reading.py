"""From the four data files to the views of `model`: read, check every key and every reference, freeze."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from .model import (
    CONFIDENCES,
    ERROR_KINDS,
    FILES,
    GENERATED,
    JSON,
    RETRIES,
    SCALAR_TYPES,
    SOURCE_KINDS,
    TYPES,
    VERSION,
    Action,
    Api,
    ErrorCode,
    Evidence,
    Generation,
    Member,
    ModelError,
    Shape,
    Source,
)
from .records import (
    COUNT,
    DATE,
    FLAG,
    POSITIVE,
    RECORD,
    RECORDS,
    SCALAR,
    SCALARS,
    TEXT,
    TEXTS,
    WHOLE,
    Place,
    Record,
    checked,
    checked_kind,
    one_of,
    resolve,
)


@functools.cache
def load_api() -> Api:
    """The contract that this package carries; read at the first call, the same object ever after.

    Raises ModelError.
    """
    return load_api_from(Path(__file__).with_name("data"))


def load_api_from(directory: Path) -> Api:
    """The contract in `directory`, which holds the four FILES.

    Raises ModelError: unreadable file, unknown, missing or repeated key, wrong type, reference that leads nowhere.
    """
    api, overlay, errors, sources = (read_document(directory, file) for file in FILES)
    return _api(api, overlay, errors, sources)


def read_document(directory: Path, file: str) -> JSON:
    """The decoded JSON of `file`.

    Raises ModelError: missing or unreadable file, broken JSON, a key written twice in one object.
    """
    try:
        text = (directory / file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(f"{file}: expected a readable UTF-8 file in {directory}, got {error}") from error
    # A key written twice is a slip of the hand that json.loads would hide; a generated file cannot have one.
    hook = None if file == GENERATED else functools.partial(_object, file)
    try:
        return json.loads(text, object_pairs_hook=hook)
    except json.JSONDecodeError as error:
        raise ModelError(f"{file}: line {error.lineno}, column {error.colno}: not valid JSON: {error.msg}") from error


def _object(file: str, pairs: list[tuple[str, JSON]]) -> dict[str, JSON]:
    record = dict(pairs)
    if len(record) < len(pairs):
        keys = [key for key, _ in pairs]
        repeated = next(key for key in keys if keys.count(key) > 1)
        Place(file).refuse(f'key "{repeated}" written twice in the object with the keys {", ".join(record)}')
    return record


# --- what each record may hold -------------------------------------------------------------------------------------

_EVIDENCE_KEYS = frozenset({"source", "confidence", "note"})
_EVIDENCE = {"source": TEXT, "confidence": one_of(CONFIDENCES)}

_SOURCES_FILE = Record({"about": TEXTS, "sources": RECORD})
_SOURCE = Record({"title": TEXT, "address": TEXT, "seen": DATE, "kind": one_of(SOURCE_KINDS)})

_ERRORS_FILE = Record({"about": TEXTS, "codes": RECORD})
_ERROR = Record({"kind": one_of(ERROR_KINDS), "meaning": RECORD, **_EVIDENCE}, {"since": RECORD, "retry": RECORD})
_MEANING = Record({"en": TEXT, "zh": TEXT})
_RETRY = Record({"when": one_of(RETRIES), **_EVIDENCE}, {"note": TEXT})

_API_FILE = Record({"about": TEXTS, "version": one_of([VERSION]), "actions": RECORD, "shapes": RECORD})
_ACTION = Record({"input": TEXT, "output": TEXT, "status": TEXT, **_EVIDENCE})
_SHAPE = Record({**_EVIDENCE, "members": RECORDS})
_MEMBER = Record(
    {"name": TEXT, "type": one_of(TYPES)},
    {"of": TEXT, "required": FLAG, "disabled": FLAG, "nullable": FLAG, "output_required": FLAG},
)

_OVERLAY_FILE = Record(
    {"about": TEXTS, "actions": RECORD, "marks": RECORD, "constraints": RECORD, "generations": RECORD}
)
_FACETS = Record({"role": RECORD, "since": RECORD, "codes": RECORD, "limit": RECORD})
_ROLE = Record({"family": TEXT, "effect": one_of(["read", "write"]), **_EVIDENCE}, {"dials": FLAG, "note": TEXT})
_SINCE = Record({"date": DATE, **_EVIDENCE}, {"note": TEXT})
_CODES = Record({"declared": TEXTS, **_EVIDENCE}, {"inherited_from": TEXT, "note": TEXT})
_LIMIT = Record({"per_second": POSITIVE, **_EVIDENCE}, {"note": TEXT})
_MARK = Record(_EVIDENCE, {"secret": FLAG, "personal": FLAG, "note": TEXT})
_CONSTRAINT = Record(
    _EVIDENCE,
    {
        "minimum": WHOLE,
        "maximum": WHOLE,
        "default": SCALAR,
        "enum": SCALARS,
        "max_length": COUNT,
        "max_items": COUNT,
        "unit": TEXT,
        "note": TEXT,
    },
)
_GENERATION = Record({"name": TEXT, "since": DATE, "members": RECORD, "errors": TEXTS, **_EVIDENCE})


def _evidence(record: Mapping[str, JSON], place: Place, sources: Mapping[str, Source]) -> Evidence:
    resolve(place, "source", record["source"], sources)
    return Evidence(record["source"], record["confidence"], record.get("note", ""))


# --- from records to views -----------------------------------------------------------------------------------------


def _api(api: JSON, overlay: JSON, errors: JSON, sources: JSON) -> Api:
    place = Place("api.json")
    record = checked(api, _API_FILE, place)
    extra = checked(overlay, _OVERLAY_FILE, Place("overlay.json"))
    known_sources = _sources(sources)
    known_errors = _errors(errors, known_sources)
    shapes = _shapes(record["shapes"], _Details(extra, known_sources), place.at("shapes"))
    for section in ("marks", "constraints"):
        _check_targets(extra[section], shapes, Place("overlay.json", (section,)))
    actions = _Actions(known_sources, known_errors, shapes).all(record["actions"], extra)
    return Api(
        version=record["version"],
        actions=actions,
        shapes=shapes,
        errors=known_errors,
        sources=known_sources,
        secret_names=_names(shapes, lambda member: member.secret),
        personal_names=_names(shapes, lambda member: member.personal),
    )


def _names(shapes: Mapping[str, Shape], marked: Callable[[Member], bool]) -> frozenset[str]:
    return frozenset(member.name for shape in shapes.values() for member in shape.members.values() if marked(member))


def _sources(document: JSON) -> dict[str, Source]:
    place = Place("sources.json")
    records = checked(document, _SOURCES_FILE, place)["sources"]
    return {
        key: Source(key=key, **checked(record, _SOURCE, place.at("sources", key))) for key, record in records.items()
    }


def _errors(document: JSON, sources: Mapping[str, Source]) -> dict[str, ErrorCode]:
    place = Place("errors.json")
    records = checked(document, _ERRORS_FILE, place)["codes"]
    return {code: _error(code, record, place.at("codes", code), sources) for code, record in records.items()}


def _error(code: str, record: JSON, place: Place, sources: Mapping[str, Source]) -> ErrorCode:
    own = _evidence(checked(record, _ERROR, place), place, sources)
    meaning = checked(record["meaning"], _MEANING, place.at("meaning"))
    evidence = {
        facet: _evidence(checked(record[facet], expected, place.at(facet)), place.at(facet), sources)
        for facet, expected in (("since", _SINCE), ("retry", _RETRY))
        if facet in record
    }
    return ErrorCode(
        code=code,
        kind=record["kind"],
        retry=record["retry"]["when"] if "retry" in record else "unknown",
        since=record["since"]["date"] if "since" in record else "",
        source=own.source,
        confidence=own.confidence,
        evidence=evidence,
        meanings={"en-US": meaning["en"], "zh-CN": meaning["zh"]},
    )


class _Details:
    """What overlay.json adds to members: marks and constraints, by shape and member name."""

    def __init__(self, overlay: Mapping[str, JSON], sources: Mapping[str, Source]) -> None:
        self.sources = sources
        self._facets = (
            ("mark", "marks", overlay["marks"], _MARK),
            ("constraint", "constraints", overlay["constraints"], _CONSTRAINT),
        )
        for _, section, shapes, _ in self._facets:
            for shape, members in shapes.items():
                checked_kind(members, RECORD, Place("overlay.json", (section, shape)))

    def of(self, shape: str) -> dict[str, dict[str, JSON]]:
        """Keyword arguments for Member, by member name."""
        details: dict[str, dict[str, JSON]] = {}
        for facet, section, shapes, expected in self._facets:
            place = Place("overlay.json", (section, shape))
            for member, record in shapes.get(shape, {}).items():
                evidence = _evidence(checked(record, expected, place.at(member)), place.at(member), self.sources)
                details.setdefault(member, {}).update({facet: evidence, **_without_evidence(record)})
        return details


def _without_evidence(record: Mapping[str, JSON]) -> dict[str, JSON]:
    return {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in record.items()
        if key not in _EVIDENCE_KEYS
    }


def _check_targets(section: Mapping[str, Mapping[str, JSON]], shapes: Mapping[str, Shape], place: Place) -> None:
    for shape, members in section.items():
        resolve(place, "shape", shape, shapes)
        for member in members:
            resolve(place.at(shape), "member", member, shapes[shape].members)


def _shapes(records: Mapping[str, JSON], details: _Details, place: Place) -> dict[str, Shape]:
    shapes = {name: _shape(name, record, details, place.at(name)) for name, record in records.items()}
    for shape in shapes.values():
        for member in shape.members.values():
            if member.of and member.of not in SCALAR_TYPES:
                resolve(place.at(shape.name, "members", member.name), "shape", member.of, shapes)
    return shapes


def _shape(name: str, record: JSON, details: _Details, place: Place) -> Shape:
    checked(record, _SHAPE, place)
    evidence = _evidence(record, place, details.sources)
    extra = details.of(name)
    members: dict[str, Member] = {}
    for member in record["members"]:
        _check_member(member, place)
        if member["name"] in members:
            place.refuse(f'member "{member["name"]}" written twice')
        members[member["name"]] = Member(
            source=evidence.source, confidence=evidence.confidence, **member, **extra.get(member["name"], {})
        )
    required = tuple(member.name for member in members.values() if member.required)
    return Shape(name, members, required, evidence.source, evidence.confidence)


def _check_member(record: JSON, shape: Place) -> None:
    place = shape.at("members", str(record.get("name", "?")))
    checked(record, _MEMBER, place)
    composed = record["type"] in ("object", "list")
    if composed and "of" not in record:
        place.refuse(f'missing key "of": expected the shape or type that the {record["type"]} is of')
    if not composed and "of" in record:
        place.refuse(f'unknown key "of": a {record["type"]} is of nothing; only objects and lists are')


# What an action is taken for while overlay.json does not describe it; `refresh` names such actions.
_UNDESCRIBED = Evidence("assumed", "assumed", "overlay.json does not describe this action yet")


class _Actions:
    """Builds actions from api.json's records and overlay.json's facets."""

    def __init__(
        self, sources: Mapping[str, Source], errors: Mapping[str, ErrorCode], shapes: Mapping[str, Shape]
    ) -> None:
        self._sources = sources
        self._errors = errors
        self._shapes = shapes

    def all(self, records: Mapping[str, JSON], overlay: Mapping[str, JSON]) -> dict[str, Action]:
        place = Place("overlay.json")
        for section in ("actions", "generations"):
            for name in overlay[section]:
                resolve(place.at(section), "action", name, records)
        actions = {name: self._action(name, record, overlay) for name, record in records.items()}
        for action in actions.values():
            if action.errors_inherited_from is not None:
                spot = place.at("actions", action.name, "codes", "inherited_from")
                resolve(spot, "action", action.errors_inherited_from, actions)
        return actions

    def _action(self, name: str, record: JSON, overlay: Mapping[str, JSON]) -> Action:
        place = Place("api.json", ("actions", name))
        checked(record, _ACTION, place)
        evidence = _evidence(record, place, self._sources)
        for side in ("input", "output"):
            resolve(place.at(side), "shape", record[side], self._shapes)
        shape = self._shapes[record["input"]]
        return Action(
            name=name,
            input=shape,
            output=self._shapes[record["output"]],
            status=record["status"],
            source=evidence.source,
            confidence=evidence.confidence,
            generations=self._generations(name, overlay["generations"], shape),
            **self._facets(name, overlay["actions"].get(name)),
        )

    def _facets(self, name: str, record: JSON) -> dict[str, JSON]:
        """Keyword arguments for Action."""
        if record is None:
            return _undescribed(name)
        place = Place("overlay.json", ("actions", name))
        checked(record, _FACETS, place)
        role = checked(record["role"], _ROLE, place.at("role"))
        since = checked(record["since"], _SINCE, place.at("since"))
        codes = checked(record["codes"], _CODES, place.at("codes"))
        limit = checked(record["limit"], _LIMIT, place.at("limit"))
        self._check_codes(codes["declared"], place.at("codes", "declared"))
        return {
            "family": role["family"],
            "effect": role["effect"],
            "dials": role.get("dials", False),
            "since": since["date"],
            "errors": tuple(codes["declared"]),
            "errors_inherited_from": codes.get("inherited_from"),
            "limit_per_second": limit["per_second"],
            "evidence": {
                "role": _evidence(role, place.at("role"), self._sources),
                "since": _evidence(since, place.at("since"), self._sources),
                "errors": _evidence(codes, place.at("codes"), self._sources),
                "limit": _evidence(limit, place.at("limit"), self._sources),
            },
        }

    def _check_codes(self, codes: Sequence[str], place: Place) -> None:
        for code in codes:
            resolve(place, "error code", code, self._errors)

    def _generations(self, name: str, section: Mapping[str, JSON], shape: Shape) -> tuple[Generation, ...]:
        place = Place("overlay.json", ("generations", name))
        records = checked_kind(section.get(name, []), RECORDS, place)
        return tuple(self._generation(record, place.at(str(i)), shape) for i, record in enumerate(records))

    def _generation(self, record: JSON, place: Place, shape: Shape) -> Generation:
        checked(record, _GENERATION, place)
        for member, first_seen in record["members"].items():
            resolve(place.at("members"), "member", member, shape.members)
            checked_kind(first_seen, DATE, place.at("members", member))
        self._check_codes(record["errors"], place.at("errors"))
        evidence = _evidence(record, place, self._sources)
        return Generation(
            name=record["name"],
            since=record["since"],
            members=record["members"],
            errors=tuple(record["errors"]),
            source=evidence.source,
            confidence=evidence.confidence,
        )


def _undescribed(name: str) -> dict[str, JSON]:
    return {
        "family": "undescribed",
        "effect": "read" if name.startswith("Describe") else "write",
        "dials": False,
        "since": "",
        "errors": (),
        "errors_inherited_from": None,
        # 20/s: every page of this product that was ever seen says so.
        "limit_per_second": 20,
        "evidence": dict.fromkeys(("role", "since", "errors", "limit"), _UNDESCRIBED),
    }
