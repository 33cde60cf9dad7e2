"""The suite as one document and as plain files: both are the same bytes on every day and machine.  Pure."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from ..http import Request
from ..model import JSON
from .case import STEPS, Case, Question, Steps
from .negative import negative
from .positive import positive
from .requests import SIGNERS

FORMAT = 1
"""Counts up when a reader of the document has to change."""

ABOUT = (
    "Signed requests of Tencent Cloud's API 3.0 for signers and for whoever checks signatures, written by ccc-contract "
    "vectors; unofficial, not by Tencent. No credential in it opens anything.",
    "positive: steps is what a signer has to compute. negative: signed_request is wrong in one way; at the time now "
    "the service answers code. steps is by the rule, mistaken what a client computed that makes this mistake.",
    "source and confidence are of the code, or of the rule that the case is about; ccc-contract sources tells where.",
)


@cache
def cases() -> tuple[Case, ...]:
    """All cases, the positive ones first.  A name is used once."""
    return (*positive(), *negative())


# --- one document --------------------------------------------------------------------------------------------------


def document() -> bytes:
    """The whole suite as JSON in UTF-8."""
    credentials = [
        {"secret_id": signer.secret_id, "secret_key": signer.secret_key, "token": signer.token} for signer in SIGNERS
    ]
    whole = {
        "format": FORMAT,
        "about": list(ABOUT),
        "steps": list(STEPS),
        "credentials": credentials,
        "cases": [case_as_json(case) for case in cases()],
    }
    return _dumped(whole)


def case_as_json(case: Case) -> dict[str, JSON]:
    """A case: what a signer is asked, and what is known of it."""
    return {
        **question_as_json(case.name, case.question),
        "kind": case.kind,
        "about": case.about,
        "code": case.code,
        "now": case.now,
        "source": case.source,
        "confidence": case.confidence,
        "steps": steps_as_json(case.steps),
        "mistaken": None if case.mistaken is None else steps_as_json(case.mistaken),
        "differs_at": case.differs_at,
        "signed_request": _request_as_json(case.signed),
    }


def question_as_json(name: str, question: Question) -> dict[str, JSON]:
    """What a signer is asked, with none of the answers: `verify-signer` writes it to a command."""
    newer = not question.parameters
    body = base64.b64encode(question.request.body).decode()
    return {
        "case": name,
        "scheme": question.scheme,
        "secret_id": question.signer.secret_id,
        "secret_key": question.signer.secret_key,
        "timestamp": question.timestamp,
        "service": question.service if newer else None,
        "signed_headers": list(question.signed_headers) if newer else None,
        "parameters": None if newer else [list(pair) for pair in question.parameters],
        "request": {**_request_as_json(question.request), "body_base64": body},
    }


def _request_as_json(request: Request) -> dict[str, JSON]:
    return {
        "method": request.method,
        "path": request.path.decode(),
        "query": request.query.decode(),
        "headers": [[name.decode(), value.decode()] for name, value in request.headers.lines],
        "body": request.body.decode(),
    }


def steps_as_json(steps: Steps) -> dict[str, str]:
    return {name: text.decode() for name, text in steps.texts().items()}


def _dumped(value: JSON) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


# --- plain files ---------------------------------------------------------------------------------------------------


def files() -> Iterator[tuple[str, bytes]]:
    """(path, content) of each plain file: a folder for each case, and how to read them."""
    yield "README.md", README.encode()
    yield ".gitattributes", b"* -text\n"  # git must not change the ends of lines: they are what is signed
    for case in cases():
        folder = f"{case.kind}/{case.name}"
        for ending, content in _files_of(case):
            yield f"{folder}/{ending}" if ending == "context.json" else f"{folder}/{case.name}.{ending}", content


def _files_of(case: Case) -> Iterable[tuple[str, bytes]]:
    yield "context.json", _dumped(context(case))
    yield "req", as_http(case.question.request)
    yield from _texts_of(case.steps)
    if case.mistaken is not None:
        right = dict(_texts_of(case.steps))
        wrong = ((ending, text) for ending, text in _texts_of(case.mistaken) if text != right.get(ending))
        yield from ((f"mistaken.{ending}", text) for ending, text in wrong)
    yield "sreq", as_http(case.signed)


_ENDINGS: Mapping[str, str] = {"canonical_request": "creq", "string_to_sign": "sts", "authorization": "authz"}


def _texts_of(steps: Steps) -> Iterator[tuple[str, bytes]]:
    texts = steps.texts()
    yield from ((ending, texts[name]) for name, ending in _ENDINGS.items() if name in texts)


def context(case: Case) -> dict[str, JSON]:
    """A case without what stands in files of its own."""
    whole = case_as_json(case)
    for known in (whole["steps"], whole["mistaken"] or {}):
        for name in _ENDINGS:
            known.pop(name, None)
    return {name: value for name, value in whole.items() if name not in ("request", "signed_request")}


def as_http(request: Request) -> bytes:
    """The bytes of a request, as they are on a connection."""
    lines = [b"%b: %b\r\n" % line for line in request.headers.lines]
    return b"%b %b HTTP/1.1\r\n%b\r\n%b" % (request.method.encode(), request.target, b"".join(lines), request.body)


README = """\
# Signed requests of Tencent Cloud's API 3.0, step by step

Written by `ccc-contract vectors`; unofficial, not by Tencent. No credential in here opens anything. The same as one
document is `ccc-contract vectors --json FILE`; docs/vectors.md of ccc-mock tells more.

`positive/` is for who writes a signer, `negative/` for who checks signatures. A folder is a case, and its files are
named after it, as in the test suite of AWS's signature version 4. No file but `context.json` ends with a line feed
that is not meant.

* `context.json`: credential, timestamp, service and signed headers; hash, derived keys and signature; the code, at
  which time it is answered, how sure that is and where it is known from.
* `CASE.req`: the request before it is signed, as HTTP, with CR LF at the ends of its lines.
* `CASE.creq`: the canonical request. Not in the older schemes.
* `CASE.sts`: the string to sign.
* `CASE.authz`: the value of the Authorization header. Not in the older schemes.
* `CASE.sreq`: the request as it is sent.
* `CASE.mistaken.creq`, `.sts`, `.authz`: of a negative case, what a client computed that made this mistake, where it
  is something else.

In a negative case `.creq`, `.sts` and `.authz` are by the rule, over the request as it is sent. `code` in
`context.json` is what the service answers at the time `now`; null means that it accepts the request. A positive case
can have a code, where the signature is right and something else is not. `confidence` is `documented`, `observed`,
`inferred` or `assumed`; `ccc-contract sources` tells what a source is.
"""
