"""What the official Python SDK and ours send for the same call is the same, but where docs/client-wire.md says.

Both are caught before the network: the SDK's by an adapter of its requests, ours by a mock transport of httpx2.
"""

from __future__ import annotations

import io
import json
import re
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import httpx2
import pytest
import requests
import time_machine
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st
from requests.adapters import HTTPAdapter
from tencentcloud.ccc.v20200210 import ccc_client, models
from tencentcloud.common.credential import Credential as SdkCredential
from tencentcloud.common.exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from urllib3 import HTTPResponse

import oracle
from ccc_contract import ApiError, Client, Credential
from ccc_contract.model import Shape
from drawn_params import API, TEXTS, params
from libraries import KEY, SECRETS, TEMPORARY

DOCUMENT = Path(__file__).parents[2] / "docs" / "client-wire.md"
REFUSED = b'{"Response":{"Error":{"Code":"ResourceNotFound","Message":"nobody is here"},"RequestId":"r"}}'
KIND = {"Content-Type": "application/json"}


class Common(NamedTuple):
    """What a client is made with."""

    credential: Credential = KEY
    endpoint: str = "ccc.tencentcloudapi.com"
    region: str = ""
    language: str = ""

    @property
    def scheme(self) -> str:
        return "http" if self.endpoint.startswith("127.") else "https"


EVERY_COMMON = [
    Common(*each)
    for each in product(
        (KEY, TEMPORARY),
        ("ccc.tencentcloudapi.com", "127.0.0.1:8679"),
        ("", "ap-shanghai"),
        ("", "zh-CN", "en-US"),
    )
]


# --- what each sends -----------------------------------------------------------------------------------------------


class Sent(NamedTuple):
    url: str
    pieces: oracle.Pieces


class _Catching(HTTPAdapter):
    """Keeps what was to be sent, and refuses it."""

    def __init__(self, kept: list[Sent]) -> None:
        super().__init__()
        self._kept = kept

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        headers = tuple((name.encode(), _bytes(value)) for name, value in request.headers.items())
        pieces = oracle.Pieces(str(request.method), request.path_url.encode(), headers, _bytes(request.body or b""))
        self._kept.append(Sent(str(request.url), pieces))
        return self.build_response(request, HTTPResponse(io.BytesIO(REFUSED), KIND, 200, preload_content=False))


