"""HmacSHA1 and HmacSHA256 against the published vectors, the official clients, and a second implementation."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tencentcloud.common.sign import Sign

from captures import FIXTURES, Captured, captured
from ccc_contract import signing_v1
from ccc_contract.http import Headers, Request
from ccc_contract.pairs import parse
from drafts import as_request
from older import SHA1, SHA256, OlderDraft

VECTORS: dict[str, dict[str, Any]] = {
    vector["name"]: vector for vector in json.loads((FIXTURES / "tc3" / "documented.json").read_bytes())["v1"]
}
CAPTURES = captured(SHA1, SHA256)


def encoded(params: dict[str, str]) -> dict[bytes, bytes]:
    return {key.encode(): value.encode() for key, value in params.items()}


def verified(request: Request, secret_key: str) -> bool:
    text = request.query if request.method == "GET" else request.body
    return signing_v1.verify(request, parse(text), secret_key)[0]


# --- published vectors ---------------------------------------------------------------------------------------------


def test_thirteen_vectors_are_published() -> None:
    assert len(VECTORS) == 13


@pytest.mark.parametrize("name", VECTORS)
def test_every_step_of_a_published_vector_is_computed(name: str) -> None:
    vector = VECTORS[name]
    request = Request(vector["method"], b"/", b"", Headers.of({"host": vector["host"]}), b"")
    working = signing_v1.work(request, encoded(vector["params"]), vector["secret_key"])
    assert working.string_to_sign.decode() == vector["string_to_sign"]
    assert working.signature == vector["signature"]
    assert working.canonical_request == b""


# --- official clients ----------------------------------------------------------------------------------------------


def test_official_clients_sent_120_requests_of_the_older_scheme() -> None:
    assert len(CAPTURES) == 120
    assert {capture.pieces.method for capture in CAPTURES} == {"GET", "POST"}
    assert {capture.known["sdk"].rpartition("-")[2] for capture in CAPTURES} == {"python", "nodejs", "go", "java"}


@pytest.mark.parametrize("capture", CAPTURES, ids=lambda capture: capture.name)
def test_a_captured_signature_is_verified_by_the_recorded_string(capture: Captured) -> None:
    request, key = as_request(capture.pieces), capture.known["secret_key"]
    pairs = parse(request.query if request.method == "GET" else request.body)
    matches, working = signing_v1.verify(request, pairs, key)
    assert matches
    assert working.string_to_sign.decode() == capture.known["string_to_sign"]
    assert not signing_v1.verify(request, pairs, key + "x")[0]


OLDER_SECRET = "another-key-of-a-test"


@given(
    st.dictionaries(st.from_regex(r"[A-Za-z_.0-9]{1,5}", fullmatch=True), st.text(max_size=5), max_size=6),
    st.sampled_from(["GET", "POST"]),
    st.sampled_from([SHA1, SHA256]),
)
def test_what_the_official_signer_signs_is_verified(params: dict[str, str], method: str, algorithm: str) -> None:
    # Lone surrogates are not in its reach: it encodes strictly.
    params = {key: value.encode("utf-8", "replace").decode() for key, value in params.items() if key != "Signature"}
    params["SignatureMethod"] = algorithm
    text = f"{method}a.b:1/?" + "&".join(f"{key.replace('_', '.')}={params[key]}" for key in sorted(params))
    signed = {**params, "Signature": Sign.sign(OLDER_SECRET, text, algorithm)}
    request = Request(method, b"/", b"", Headers.of({"host": "a.b:1"}), b"")
    assert signing_v1.verify(request, encoded(signed), OLDER_SECRET)[0]


# --- what is signed, and what is not -------------------------------------------------------------------------------

ACCEPTED: dict[str, OlderDraft] = {
    "as it is": OlderDraft(),
    "SHA-256": OlderDraft(signature_method=SHA256),
    "SHA-1 by name": OlderDraft(signature_method=SHA1),
    "any other word is SHA-1": OlderDraft(signature_method="hmacsha256"),
    "an empty word is SHA-1": OlderDraft(signature_method=""),
    "a line feed at the end": OlderDraft(ending="\n"),
    "blanks around it": OlderDraft(ending=" \r\n"),
    "a form": OlderDraft(method="POST"),
    "a host with its port": OlderDraft(host="127.0.0.1:8679"),
    "a host in capitals": OlderDraft(host="CCC.tencentcloudapi.com"),
    "blanks around the host": OlderDraft(host=" ccc.tencentcloudapi.com ", signed_host="ccc.tencentcloudapi.com"),
    "an empty value": OlderDraft().with_common(Region=""),
    "a value that looks like pairs": OlderDraft(params={"a": "b&c=d"}),
    "positions sorted as text": OlderDraft(params={"Callers": [str(n) for n in range(12)]}),
    "an underscore": OlderDraft(params={"a_b": "1"}),
    "an underscore signed as a dot": OlderDraft(params={"a_b": "1"}, key_as_signed=lambda key: key.replace(b"_", b".")),
}

REFUSED: dict[str, OlderDraft] = {
    "an empty signature": OlderDraft(signature=""),
    "a blank inside": OlderDraft(signature="EliP9YW3pW28FpsEdkXt /+WcGeI="),
    "no base64": OlderDraft(signature="\u4f60"),
    "the other digest": OlderDraft(
        signature_method=SHA256, signature=OlderDraft(signature_method=SHA1).right_signature
    ),
    "a host without the port": OlderDraft(host="127.0.0.1:8679", signed_host="127.0.0.1"),
    "a host in lower case": OlderDraft(host="CCC.tencentcloudapi.com", signed_host="ccc.tencentcloudapi.com"),
    "a pair more": OlderDraft(appended=b"&SdkAppId2=1"),
    "an array signed as a word": OlderDraft(  # PHP's client does this, and cannot be helped
        params={"Callers[0]": "1"}, key_as_signed=lambda key: b"Callers" if b"[" in key else key
    ),
}


@pytest.mark.parametrize("case", ACCEPTED)
def test_a_signature_by_the_rule_or_by_a_habit_of_a_client_is_accepted(case: str) -> None:
    assert verified(ACCEPTED[case].request(), ACCEPTED[case].secret_key)


@pytest.mark.parametrize("case", REFUSED)
def test_any_other_signature_is_refused_with_the_working_by_the_rule(case: str) -> None:
    request = REFUSED[case].request()
    pairs = parse(request.query)
    matches, working = signing_v1.verify(request, pairs, REFUSED[case].secret_key)
    assert not matches
    assert working == signing_v1.work(request, pairs, REFUSED[case].secret_key)


def test_the_method_is_signed() -> None:
    get = OlderDraft().request()
    post = Request("POST", b"/", b"", get.headers, get.query)
    assert verified(get, OlderDraft().secret_key)
    assert not verified(post, OlderDraft().secret_key)
