"""The sentences of refusals, in both languages that a client can ask for.

The wording is ours: the vendor says that wording changes and that programs act on the code.  What a sentence carries
(names in backticks, the server's time, the action and version) is what integrators have seen the service embed and
what they search for (public-logs).  Some stay English under zh-CN, as they do there: marked below.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from string import Formatter

from .languages import CHINESE
from .redaction import printable

_MAX_VALUE = 200
"""Characters of a client's own value that a sentence repeats."""

# key: (en-US, zh-CN)
MESSAGES: Mapping[str, tuple[str, str]] = {
    "method": (
        "The HTTP method `{method}` is not served here; send POST or GET.",
        "此处不支持 HTTP 方法 `{method}`，请使用 POST 或 GET。",
    ),
    "product": (
        "No product answers under the host `{host}`.",
        "域名 `{host}` 没有对应的产品。",
    ),
    "size": (
        "The request has more than {limit} bytes.",
        "请求大小超过 {limit} 字节。",
    ),
    "no-equals": (
        "In a query or a form, each key and its value must be separated by `=`.",
        "请求串中每个键与值之间必须用 `=` 分隔。",
    ),
    "empty-key": (
        "In a query or a form, no key may be empty.",
        "请求串中的键不能为空。",
    ),
    "repeated": (
        "The parameter `{name}` is given more than once.",
        "参数 `{name}` 重复。",
    ),
    "too-many": (
        "A query or a form may have {limit} parameters at most.",
        "请求串最多包含 {limit} 个参数。",
    ),
    "index": (
        "The positions of the array `{name}` must count from 0 without a gap.",
        "数组 `{name}` 的下标必须从 0 开始且连续。",
    ),
    "encoding": (
        "The parameter `{name}` is not in UTF-8.",
        "参数 `{name}` 不是 UTF-8 编码。",
    ),
    "too-deep": (
        "The parameters are nested too deeply.",
        "参数嵌套过深。",
    ),
    "common-header": (
        "The request header lacks the common parameter `{name}`.",
        "请求头 header 中缺少公共参数 `{name}`。",
    ),
    "missing": (
        "The parameter `{name}` is missing.",
        "缺少参数 `{name}`。",
    ),
    "authorization": (
        "The `Authorization` header breaks the TC3-HMAC-SHA256 format: `{part}` is not valid.",
        "请求头 `Authorization` 不符合 TC3-HMAC-SHA256 格式：`{part}` 有误。",
    ),
    "scope": (
        "The `Authorization` header is not accepted: `{part}` in the Credential is not valid.",
        "请求头 `Authorization` 未被接受：Credential 中的 `{part}` 有误。",
    ),
    "not-signed": (
        "The `Authorization` header is not accepted: `SignedHeaders` must list content-type and host, and each "
        "header in it must be sent; `{name}` is not.",
        "请求头 `Authorization` 未被接受：`SignedHeaders` 必须包含 content-type 和 host，"
        "且所列请求头都必须发送；`{name}` 不满足。",
    ),
    "number": (
        "The value of `{name}` must be of the type `uint64`.",
        "参数 `{name}` 的值类型应为 `uint64`。",
    ),
    "expired": (
        "The signature has expired: `Timestamp` is more than {skew} seconds away from the server time {now}.",
        "签名已过期：`Timestamp` 与服务器时间 {now} 相差超过 {skew} 秒。",
    ),
    "version": (
        "There is no version=`{version}` of service=`{service}`.",
        "不存在该版本：version=`{version}`，service=`{service}`。",
    ),
    "action": (
        "There is no action=`{action}` in service=`{service}`, version=`{version}`.",
        "不存在该接口：action=`{action}`，service=`{service}`，version=`{version}`。",
    ),
    # English in both languages (sdk-vendor-tests).
    "content-type": (
        "The action does not support Content-Type=`{content_type}`.",
        "The action does not support Content-Type=`{content_type}`.",
    ),
    "secret-id": (
        "The SecretId was not found.",
        "SecretId 不存在。",
    ),
    "signature": (
        "The signature does not match the one computed for this request.",
        "请求签名与计算所得不一致。",
    ),
    "too-large": (
        "The signature fails because the request is larger than this way of signing may send; send a POST with JSON, "
        "signed with `TC3-HMAC-SHA256`.",
        "请求超过该签名方式的大小限制，签名失败；请使用 `TC3-HMAC-SHA256` 签名并以 JSON 格式 POST。",
    ),
    "common-value": (
        "The value of the common parameter `{name}` is not one of the documented ones.",
        "公共参数 `{name}` 的取值不在文档列出的范围内。",
    ),
    "digest": (
        "The value of `X-TC-Content-SHA256` is not the digest of the body.",
        "`X-TC-Content-SHA256` 的值与请求体摘要不符。",
    ),
    "rate": (
        "The request rate is over its limit: `{count}` calls in this second, and `{limit}` are allowed.",
        "请求频率超过限制：本秒内第 `{count}` 次，上限为 `{limit}` 次。",
    ),
    # Its inner part stays English (public-logs).
    "denied": (
        "[request id:{request_id}] access management denies the operation: ccc:{action} on "
        "qcs::ccc:uin/{account}:* is not allowed.",
        "[request id:{request_id}] 访问管理拒绝该操作：ccc:{action} on qcs::ccc:uin/{account}:* is not allowed.",
    ),
    "rate-account": (
        "The request rate of the account is over its limit: `{count}` calls of all sub-accounts in this second, and "
        "`{limit}` are allowed.",
        "主账号的请求频率超过限制：所有子账号本秒内合计第 `{count}` 次，上限为 `{limit}` 次。",
    ),
    "rate-account-global": (
        "The request rate of the account in all regions is over its limit: `{count}` calls in this second, and "
        "`{limit}` are allowed.",
        "主账号在各地域的请求频率超过限制：本秒内合计第 `{count}` 次，上限为 `{limit}` 次。",
    ),
    "rate-ip": (
        "The request rate of this IP address is over its limit: `{count}` calls in this second, and `{limit}` are "
        "allowed.",
        "该 IP 地址的请求频率超过限制：本秒内第 `{count}` 次，上限为 `{limit}` 次。",
    ),
    "token": (
        "The token is not valid for this SecretId.",
        "Token 对该 SecretId 无效。",
    ),
    "json": (
        "The body is not valid JSON for content-type=application/json.",
        "请求体不是合法的 JSON（content-type=application/json）。",
    ),
    "unknown": (
        "The parameter `{name}` is not known.",
        "未知参数 `{name}`。",
    ),
    "object-as-text": (
        "The value of the parameter `{name}` is in an invalid json format; give its members as `{name}.Member`.",
        "参数 `{name}` 的 json 格式有误，请按 `{name}.成员` 的形式传递。",
    ),
    "value": (
        "The value of the parameter `{name}` is not allowed; expected {expected}.",
        "参数 `{name}` 的取值不合法，应为 {expected}。",
    ),
    "not-allowed": (
        "The value of the parameter `{name}` is not allowed.",
        "参数 `{name}` 的取值不合法。",
    ),
    "no-session": (
        "There is no session with this id.",
        "不存在该会话。",
    ),
    "over-time": (
        "The value of the parameter `DurationSeconds` is over its limit of {limit} seconds.",
        "参数 `DurationSeconds` 超过上限 {limit} 秒。",
    ),
    "type": (
        "The value of the parameter `{name}` must be of the type `{expected}`.",
        "参数 `{name}` 的值类型应为 `{expected}`。",
    ),
}


def sentence(key: str, language: str, **values: object) -> str:
    """One sentence in `language` (anything but zh-CN is English: sdk-captures-2026-11)."""
    english, chinese = MESSAGES[key]
    shown = {name: printable(str(value), _MAX_VALUE) for name, value in values.items()}
    return (chinese if language == CHINESE else english).format(**shown)


def in_english(told: str) -> str:
    """A sentence that a client was told, in English; what is none of ours in zh-CN is given back as it is."""
    for (english, _), chinese in zip(MESSAGES.values(), _patterns(), strict=True):
        found = chinese.fullmatch(told)
        if found is not None:
            return english.format(**found.groupdict())
    return told


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    """What each sentence in zh-CN looks like, whatever its values."""
    return tuple(_pattern(chinese) for _, chinese in MESSAGES.values())


def _pattern(template: str) -> re.Pattern[str]:
    parts, seen = [], set[str]()
    for literal, name, _, _ in Formatter().parse(template):
        parts.append(re.escape(literal))
        if name is not None:
            parts.append(f"(?P={name})" if name in seen else f"(?P<{name}>.*)")
            seen.add(name)
    return re.compile("".join(parts))
