"""Every byte that a signature protects, changed in every request of the official clients: what is each change told?

Each byte of each field is changed in four ways (tests/support/mutations.py), one at a time.  An oracle that imports
nothing of ours says whether the request is signed all the same.  If so it gets past authentication; if not it is
refused by the one code that BROKEN has for what was broken, or else by AuthFailure.SignatureFailure.

A part runs always, the whole where CI is `true` or CCC_MOCK_WHOLE is `1`.  How often each field met each end is
committed in fixtures/oracle/counts.json; with CCC_MOCK_WHOLE=write the whole runs and that file is written anew.
"""

from __future__ import annotations

import ast
import json
import os
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import mutations
import oracle
import oracle_v1
from answers import EXPIRED, INVALID, NOT_FOUND, PARAMETER, SIGNATURE
from captures import FIXTURES, TC3, Captured, captured
from ccc_mock import Clock, Credential, Endpoint
from ccc_mock.clock import Stopwatch
from ccc_mock.exchange import Exchange
from ccc_mock.stages import STAGES, Stage
from drafts import VERSION, as_request
from mutations import BETWEEN_PAIRS, OF_THE_ACTION, Mutant, mutants
from older import SHA1, SHA256

OLDER = f"{SHA1}, {SHA256}"
VALID = {TC3: captured(TC3), OLDER: captured(SHA1, SHA256)}
IS_SIGNED = {TC3: oracle.is_signed, OLDER: oracle_v1.is_signed}
SECRETS = {capture.known["secret_id"]: capture.known["secret_key"] for scheme in VALID for capture in VALID[scheme]}

# --- what a change is told -----------------------------------------------------------------------------------------

PAST = "past authentication"


class Changed(NamedTuple):
    """A changed request and the service's time."""

    pieces: oracle.Pieces
    now: int

    def header(self, name: str) -> bytes:
        return self.pieces.header(name) or b""

    def pair(self, name: str) -> bytes:
        return oracle_v1.parameters(self.pieces).get(name.encode(), b"")

    @property
    def claim(self) -> oracle.Claim | None:
        return oracle.tolerant_claim(self.header("authorization"))

    @property
    def stamp(self) -> bytes:
        return self.header("x-tc-timestamp") or self.pair("Timestamp")

    @property
    def secret_id(self) -> str:
        return self.claim.secret_id if self.claim else self.pair("SecretId").decode("latin-1")

    @property
    def is_at_a_real_host(self) -> bool:
        """Any other is the host of a fake."""
        return self.header("host").lower().endswith(b".tencentcloudapi.com")


class Row(NamedTuple):
    """Something that is looked at before the signature."""

    code: str
    is_broken: Callable[[Changed], bool]
    source: str
    """Of the code, and of its place."""


TYPES = {
    "POST": re.compile(rb"application/json( *; *charset=utf-8)?", re.IGNORECASE),
    "GET": re.compile(rb"application/x-www-form-urlencoded", re.IGNORECASE),
}
"""The charset is signed by Java (sdk-captures-2026-11) and by the documentation's example (doc-signature-v3)."""

