"""What a request itself shows to be odd: seen without any key, and proven by nothing."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from ccc_contract.http import Request
from ccc_contract.signing import (
    SIGNED_AT_LEAST,
    TERMINATOR,
    UNSIGNED_PAYLOAD,
    Authorization,
    MalformedAuthorization,
    parse_authorization,
    utc_date,
)

from ..hosts import host_name, is_real
from .diagnosis import Observation, Sentence
from .recipe import DIGITS_OF_SECONDS, claim_of
from .words import (
    digest_word,
    host_word,
    name_word,
    pair_words,
    path_word,
    service_word,
    terminator_word,
    type_word,
)
from .writing import MAX_BYTES

How = Mapping[str, str]


class Looked:
    """What came, as it is looked at; `pairs` are the parameters of the older scheme, and None in the newer."""

    def __init__(self, request: Request, pairs: Mapping[bytes, bytes] | None) -> None:
        self.request = request
        self.newer = pairs is None
        self.pairs = pairs or {}

    @cached_property
    def claim(self) -> Authorization | None:
        return claim_of(self.request) if self.newer else None

    @property
    def stamp(self) -> str:
        raw = self.request.headers.get(b"x-tc-timestamp") if self.newer else self.pairs.get(b"Timestamp")
        return (raw or b"").decode("utf-8", "replace").strip()

    @property
    def signature(self) -> str:
        if self.newer:
            return self.claim.signature if self.claim else ""
        return self.pairs.get(b"Signature", b"").decode("utf-8", "replace")

    @property
    def host(self) -> str:
        return host_name(self.request.headers.get(b"host") or b"")


Looks = Callable[[Looked], Iterator[How]]


@dataclass(frozen=True, slots=True)
class Oddity:
    """One thing that may be odd about a request."""

    name: str
    sentence: Sentence
    looks: Looks


ODDITIES: list[Oddity] = []
"""Filled by `oddity`, in the order in which they stand below."""


def oddity(name: str, english: str, chinese: str) -> Callable[[Looks], Looks]:
    def kept(looks: Looks) -> Looks:
        ODDITIES.append(Oddity(name, Sentence(english, chinese), looks))
        return looks

    return kept


def observed(request: Request, pairs: Mapping[bytes, bytes] | None) -> tuple[Observation, ...]:
    """Everything that is odd about the request, by the table."""
    looked = Looked(request, pairs)
    return tuple([Observation(each.name, each.sentence, how) for each in ODDITIES for how in each.looks(looked)])


@oddity(
    "authorization-unreadable",
    "the Authorization header is not of the documented form: its part {part} is wrong",
    "Authorization 请求头不符合规定的格式：{part} 有误",
)
def _unreadable(looked: Looked) -> Iterator[How]:
    if looked.newer:
        try:
            parse_authorization(looked.request.headers.get(b"authorization") or b"")
        except MalformedAuthorization as malformed:
            yield {"part": malformed.part}


@oddity(
    "header-not-there",
    "the header `{name}` is signed and did not come",
    "请求头 `{name}` 参与签名，但没有收到",
)
def _not_there(looked: Looked) -> Iterator[How]:
    for name in looked.claim.signed_headers[:100] if looked.claim else ():
        if name not in looked.request.headers:
            yield {"name": name_word(name)}
            return


@oddity(
    "header-not-signed",
    "the header `{name}` is not signed; Content-Type and Host must be",
    "请求头 `{name}` 未参与签名；Content-Type 与 Host 必须签名",
)
def _not_signed(looked: Looked) -> Iterator[How]:
    for name in SIGNED_AT_LEAST:
        if looked.claim and name not in looked.claim.signed_headers:
            yield {"name": name.decode()}


@oddity(
    "header-twice",
    "the header `{name}` is signed and came twice: the first one counts",
    "请求头 `{name}` 参与签名，但出现了两次：以第一个为准",
)
def _twice(looked: Looked) -> Iterator[How]:
    names = [name.lower() for name, _ in looked.request.headers.lines]
    for name in looked.claim.signed_headers[:100] if looked.claim else ():
        if names.count(name) > 1:
            yield {"name": name_word(name)}


@oddity(
    "timestamp-in-milliseconds",
    "the timestamp has {digits} digits: it must be in seconds, and may be in milliseconds",
    "时间戳有 {digits} 位：应以秒为单位，可能误用了毫秒",
)
def _in_milliseconds(looked: Looked) -> Iterator[How]:
    if looked.stamp.isdigit() and len(looked.stamp) > DIGITS_OF_SECONDS:
        yield {"digits": str(len(looked.stamp))}


@oddity("timestamp-no-number", "the timestamp is no whole number", "时间戳不是整数")
def _no_number(looked: Looked) -> Iterator[How]:
    if looked.stamp and not (looked.stamp.isascii() and looked.stamp.isdigit()):
        yield {}


@oddity(
    "date-not-utc",
    "the scope has the date {claimed}; the UTC date of the timestamp is {utc}",
    "scope 中的日期是 {claimed}；时间戳的 UTC 日期是 {utc}",
)
def _not_utc(looked: Looked) -> Iterator[How]:
    stamp = looked.stamp
    if looked.claim and stamp.isascii() and stamp.isdigit() and len(stamp) <= DIGITS_OF_SECONDS:
        utc = utc_date(int(stamp))
        if looked.claim.date != utc:
            yield {"claimed": looked.claim.date, "utc": utc}


@oddity(
    "service-not-the-host-s",
    "the scope has the service `{service}`, and the host is `{host}`",
    "scope 中的服务名是 `{service}`，而域名是 `{host}`",
)
def _not_the_host_s(looked: Looked) -> Iterator[How]:
    if looked.claim and is_real(looked.host) and looked.host.partition(".")[0] != looked.claim.service:
        yield {"service": service_word(looked.claim.service.encode()), "host": host_word(looked.host.encode())}


@oddity(
    "other-terminator",
    "the scope ends in `{terminator}`; it must end in tc3_request",
    "scope 以 `{terminator}` 结尾；应为 tc3_request",
)
def _terminator(looked: Looked) -> Iterator[How]:
    if looked.claim and looked.claim.terminator != TERMINATOR:
        yield {"terminator": terminator_word(looked.claim.terminator.encode())}


@oddity(
    "form-of-signature",
    "the signature is not {expected}: it has {length} characters",
    "签名不是 {expected}：共 {length} 个字符",
)
def _form_of_signature(looked: Looked) -> Iterator[How]:
    signature = looked.signature.rstrip("\r\n")
    form, expected = (_HEX, "64 [0-9a-f]") if looked.newer else (_BASE64, "Base64")
    if signature and form.fullmatch(signature) is None:
        yield {"expected": expected, "length": str(len(signature))}


_HEX = re.compile("[0-9a-f]{64}")
_BASE64 = re.compile("[0-9A-Za-z+/]{27}=|[0-9A-Za-z+/]{43}=")


@oddity(
    "blank-in-secret-id",
    "a blank stands in or around the SecretId",
    "SecretId 中或前后有空白字符",
)
def _blank_in_id(looked: Looked) -> Iterator[How]:
    claimed = looked.claim.secret_id if looked.claim else looked.pairs.get(b"SecretId", b"").decode("utf-8", "replace")
    if any(map(str.isspace, claimed)):
        yield {}


@oddity(
    "proxy",
    "the header `{name}` says that a proxy stood between: it may have changed what was signed",
    "请求头 `{name}` 表明途经代理：签名的内容可能被改动",
)
def _proxy(looked: Looked) -> Iterator[How]:
    for name in (b"via", b"x-forwarded-for", b"x-forwarded-host", b"x-forwarded-proto", b"forwarded", b"x-real-ip"):
        if name in looked.request.headers:
            yield {"name": name.decode()}
            return


@oddity(
    "content-type-capitals",
    "the Content-Type has capitals (`{sent}`): signed it must be in lower case",
    "Content-Type 含有大写字母（`{sent}`）：签名时应为小写",
)
def _capitals(looked: Looked) -> Iterator[How]:
    sent = looked.request.headers.text(b"content-type")
    if looked.newer and sent != sent.lower() and not sent.lower().startswith("multipart/"):
        yield {"sent": type_word(sent.encode("utf-8", "replace"))}


@oddity("no-content-type", "no Content-Type came", "没有收到 Content-Type")
def _no_content_type(looked: Looked) -> Iterator[How]:
    if looked.newer and not looked.request.headers.text(b"content-type"):
        yield {}


@oddity(
    "path",
    "the path is `{path}`; every call has `/`",
    "路径是 `{path}`；所有接口均为 `/`",
)
def _path(looked: Looked) -> Iterator[How]:
    if looked.request.path not in (b"/", b""):
        yield {"path": path_word(looked.request.path)}


@oddity("query-of-a-post", "a POST came with a query, which is not signed", "POST 请求带有查询串，它不参与签名")
def _query_of_a_post(looked: Looked) -> Iterator[How]:
    if looked.request.method == "POST" and looked.request.query:
        yield {}


@oddity("body-of-a-get", "a GET came with a body, which is not signed", "GET 请求带有请求体，它不参与签名")
def _body_of_a_get(looked: Looked) -> Iterator[How]:
    if looked.request.method == "GET" and looked.request.body:
        yield {}


@oddity(
    "no-body",
    "a POST came without a body; a call without parameters has `{{}}`",
    "POST 没有请求体；无参数的调用应为 `{{}}`",
)
def _no_body(looked: Looked) -> Iterator[How]:
    if looked.newer and looked.request.method == "POST" and not looked.request.body:
        yield {}


@oddity(
    "end-of-body",
    "the body ends in a line end: was it there when it was hashed?",
    "请求体以换行符结尾：计算哈希时是否也有？",
)
def _end_of_body(looked: Looked) -> Iterator[How]:
    if looked.newer and looked.request.body.endswith((b"\n", b"\r")):
        yield {}


@oddity("byte-order-mark", "the body begins with a byte order mark", "请求体以 BOM 开头")
def _byte_order_mark(looked: Looked) -> Iterator[How]:
    if looked.request.body.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        yield {}


@oddity(
    "length-of-body",
    "Content-Length says {said}, and {came} bytes came",
    "Content-Length 为 {said}，实际收到 {came} 字节",
)
def _length(looked: Looked) -> Iterator[How]:
    said = looked.request.headers.text(b"content-length")
    came = len(looked.request.body)
    if said.isascii() and said.isdigit() and len(said) < 20 and int(said) != came:
        yield {"said": said, "came": str(came)}


@oddity(
    "digest-of-body",
    "X-TC-Content-SHA256 is not the hash of the body that came: it was changed after it had been hashed",
    "X-TC-Content-SHA256 与收到的请求体不符：请求体在计算哈希之后被改动",
)
def _digest(looked: Looked) -> Iterator[How]:
    said = (looked.request.headers.get(b"x-tc-content-sha256") or b"").strip().lower()
    payload = b"" if looked.request.method == "GET" else looked.request.body
    if not said or said == UNSIGNED_PAYLOAD.lower() or len(payload) > 4 * MAX_BYTES:
        return
    if said != hashlib.sha256(payload).hexdigest().encode():
        yield {}


@oddity(
    "large-body",
    "the body has {length} bytes: other ways to write it were not tried",
    "请求体有 {length} 字节：未尝试其他序列化方式",
)
def _large(looked: Looked) -> Iterator[How]:
    if looked.newer and len(looked.request.body) > MAX_BYTES:
        yield {"length": str(len(looked.request.body))}


@oddity(
    "brackets",
    "lists are written with brackets (`{name}`); the service reads dots, and PHP signs the word Array",
    "数组参数使用了方括号（`{name}`）；服务端读取点号形式，而 PHP 会按 Array 签名",
)
def _brackets(looked: Looked) -> Iterator[How]:
    for name, value in looked.pairs.items():
        if b"[" in name:
            yield {"name": pair_words([(name, value)])}
            return


@oddity(
    "blank-in-signature",
    "the Signature has a blank: a `+` in it was not percent-encoded",
    "Signature 中有空格：其中的 `+` 未做 URL 编码",
)
def _blank_in_signature(looked: Looked) -> Iterator[How]:
    if not looked.newer and " " in looked.signature.strip("\r\n"):
        yield {}


@oddity(
    "unknown-method",
    "SignatureMethod `{method}` is none that is known: HmacSHA1 counts",
    "SignatureMethod `{method}` 不是已知的取值：按 HmacSHA1 处理",
)
def _unknown_method(looked: Looked) -> Iterator[How]:
    method = looked.pairs.get(b"SignatureMethod")
    if method is not None and method not in (b"HmacSHA1", b"HmacSHA256"):
        yield {"method": digest_word(method)}