def _bytes(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode()


@cache
def official(common: Common) -> tuple[Any, list[Sent]]:
    kept: list[Sent] = []
    secret = common.credential
    credential = SdkCredential(secret.secret_id, secret.secret_key, secret.token or None)
    http = HttpProfile(protocol=common.scheme, endpoint=common.endpoint)
    language = {"language": common.language} if common.language else {}
    client = ccc_client.CccClient(credential, common.region, ClientProfile(httpProfile=http, **language))
    client.request.conn._session.mount(f"{common.scheme}://", _Catching(kept))
    return client, kept


def sent_by_official(common: Common, action: str, given: dict[str, Any]) -> Sent:
    client, kept = official(common)
    request = getattr(models, f"{action}Request")()
    request.from_json_string(json.dumps(given))
    with pytest.raises(TencentCloudSDKException, match="ResourceNotFound"):
        getattr(client, action)(request)
    return kept.pop()


@cache
def ours(common: Common) -> tuple[Client, list[Sent]]:
    kept: list[Sent] = []

    def catch(request: httpx2.Request) -> httpx2.Response:
        pieces = oracle.Pieces(request.method, request.url.raw_path, tuple(request.headers.raw), request.content)
        kept.append(Sent(str(request.url), pieces))
        return httpx2.Response(200, headers=KIND, content=REFUSED)

    client = Client(
        common.credential, endpoint=f"{common.scheme}://{common.endpoint}", region=common.region,
        language=common.language, http=httpx2.Client(transport=httpx2.MockTransport(catch)),
    )  # fmt: skip
    return client, kept


def sent_by_ours(common: Common, action: str, given: dict[str, Any]) -> Sent:
    client, kept = ours(common)
    with pytest.raises(ApiError, match="ResourceNotFound"):
        client.call(action, given)
    return kept.pop()


# --- the table -----------------------------------------------------------------------------------------------------

NOT_SENT, SAME = "—", "the same"
_ROW = re.compile(r"^\| `([\w-]+)` \| (.+?) \| (.+?) \|$", re.MULTILINE)


def headers_table() -> dict[str, tuple[str, str]]:
    """Header in lower case → what the SDK sends, what ours sends; of docs/client-wire.md."""
    text = DOCUMENT.read_text("utf-8").partition("## Headers")[2].partition("\n## ")[0]
    return {name.lower(): (official, ours) for name, official, ours in _ROW.findall(text)}


TABLE = headers_table()


def fits(cell: str, value: str | None) -> bool:
    """Is it one of the cell's alternatives?  `…` stands for anything."""
    return any(_is(word.strip(), value) for word in cell.split(" or "))


def _is(word: str, value: str | None) -> bool:
    if word == NOT_SENT or value is None:
        return word == NOT_SENT and value is None
    pattern = ".*".join(map(re.escape, word.strip("`").split("…")))
    return word != SAME and re.fullmatch(pattern, value) is not None


def header_values(pieces: oracle.Pieces) -> dict[str, str]:
    values = {name.decode().lower(): value.decode() for name, value in pieces.headers}
    assert len(values) == len(pieces.headers), "a header twice"
    return values


def check_headers(sdk: Sent, own: Sent) -> None:
    theirs, mine = header_values(sdk.pieces), header_values(own.pieces)
    assert theirs.keys() | mine.keys() <= TABLE.keys()
    for name, (official_cell, our_cell) in TABLE.items():
        assert fits(official_cell, theirs.get(name)), (name, theirs.get(name))
        if our_cell == SAME:
            assert mine.get(name) == theirs.get(name), name
        else:
            assert fits(our_cell, mine.get(name)), (name, mine.get(name))


# --- what is the same ----------------------------------------------------------------------------------------------


def check_both(action: str, given: dict[str, Any], common: Common, now: int) -> None:
    with time_machine.travel(now, tick=False):
        sdk, own = sent_by_official(common, action, given), sent_by_ours(common, action, given)
    assert oracle.is_signed(own.pieces, SECRETS)
    assert oracle.is_signed(sdk.pieces, SECRETS)
    assert (own.pieces.method, own.pieces.target) == (sdk.pieces.method, sdk.pieces.target) == ("POST", b"/")
    assert urlsplit(own.url) == urlsplit(sdk.url)
    check_headers(sdk, own)
    check_language(sdk, own, common)
    check_claims(sdk, own)
    check_bodies(sdk.pieces.body, own.pieces.body, API.actions[action].input, given)


def check_language(sdk: Sent, own: Sent, common: Common) -> None:
    told = [header_values(each.pieces).get("x-tc-language") for each in (sdk, own)]
    assert told == [common.language or "zh-CN", common.language or None]


def check_claims(sdk: Sent, own: Sent) -> None:
    """Of the Authorization header all but the signature, which is over the body."""
    theirs, mine = oracle.claim(sdk.pieces), oracle.claim(own.pieces)
    assert mine._replace(signature="") == theirs._replace(signature="")


def check_bodies(sdk: bytes, own: bytes, shape: Shape, given: dict[str, Any]) -> None:
    """The same values: the SDK's in the order of its models and with blanks, ours in the order given and without."""
    assert own.decode("ascii") == json.dumps(given, separators=(",", ":"))
    assert sdk.decode("ascii") == json.dumps(in_order(json.loads(own), shape))


def in_order(value: dict[str, Any], shape: Shape) -> dict[str, Any]:
    return {name: _inside(value[name], shape.members[name].of) for name in shape.members if name in value}


def _inside(value: Any, of: str) -> Any:
    if of not in API.shapes:
        return value
    shape = API.shapes[of]
    return [in_order(each, shape) for each in value] if isinstance(value, list) else in_order(value, shape)


# What breaks one action breaks most of them, and to shrink it 84 times takes many minutes.
UNSHRUNK = (Phase.explicit, Phase.reuse, Phase.generate)

commons = st.sampled_from(EVERY_COMMON)
seconds = st.integers(0, 2**32)


@pytest.mark.parametrize("action", API.actions)
def test_of_every_action_it_is_what_the_official_client_sends(action: str) -> None:
    @settings(max_examples=6, phases=UNSHRUNK)
    @given(params(action), commons, seconds)
    def check(given: dict[str, Any], common: Common, now: int) -> None:
        check_both(action, given, common, now)

    check()


@settings(max_examples=60)
@given(params("CreateAIAgentCall"), commons, seconds)
@example({"SdkAppId": 0, "AIAgentId": 2**64 - 1, "Callee": "\ud800", "Callers": []}, Common(), 0)
@example({"SdkAppId": 1, "AIAgentId": 1, "Callee": "x" * 100_000}, Common(TEMPORARY), 86399)
def test_of_a_call_it_is_what_the_official_client_sends(given: dict[str, Any], common: Common, now: int) -> None:
    check_both("CreateAIAgentCall", given, common, now)


@pytest.mark.parametrize("common", EVERY_COMMON)
def test_with_every_common_option_it_is_what_the_official_client_sends(common: Common) -> None:
    check_both("CreateAIAgentCall", {"SdkAppId": 1, "AIAgentId": 2, "Callee": "3"}, common, 1795348800)


TYPED = {
    "SdkAppId": "sdk_app_id",
    "AIAgentId": "ai_agent_id",
    "Callee": "callee",
    "Callers": "callers",
    "MaxRingTimeoutSecond": "max_ring_timeout_second",
    "AcquireTimeoutSecond": "acquire_timeout_second",
}
"""Name on the wire → argument of the typed call, which has `variables` besides."""


@settings(max_examples=60)
@given(params("CreateAIAgentCall"), st.none() | st.dictionaries(TEXTS, TEXTS, max_size=3))
def test_the_typed_call_is_what_the_official_model_becomes(
    given: dict[str, Any], variables: dict[str, str] | None
) -> None:
    given = {name: value for name, value in given.items() if name in TYPED}
    request = models.CreateAIAgentCallRequest()
    for name, value in given.items():
        setattr(request, name, value)
    if variables is not None:
        request.Variables = [_variable(*pair) for pair in variables.items()]
    sdk, official_kept = official(Common())
    with pytest.raises(TencentCloudSDKException, match="ResourceNotFound"):
        sdk.CreateAIAgentCall(request)
    client, our_kept = ours(Common())
    with pytest.raises(ApiError, match="ResourceNotFound"):
        client.create_ai_agent_call(**{TYPED[name]: value for name, value in given.items()}, variables=variables)
    assert json.loads(our_kept.pop().pieces.body) == json.loads(official_kept.pop().pieces.body)


def _variable(key: str, value: str) -> models.Variable:
    variable = models.Variable()
    variable.Key, variable.Value = key, value
    return variable


# --- what is not ---------------------------------------------------------------------------------------------------


def test_every_row_of_the_table_is_met() -> None:
    """No alternative stands there that neither client ever sends."""
    met: dict[str, list[set[str]]] = {name: [set(), set()] for name in TABLE}
    with time_machine.travel(1795348800, tick=False):
        for common in EVERY_COMMON:
            call = common, "CreateAIAgentCall", {"SdkAppId": 1, "AIAgentId": 2, "Callee": "3"}
            for side, sent in enumerate((sent_by_official(*call), sent_by_ours(*call))):
                values = header_values(sent.pieces)
                for name, cells in TABLE.items():
                    words = [word.strip() for word in cells[side].split(" or ")]
                    met[name][side] |= {word for word in words if _is(word, values.get(name))}
    for name, cells in TABLE.items():
        for side, cell in enumerate(cells):
            assert cell == SAME or met[name][side] == {word.strip() for word in cell.split(" or ")}, name


def test_each_call_of_the_official_client_has_a_trace_id_of_its_own() -> None:
    call = Common(), "DescribeNumbers", {"SdkAppId": 1}
    assert len({header_values(sent_by_official(*call).pieces)["x-tc-traceid"] for _ in range(3)}) == 3


def test_none_is_left_out_by_the_official_client_and_sent_as_null_by_ours() -> None:
    given = {"SdkAppId": 1, "AIAgentId": 2, "Callee": "3", "Callers": None}
    sdk, own = (
        sent_by_official(Common(), "CreateAIAgentCall", given),
        sent_by_ours(Common(), "CreateAIAgentCall", given),
    )
    assert json.loads(own.pieces.body) == given
    assert json.loads(sdk.pieces.body) == {name: value for name, value in given.items() if value is not None}