# In the order in which they are looked at.
PRODUCT = Row(
    "NoSuchProduct",
    lambda it: it.is_at_a_real_host and not it.header("host").lower().startswith(b"ccc."),
    "doc-common-errors; its place is assumed",
)
PAIRS = Row(
    PARAMETER,
    lambda it: not oracle_v1.is_well_formed(oracle_v1.text_of(it.pieces)),
    "public-logs: a pair without `=` is told before anything is missed; teco: an empty key, a key twice",
)
PRESENCE = Row(
    "MissingParameter",
    lambda it: not all(map(it.pair, ("Timestamp", "Nonce", "SecretId", "Signature", "Action", "Version"))),
    "public-logs: told to requests without anything else",
)
GRAMMAR = Row(INVALID, lambda it: it.claim is None, "doc-common-errors; its place is assumed")
SIGNED_HEADERS = Row(
    INVALID,
    lambda it: it.claim is not None and not oracle.all_signed_are_there(it.pieces, it.claim.signed),
    "doc-signature-v3: content-type and host are obligatory; the code is assumed",
)
TERMINATOR = Row(INVALID, lambda it: it.claim is not None and it.claim.terminator != "tc3_request", "assumed")
SERVICE = Row(
    INVALID,
    lambda it: it.claim is not None and it.is_at_a_real_host and it.claim.service != "ccc",
    "public-logs; clients take it from the host, so elsewhere it can be any (sdk-captures-2026-11)",
)
SECONDS = Row(PARAMETER, lambda it: not it.stamp.isdigit(), "assumed")
NONCE = Row(PARAMETER, lambda it: not it.pair("Nonce").isdigit(), "assumed")
AGE = Row(
    EXPIRED,
    lambda it: abs(int(it.stamp) - it.now) > 300,
    "doc-signature-v3: more than five minutes; told to an example whose key nobody has",
)
NO_VERSION = Row("NoSuchVersion", lambda it: it.pair("Version") != VERSION.encode(), "its place is assumed")
NO_ACTION = Row("InvalidAction", lambda it: it.pair("Action") != b"CreateAIAgentCall", "its place is assumed")
TYPE = Row(
    "UnsupportedProtocol",
    lambda it: not TYPES[it.pieces.method].fullmatch(it.header("content-type")),
    "doc-request-structure; its place is assumed",
)
NOBODY = Row(NOT_FOUND, lambda it: it.secret_id not in SECRETS, "public-logs: told although the signature is wrong too")

# scheme → field → what a change of it can break before the signature; where there is nothing it breaks the signature.
BROKEN: dict[str, dict[str, tuple[Row, ...]]] = {
    TC3: {
        "target": (PAIRS,),
        "body": (),
        "Host": (PRODUCT,),
        "Content-Type": (TYPE,),
        "timestamp": (SECONDS, AGE),
        "Authorization": (GRAMMAR, SIGNED_HEADERS, TERMINATOR, SERVICE, NOBODY),
    },
    OLDER: {
        "target": (PRESENCE,),  # without its question mark it has no parameters
        "Host": (PRODUCT,),
        "Content-Type": (PRESENCE,),  # what is no form has no parameters
        BETWEEN_PAIRS: (
            PAIRS,
            PRESENCE,
            SECONDS,
            NONCE,
            NO_VERSION,
            NO_ACTION,
            NOBODY,
        ),  # the first takes in the second
        "pair Timestamp": (PAIRS, PRESENCE, SECONDS, AGE),
        "pair Nonce": (PAIRS, PRESENCE, NONCE),
        "pair SecretId": (PAIRS, PRESENCE, NOBODY),
        "pair Signature": (PAIRS, PRESENCE),
        "pair Action": (PAIRS, PRESENCE, NO_ACTION),
        "pair Version": (PAIRS, PRESENCE, NO_VERSION),
        "pair SignatureMethod": (PAIRS,),
        "pair Region": (PAIRS,),
        "pair Token": (PAIRS,),
        "pair Language": (PAIRS,),
        "pair RequestClient": (PAIRS,),
        OF_THE_ACTION: (PAIRS,),
    },
}

# scheme → field → which changes of it leave a request signed.
TOLERATED: dict[str, dict[str, str]] = {
    TC3: {
        "target": "the path, which is `/` in every canonical request (doc-signature-v3)",
        "body": "all of it, where X-TC-Content-SHA256 is UNSIGNED-PAYLOAD (sdk-captures-2026-11)",
        "Host": "its case (doc-signature-v3); the port, where Node.js signs the host without it (sdk-captures-2026-11)",
        "Content-Type": "its case (doc-signature-v3)",
        "Authorization": "blanks between its parts (.NET sends two: sdk-source; otherwise assumed); the case of the "
        "names in SignedHeaders (assumed)",
    },
    OLDER: {
        "target": "the path, which is `/` in every string to sign (doc-signature-v1)",
        "Content-Type": "all of it in a GET, most of which have none; of a form the case and the charset "
        "(sdk-captures-2026-11; other parameters: assumed)",
        BETWEEN_PAIRS: "two in place of one (assumed)",
        "pair Signature": "the case of the digits in `%2B` (assumed: the documentation asks for capitals)",
        "pair Token": "the same",
    },
}


