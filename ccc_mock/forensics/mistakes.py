"""The table of known mistakes, in the order of the steps of signing: of two, the later is made on top of the former.

Evidence: what users of the service complained about (public-logs), what official clients do (sdk-captures-2026-11), and
the steps of the documentation (doc-signature-v3, doc-signature-v1), each of which can be left out or taken otherwise.
"""

from __future__ import annotations

from . import of_keys, of_older, of_the_body, of_the_request, of_the_string
from .diagnosis import Sentence
from .mistake import Mistake
from .of_the_body import rewritten

MISTAKES: tuple[Mistake, ...] = (
    # The payload.
    Mistake(
        "body-blanks",
        Sentence(
            "the body was written anew after it had been hashed: hashed was the same JSON with other blanks ({blanks})",
            "请求体在计算哈希之后被重新序列化：参与哈希的是空白不同的同一 JSON（{blanks}）",
        ),
        canonical=rewritten("blanks"), paired=2,
    ),
    Mistake(
        "body-order",
        Sentence(
            "the body was written anew after it had been hashed: hashed was the same JSON with its members in another "
            "order ({order})",
            "请求体在计算哈希之后被重新序列化：参与哈希的是键顺序不同的同一 JSON（{order}）",
        ),
        canonical=rewritten("order"), paired=2,
    ),
    Mistake(
        "body-escapes",
        Sentence(
            "the body was written anew after it had been hashed: hashed was the same JSON with other escapes "
            "({escapes})",
            "请求体在计算哈希之后被重新序列化：参与哈希的是转义方式不同的同一 JSON（{escapes}）",
        ),
        canonical=rewritten("escapes"), paired=2,
    ),
    Mistake(
        "body-line-end",
        Sentence(
            "the body that was hashed differs by what stands at its end: {what}",
            "参与哈希的请求体末尾不同：{what}",
        ),
        canonical=of_the_body.line_ends, paired=2,
    ),
    Mistake(
        "body-crlf",
        Sentence(
            "the lines of the body ended in {what} when it was hashed", "计算哈希时请求体的换行符为 {what}"
        ),
        canonical=of_the_body.crlf,
    ),
    Mistake(
        "body-encoding",
        Sentence(
            "the body was hashed in another encoding than it was sent in: {what}",
            "计算哈希时请求体的编码与发送时不同：{what}",
        ),
        canonical=of_the_body.encodings, paired=2,
    ),
    Mistake(
        "body-rewritten",
        Sentence(
            "the body was written anew after it had been hashed: hashed was the same JSON with order {order}, blanks "
            "{blanks}, escapes {escapes}",
            "请求体在计算哈希之后被重新序列化：参与哈希的同一 JSON 的顺序为 {order}、空白为 {blanks}、转义为 {escapes}",
        ),
        canonical=of_the_body.reserialised, paired=0,
    ),
    Mistake(
        "payload-of-other-method",
        Sentence(
            "hashed was the payload of the other method: a POST hashes its body and a GET nothing",
            "使用了另一种 HTTP 方法的载荷计算哈希：POST 应取请求体，GET 应取空串",
        ),
        canonical=of_the_body.of_the_other_method,
    ),
    Mistake(
        "payload-placeholder",
        Sentence("hashed was `{what}` in place of the payload", "计算哈希时用 `{what}` 代替了请求载荷"),
        canonical=of_the_body.placeholder, paired=1,
    ),
    Mistake(
        "unsigned-not-hashed",
        Sentence(
            "the word UNSIGNED-PAYLOAD stands in the canonical request as it is, and must be hashed there",
            "规范请求串中直接写入了 UNSIGNED-PAYLOAD，此处应为它的哈希值",
        ),
        canonical=of_the_body.unsigned_unhashed,
    ),
    Mistake(
        "unsigned-not-told",
        Sentence(
            "the payload was left unsigned, and no header X-TC-Content-SHA256: UNSIGNED-PAYLOAD says so",
            "请求载荷未参与签名，但没有发送 X-TC-Content-SHA256: UNSIGNED-PAYLOAD 请求头",
        ),
        canonical=of_the_body.unsigned_untold,
    ),
    Mistake(
        "unsigned-but-hashed",
        Sentence(
            "X-TC-Content-SHA256 says UNSIGNED-PAYLOAD, and the payload was hashed all the same",
            "X-TC-Content-SHA256 为 UNSIGNED-PAYLOAD，但签名时仍对请求载荷计算了哈希",
        ),
        canonical=of_the_body.unsigned_but_hashed,
    ),
    # The request line.
    Mistake(
        "method-case",
        Sentence("the method was signed as `{method}`, not in upper case", "HTTP 方法以 `{method}` 签名，应为大写"),
        canonical=of_the_request.method_in_lower_case, older=of_older.method_in_lower_case,
    ),
    Mistake(
        "other-method",
        Sentence(
            "signed was the method `{method}`, and another was sent",
            "签名使用的 HTTP 方法是 `{method}`，与实际发送的不同",
        ),
        canonical=of_the_request.other_method, older=of_older.other_method, paired=1,
    ),
    Mistake(
        "other-path",
        Sentence(
            "signed was the path `{path}`; it is `/` for every call (in the older scheme `/?`)",
            "签名使用的路径是 `{path}`；所有接口均为 `/`（旧版签名为 `/?`）",
        ),
        canonical=of_the_request.other_path, older=of_older.other_path, paired=2,
    ),
    Mistake(
        "query-sorted",
        Sentence(
            "the query was sorted before it was signed, and sent in another order",
            "签名前对查询串做了排序，而发送的顺序不同",
        ),
        canonical=of_the_request.query_sorted, paired=2,
    ),
    Mistake(
        "query-encoded",
        Sentence(
            "the query was signed in another percent-encoding than it was sent in ({how})",
            "签名所用查询串的百分号编码与发送的不同（{how}）",
        ),
        canonical=of_the_request.query_re_encoded, paired=4,
    ),
    Mistake(
        "query-of-other-method",
        Sentence(
            "the line of the query is that of the other method: a GET signs its query, a POST an empty line ({query})",
            "规范查询串取自另一种 HTTP 方法：GET 应签查询串，POST 应为空行（{query}）",
        ),
        canonical=of_the_request.query_of_the_other_method,
    ),
    # Values of headers.
    Mistake(
        "content-type-charset",
        Sentence(
            "signed was `Content-Type: {signed}`, and `{sent}` came: something added or removed a charset on the way",
            "签名使用的是 `Content-Type: {signed}`，收到的是 `{sent}`：charset 在途中被添加或去掉",
        ),
        canonical=of_the_request.charset, paired=2,
    ),
    Mistake(
        "content-type-changed",
        Sentence(
            "signed was `Content-Type: {signed}`, and `{sent}` came: a library or a proxy wrote another",
            "签名使用的是 `Content-Type: {signed}`，收到的是 `{sent}`：被库或代理改写",
        ),
        canonical=of_the_request.other_type, paired=2,
    ),
    Mistake(
        "host-port",
        Sentence(
            "signed was the host `{signed}`, and `{sent}` came: they differ by the port",
            "签名使用的域名是 `{signed}`，收到的是 `{sent}`：两者端口不同",
        ),
        canonical=of_the_request.PORT.canonical, older=of_the_request.PORT.older, paired=2,
    ),
    Mistake(
        "host-region",
        Sentence(
            "signed was the host `{signed}`, and `{sent}` came: it is that of another region",
            "签名使用的域名是 `{signed}`，收到的是 `{sent}`：属于另一个地域",
        ),
        canonical=of_the_request.REGION.canonical, older=of_the_request.REGION.older, paired=4,
    ),
    Mistake(
        "host-changed",
        Sentence(
            "signed was the host `{signed}`, and `{sent}` came: a proxy or a changed endpoint wrote another",
            "签名使用的域名是 `{signed}`，收到的是 `{sent}`：被代理或改动的接入点改写",
        ),
        canonical=of_the_request.REWRITTEN.canonical, older=of_the_request.REWRITTEN.older, paired=2,
    ),
    Mistake(
        "host-as-url",
        Sentence(
            "signed was the host `{signed}`, with a scheme or a slash; the Host header that came is `{sent}`",
            "签名使用的域名是 `{signed}`，带有协议或斜杠；收到的 Host 是 `{sent}`",
        ),
        canonical=of_the_request.AS_URL.canonical, older=of_the_request.AS_URL.older, paired=1,
    ),
    Mistake(
        "value-not-lowered",
        Sentence(
            "the value of `{name}` was signed as it is sent; it must be put into lower case",
            "`{name}` 的值按原样签名；应先转换为小写",
        ),
        canonical=of_the_request.not_lowered,
    ),
    Mistake(
        "header-changed",
        Sentence(
            "the header `{name}` is signed, and came with another value than was signed",
            "请求头 `{name}` 参与签名，但收到的值与签名时不同",
        ),
        canonical=of_the_request.changed, paired=3,
    ),
    # How the canonical request is written.
    Mistake(
        "other-headers",
        Sentence(
            "signed were the headers `{signed}`, and Authorization names others",
            "实际参与签名的请求头是 `{signed}`，与 Authorization 中列出的不同",
        ),
        canonical=of_the_request.other_list, paired=1,
    ),
    Mistake(
        "headers-not-sorted",
        Sentence(
            "the headers were signed in the order `{signed}`; they must be sorted by name",
            "请求头按 `{signed}` 的顺序签名；应按名称排序",
        ),
        canonical=of_the_request.unsorted, paired=1,
    ),
    Mistake(
        "header-names-not-lowered",
        Sentence(
            "the names of headers were signed as `{name}`; they must be in lower case",
            "请求头名称以 `{name}` 签名；应为小写",
        ),
        canonical=of_the_request.names_in_capitals, paired=2,
    ),
    Mistake(
        "blank-after-colon",
        Sentence(
            "a blank stands behind the colon of a header in the canonical request; there must be none",
            "规范请求串中请求头的冒号后多了空格",
        ),
        canonical=of_the_request.blank_after_colon,
    ),
    Mistake(
        "no-empty-line",
        Sentence(
            "the empty line between the headers and SignedHeaders is missing in the canonical request",
            "规范请求串中 CanonicalHeaders 与 SignedHeaders 之间缺少空行",
        ),
        canonical=of_the_request.without_the_empty_line,
    ),
    Mistake(
        "extra-newline",
        Sentence("a line end too many stands behind {where}", "{where} 之后多了一个换行符"),
        canonical=of_the_request.one_line_too_many,
        signing=of_the_string.one_line_too_many,
        older=of_older.one_line_too_many,
    ),
    Mistake(
        "crlf",
        Sentence("the lines of {where} end in CR LF; LF alone is right", "{where} 的换行符是 CR LF；应只用 LF"),
        canonical=of_the_request.with_crlf, signing=of_the_string.with_crlf,
    ),
    Mistake(
        "no-line-ends",
        Sentence(
            "the lines of {where} are joined by a backslash and an n in place of a line feed",
            "{where} 的各行之间是反斜杠加字母 n，而不是换行符",
        ),
        canonical=of_the_request.without_line_ends, signing=of_the_string.without_line_ends, paired=1,
    ),
    Mistake(
        "not-hashed",
        Sentence("{what} stands there itself, in place of its hash", "写入的是 {what} 本身，而不是它的哈希值"),
        canonical=of_the_body.unhashed, signing=of_the_string.unhashed,
    ),
    Mistake(
        "hashed-twice",
        Sentence("{what} was hashed once more", "{what} 被多做了一次哈希"),
        canonical=of_the_body.hashed_twice, signing=of_the_string.hashed_twice,
    ),
    # The parameters of the older scheme.
    Mistake(
        "plus-for-blank",
        Sentence(
            "a `+` was sent that was not encoded, and is read as a blank", "`+` 未经编码直接发送，被解读为空格"
        ),
        older=of_older.plus_for_blank,
    ),
    Mistake(
        "values-encoded",
        Sentence(
            "the values were percent-encoded before they were signed ({how}); they are signed plain and encoded when "
            "they are sent",
            "参数值在签名前做了 URL 编码（{how}）；应使用原始值签名，发送时再编码",
        ),
        older=of_older.values_encoded, paired=2,
    ),
    Mistake(
        "parameters-not-sorted",
        Sentence(
            "the parameters were signed in another order ({order}, ...); they must be sorted by name, byte by byte",
            "参数签名的顺序不同（{order}……）；应按名称的字节序排序",
        ),
        older=of_older.unsorted, paired=2,
    ),
    Mistake(
        "arrays-the-php-way",
        Sentence(
            "lists were sent with brackets and signed as the word `Array`, as PHP writes one as a text",
            "数组以方括号形式发送，却按 PHP 转成的文本 `Array` 签名",
        ),
        older=of_older.arrays_the_php_way,
    ),
    Mistake(
        "brackets-for-dots",
        Sentence(
            "the names of list members were signed in another form than they were sent in ({how})",
            "数组参数名签名时与发送时的写法不同（{how}）",
        ),
        older=of_older.brackets_for_dots,
    ),
    Mistake(
        "parameter-not-signed",
        Sentence("the parameter `{name}` was sent and not signed", "参数 `{name}` 已发送但未参与签名"),
        older=of_older.one_left_out, paired=6,
    ),
    Mistake(
        "empty-not-signed",
        Sentence(
            "parameters that are empty were sent and not signed", "值为空的参数已发送但未参与签名"
        ),
        older=of_older.empty_ones_left_out,
    ),
    # Scope and what else stands in the string to sign.
    Mistake(
        "local-date",
        Sentence(
            "signed was the date {signed}; the UTC date of the timestamp is {utc}",
            "签名使用的日期是 {signed}；该时间戳的 UTC 日期是 {utc}",
        ),
        signing=of_the_string.local_date, paired=2,
    ),
    Mistake(
        "form-of-date",
        Sentence(
            "signed was the date as `{signed}`; it is written `{utc}`", "日期以 `{signed}` 的形式签名；应写作 `{utc}`"
        ),
        signing=of_the_string.form_of_the_date, paired=1,
    ),
    Mistake(
        "other-service",
        Sentence(
            "signed was the service `{signed}`, and Authorization names `{sent}`",
            "签名使用的服务名是 `{signed}`，Authorization 中为 `{sent}`",
        ),
        signing=of_the_string.other_service, paired=3,
    ),
    Mistake(
        "other-terminator",
        Sentence(
            "the scope ends in `{signed}` where it was signed; it must be `{sent}`",
            "签名使用的 scope 结尾是 `{signed}`；应为 `{sent}`",
        ),
        signing=of_the_string.other_terminator, paired=1,
    ),
    Mistake(
        "other-scope",
        Sentence(
            "signed was the scope `{signed}`; it is date/service/tc3_request",
            "签名使用的 CredentialScope 是 `{signed}`；应为 日期/服务名/tc3_request",
        ),
        signing=of_the_string.other_scope, paired=1,
    ),
    Mistake(
        "other-algorithm",
        Sentence(
            "the string to sign begins with `{signed}`; it must be TC3-HMAC-SHA256",
            "待签名字符串以 `{signed}` 开头；应为 TC3-HMAC-SHA256",
        ),
        signing=of_the_string.other_algorithm, paired=1,
    ),
    Mistake(
        "lines-in-other-order",
        Sentence(
            "the string to sign has its lines in the order {order}", "待签名字符串各行的顺序是 {order}"
        ),
        signing=of_the_string.lines_in_another_order, paired=1,
    ),
    # The key.
    Mistake(
        "secret-blank",
        Sentence("the SecretKey was taken with `{what}` around it or behind it", "SecretKey 的前后多了 `{what}`"),
        signing=of_keys.BLANKS.signing, older=of_keys.BLANKS.older, paired=4,
    ),
    Mistake(
        "secret-cut",
        Sentence(
            "the SecretKey was not taken whole: its first or last character is missing, or all of it",
            "SecretKey 不完整：缺少首字符或末字符，或为空",
        ),
        signing=of_keys.CUT.signing, older=of_keys.CUT.older, paired=2,
    ),
    Mistake(
        "id-for-key",
        Sentence("the SecretId was taken for the SecretKey", "把 SecretId 当作 SecretKey 使用"),
        signing=of_keys.ID_FOR_KEY.signing, older=of_keys.ID_FOR_KEY.older,
    ),
    Mistake(
        "other-key",
        Sentence(
            "it is signed with the key of another SecretId, {whose}: an old one, or one of another account",
            "使用了另一个 SecretId（{whose}）的密钥签名：旧密钥，或其他账号的密钥",
        ),
        signing=of_keys.OTHER_KEY.signing, older=of_keys.OTHER_KEY.older, paired=4,
    ),
    Mistake(
        "key-prefix",
        Sentence(
            "the key is derived from `{prefix}` and the SecretKey; it must be `TC3` and the SecretKey",
            "派生密钥时 SecretKey 前的前缀是 `{prefix}`；应为 `TC3`",
        ),
        signing=of_keys.without_prefix, paired=1,
    ),
    Mistake(
        "key-with-prefix",
        Sentence(
            "the key has `{prefix}` in front of it, which only TC3-HMAC-SHA256 has",
            "SecretKey 前加了 `{prefix}`，只有 TC3-HMAC-SHA256 需要",
        ),
        older=of_keys.with_prefix,
    ),
    Mistake(
        "key-order",
        Sentence(
            "the key is derived in the order {chain}; it must be date, service, tc3_request",
            "派生密钥的顺序是 {chain}；应为 日期、服务名、tc3_request",
        ),
        signing=of_keys.in_another_order, paired=2,
    ),
    Mistake(
        "key-steps",
        Sentence(
            "the key is derived with the steps {chain}; they must be date, service, tc3_request",
            "派生密钥的步骤是 {chain}；应为 日期、服务名、tc3_request",
        ),
        signing=of_keys.with_other_steps, paired=2,
    ),
    Mistake(
        "key-as-text",
        Sentence(
            "derived keys go on as {form} text; each must be the bytes of the one before",
            "派生密钥以 {form} 文本继续计算；应使用上一步的原始字节",
        ),
        signing=of_keys.as_text, paired=1,
    ),
    Mistake(
        "hmac-swapped",
        Sentence("key and message of HMAC are swapped", "HMAC 的密钥与消息参数颠倒"),
        signing=of_keys.swapped,
    ),
    Mistake(
        "other-digest",
        Sentence(
            "signed with {signed}, and SignatureMethod says the other", "签名算法是 {signed}，与 SignatureMethod 不符"
        ),
        older=of_older.other_digest,
    ),
    # What is made of the signature.
    Mistake(
        "upper-case-hex",
        Sentence(
            "the hexadecimal digits of {what} are in upper case; they must be in lower case",
            "{what} 的十六进制为大写；应为小写",
        ),
        canonical=of_the_body.in_upper_case, signing=of_the_string.in_upper_case, paired=2,
    ),
    Mistake(
        "base64-for-hex",
        Sentence("{what} is in Base64; it must be in hexadecimal digits", "{what} 使用了 Base64；应为十六进制"),
        canonical=of_the_body.in_base64, signing=of_the_string.in_base64, paired=1,
    ),
    Mistake(
        "hex-for-base64",
        Sentence("the signature is written as {form}; it must be in Base64", "签名的写法是 {form}；应为 Base64"),
        older=of_older.in_hex, paired=2,
    ),
    Mistake(
        "signature-badly-encoded",
        Sentence(
            "the Signature was not percent-encoded, or twice, when it was sent ({form})",
            "发送时 Signature 未做 URL 编码，或编码了两次（{form}）",
        ),
        older=of_older.badly_escaped,
    ),
    # Last, because which moment it was is not sent: all are tried that are near.
    Mistake(
        "milliseconds",
        Sentence(
            "signed was the time `{signed}`, and `{sent}` came: one of them is in milliseconds",
            "签名使用的时间是 `{signed}`，收到的是 `{sent}`：其中之一是毫秒",
        ),
        signing=of_the_string.milliseconds, older=of_older.milliseconds, paired=1,
    ),
    Mistake(
        "other-time",
        Sentence(
            "signed was the time `{signed}`, {step} seconds from the one that came",
            "签名使用的时间是 `{signed}`，与收到的相差 {step} 秒",
        ),
        signing=of_the_string.clock, older=of_older.other_time, paired=2,
    ),
    Mistake(
        "scope-not-signed",
        Sentence(
            "Authorization names the scope {claimed}, and signed was {signed}",
            "Authorization 中的 scope 是 {claimed}，而签名使用的是 {signed}",
        ),
    ),
)  # fmt: skip
"""A row without functions is found by the search itself."""

SCOPE_NOT_SIGNED = MISTAKES[-1]