def expected(scheme: str, mutant: Mutant, now: int) -> str:
    """PAST, or the one code."""
    if IS_SIGNED[scheme](mutant.pieces, SECRETS):
        return PAST
    changed = Changed(mutant.pieces, now)
    return next((row.code for row in BROKEN[scheme][mutant.field] if row.is_broken(changed)), SIGNATURE)


# --- the run -------------------------------------------------------------------------------------------------------

PARTS = {"quick": 29, "whole": 1}
"""Part → of how many positions one is changed; the first of them is another one in each request."""

COMMITTED = FIXTURES / "oracle" / "counts.json"
ASKED = os.environ.get("CCC_MOCK_WHOLE", "")
in_ci = pytest.mark.skipif(
    ASKED not in ("1", "write") and os.environ.get("CI", "").lower() not in ("1", "true"),
    reason="takes a minute: runs in CI, and with CCC_MOCK_WHOLE=1",
)

Counts = dict[str, dict[str, int]]
"""field → PAST or a code → how many changes met it."""


def fake_for(capture: Captured, stages: tuple[Stage, ...]) -> Endpoint:
    """A fake that knows the capture's credential, at the moment of the capture."""
    known = capture.known
    credential = Credential(known["secret_id"], known["secret_key"], known["token"])
    # Nobody asks here why a signature does not match, and a search for it takes longer than all else.
    no_time = Stopwatch(lambda: 0.0, count().__next__)
    return Endpoint(credentials=[credential], clock=Clock(at=known["timestamp"]), stages=stages, stopwatch=no_time)


def end_of(exchange: Exchange) -> str:
    return PAST if exchange.stage in ("validate", "execute") else exchange.verdict


class Tried(NamedTuple):
    """A change of a capture's request, what it should have met, and what became of it."""

    capture: Captured
    mutant: Mutant
    wanted: str
    exchange: Exchange

    def __str__(self) -> str:
        _, position, way, part, pieces = self.mutant
        around = slice(max(position - 20, 0), position + 20)
        was, is_ = (mutations.value_of(each, part)[around] for each in (self.capture.pieces, pieces))
        return (
            f"{self.capture.name}, byte {position} of its {part} {way}: {was!r} -> {is_!r}: expected {self.wanted}, "
            f"got {self.exchange.verdict} by {self.exchange.stage}/{self.exchange.check}"
        )


def tried(scheme: str, captures: Iterable[Captured], every: int, stages: tuple[Stage, ...] = STAGES) -> Iterator[Tried]:
    """Change one of `every` positions of each capture."""
    for first, capture in enumerate(captures):
        fake = fake_for(capture, stages)
        for mutant in mutants(capture.pieces, every=every, first=first):
            wanted = expected(scheme, mutant, capture.known["timestamp"])
            yield Tried(capture, mutant, wanted, fake.exchange(as_request(mutant.pieces)))


def counted(scheme: str, every: int) -> tuple[Counts, list[str]]:
    """The counts, and each disagreement of fake and oracle."""
    counters: dict[str, Counter[str]] = {field: Counter() for field in BROKEN[scheme]}
    disagreements = []
    for each in tried(scheme, VALID[scheme], every):
        end = end_of(each.exchange)
        counters[each.mutant.field][end] += 1
        if end != each.wanted:
            disagreements.append(str(each))
    return {field: dict(sorted(found.items())) for field, found in counters.items()}, disagreements


def lines_of(counts: Counts) -> list[str]:
    """A table, for people and for comparing."""
    return [f"{field:22}{count:8}  {end}" for field, found in counts.items() for end, count in found.items()]


def write(part: str, scheme: str, counts: Counts) -> None:
    committed = json.loads(COMMITTED.read_bytes())
    committed[part][scheme] = counts
    COMMITTED.write_text(json.dumps(committed, indent=1) + "\n", encoding="utf-8")


@pytest.mark.parametrize("scheme", VALID)
@pytest.mark.parametrize("part", ["quick", pytest.param("whole", marks=in_ci)])
def test_each_changed_byte_is_told_what_it_broke(
    scheme: str, part: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    if part == "whole":  # what is told beside the answer changes none, and took a third of the time
        monkeypatch.setattr("ccc_mock.endpoint.EXPLAINED", frozenset())
    counts, disagreements = counted(scheme, PARTS[part])
    table = "\n".join([f"\n{scheme}, {part}: changed requests by field and end", *lines_of(counts), ""])
    if part == "whole":
        with capsys.disabled():
            sys.stdout.write(table)
    else:
        sys.stdout.write(table)
    assert not disagreements, "\n".join([f"{len(disagreements)} disagreements; the first are", *disagreements[:20]])
    assert [field for field, found in counts.items() if not found.keys() - {PAST}] == [], "no change was refused"
    if ASKED == "write":
        write(part, scheme, counts)
    check_they_are_committed(part, scheme, counts)
    if part == "whole":
        check_the_tables_say_nothing_too_much(scheme, counts)


def check_they_are_committed(part: str, scheme: str, counts: Counts) -> None:
    found, known = lines_of(counts), lines_of(json.loads(COMMITTED.read_bytes())[part].get(scheme, {}))
    different = [f"committed  {line}" for line in known if line not in found]
    different += [f"found      {line}" for line in found if line not in known]
    assert not different, "\n".join([OTHER_COUNTS, *different])


OTHER_COUNTS = (
    "other counts than in fixtures/oracle/counts.json; if they are meant to change, write them with "
    "CCC_MOCK_WHOLE=write pytest tests/mock/test_byte_oracle.py, and say in the commit what changed them:"
)


def check_the_tables_say_nothing_too_much(scheme: str, counts: Counts) -> None:
    """Each code of BROKEN came up, and each field of TOLERATED."""
    for field, rows in BROKEN[scheme].items():
        assert {row.code for row in rows} <= counts[field].keys(), field
    assert {field for field, found in counts.items() if PAST in found} == TOLERATED[scheme].keys()


# --- can it be trusted? --------------------------------------------------------------------------------------------

EACH = [(scheme, capture) for scheme in VALID for capture in VALID[scheme]]


def test_the_oracle_takes_every_unchanged_request_for_signed_and_none_under_another_key() -> None:
    other_keys = dict.fromkeys(SECRETS, "another-key")
    assert len(EACH) == 288
    for scheme, capture in EACH:
        assert IS_SIGNED[scheme](capture.pieces, SECRETS), capture.name
        assert not IS_SIGNED[scheme](capture.pieces, other_keys), capture.name
        assert not IS_SIGNED[scheme](capture.pieces, {}), capture.name


@pytest.mark.parametrize("capture", VALID[OLDER], ids=lambda capture: capture.name)
def test_the_oracle_makes_the_steps_that_were_recorded(capture: Captured) -> None:
    assert oracle_v1.string_to_sign(capture.pieces).decode() == capture.known["string_to_sign"]
    assert oracle_v1.signature(capture.pieces, capture.known["secret_key"]).decode() == capture.known["signature"]


@pytest.mark.parametrize("module", [oracle, oracle_v1, mutations], ids=lambda module: module.__name__)
def test_the_oracle_imports_nothing_of_ours(module: Any) -> None:
    allowed = {*sys.stdlib_module_names, "oracle", "oracle_v1"}
    for node in ast.walk(ast.parse(Path(module.__file__).read_text(encoding="utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or "."] if isinstance(node, ast.ImportFrom) else []
        assert {name.partition(".")[0] for name in names} <= allowed


# check → a scheme whose changed requests need it.  Those that prepare what later ones use cannot be left out.
LEFT_OUT = {
    "product": OLDER,
    "pairs": OLDER,
    "scope": TC3,
    "age": TC3,
    "version": OLDER,
    "content-type": TC3,
    "signature": TC3,
}


@pytest.mark.parametrize("name", LEFT_OUT)
def test_a_fake_without_a_check_is_found_out(name: str) -> None:
    stages = tuple(Stage(stage.name, tuple(c for c in stage.checks if c.name != name)) for stage in STAGES)
    assert stages != STAGES
    scheme = LEFT_OUT[name]
    at_a_real_host = [capture for capture in VALID[scheme] if capture.known["hostform"] == "prod"]
    found = tried(scheme, at_a_real_host[:1], 2, stages)
    assert any(end_of(each.exchange) != each.wanted for each in found)
