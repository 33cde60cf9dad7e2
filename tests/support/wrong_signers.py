"""Clients that sign wrongly, each by one mistake, written by hand.  Imports nothing of ours.

`Signer` is TC3-HMAC-SHA256 step by step (doc-signature-v3), `OlderSigner` HmacSHA1 and HmacSHA256 (doc-signature-v1);
whoever makes a mistake overrides the step in which it is made, or `on_its_way` for what happens to a request after it
was signed.  `mistake` is the name under which it must be found.
"""

from __future__ import annotations

import base64
import datetime
import hashlib
import hmac
import json
from dataclasses import dataclass, field, replace
from typing import ClassVar
from urllib.parse import parse_qsl, quote, quote_plus, urlencode

NOW = 1795324613
"""2026-11-22T05:16:53Z."""

LATE = 1795374000
"""2026-11-22T19:00:00Z, which is the 23rd in Beijing."""

ID, KEY = "AKID-by-hand-0123456789", "a-key-by-hand-0123456789"
OTHER_ID, OTHER_KEY = "AKID-by-hand-another", "another-key-by-hand"
HOST = "ccc.tencentcloudapi.com"

BODY = json.dumps(
    {
        "SdkAppId": 1400000000,
        "AIAgentId": 15,
        "Callee": "008612300000000",
        "PromptVariables": [{"Key": "name", "Value": "李雷 <a/b>"}],
    },
    ensure_ascii=False,
    separators=(",", ":"),
).encode()


@dataclass(frozen=True)
class Sent:
    """A request on the wire."""

    method: str = "POST"
    path: str = "/"
    query: str = ""
    headers: dict[str, str] = field(
        default_factory=lambda: {
            "Host": HOST,
            "Content-Type": "application/json",
            "X-TC-Action": "CreateAIAgentCall",
            "X-TC-Version": "2020-02-10",
        }
    )
    body: bytes = BODY

    def header(self, name: str) -> str:
        return next((value for each, value in self.headers.items() if each.lower() == name.lower()), "")

    def with_header(self, name: str, value: str) -> Sent:
        kept = {each: old for each, old in self.headers.items() if each.lower() != name.lower()}
        return replace(self, headers={**kept, name: value})

    def without_header(self, name: str) -> Sent:
        return replace(self, headers={each: old for each, old in self.headers.items() if each.lower() != name.lower()})


GET = replace(
    Sent().with_header("Content-Type", "application/x-www-form-urlencoded"),
    method="GET",
    query="SdkAppId=1400000000&AIAgentId=15&Callee=%2B86+123*0~0",
    body=b"",
)


class Signer:
    """TC3-HMAC-SHA256 by the rule."""

    mistake: ClassVar[str] = ""
    request = Sent()
    stamp = NOW
    names: tuple[str, ...] = ("content-type", "host")
    service = "ccc"

    def send(self) -> Sent:
        """Sign, and let it go."""
        self.meant = self.prepared(self.request.with_header("X-TC-Timestamp", str(self.sent_timestamp())))
        scope = f"{self.secret_id()}/{self.claimed_scope()}"
        value = (
            f"TC3-HMAC-SHA256 Credential={scope}, SignedHeaders={';'.join(self.listed())}, Signature={self.signature()}"
        )
        return self.on_its_way(self.meant.with_header("Authorization", value))

    def prepared(self, sent: Sent) -> Sent:
        return sent

    def on_its_way(self, sent: Sent) -> Sent:
        return sent

    # The canonical request.

    def method(self) -> str:
        return self.meant.method

    def uri(self) -> str:
        return "/"

    def query(self) -> str:
        return self.meant.query if self.meant.method == "GET" else ""

    def value(self, name: str) -> str:
        return self.meant.header(name).strip().lower()

    def line(self, name: str) -> str:
        return f"{name}:{self.value(name)}\n"

    def canonical_headers(self) -> str:
        return "".join(self.line(name) for name in self.names)

    def listed(self) -> tuple[str, ...]:
        """The names in Authorization."""
        return self.names

    def signed_headers(self) -> str:
        return ";".join(self.names)

    def payload(self) -> bytes:
        return b"" if self.meant.method == "GET" else self.meant.body

    def payload_hash(self) -> str:
        return self.hex(hashlib.sha256(self.payload()).digest())

    def hex(self, raw: bytes) -> str:
        return raw.hex()

    def canonical_request(self) -> bytes:
        lines = [
            self.method(),
            self.uri(),
            self.query(),
            self.canonical_headers(),
            self.signed_headers(),
            self.payload_hash(),
        ]
        return "\n".join(lines).encode()

    # The string to sign.

    def algorithm(self) -> str:
        return "TC3-HMAC-SHA256"

    def sent_timestamp(self) -> object:
        return self.stamp

    def timestamp(self) -> object:
        return self.stamp

    def date(self) -> str:
        return datetime.datetime.fromtimestamp(self.stamp, datetime.UTC).strftime("%Y-%m-%d")

    def signed_service(self) -> str:
        return self.service

    def terminator(self) -> str:
        return "tc3_request"

    def scope(self) -> str:
        return f"{self.date()}/{self.signed_service()}/{self.terminator()}"

    def claimed_scope(self) -> str:
        return f"{self.date()}/{self.service}/{self.terminator()}"

    def request_hash(self) -> str:
        return self.hex(hashlib.sha256(self.canonical_request()).digest())

    def string_to_sign(self) -> bytes:
        lines = [self.algorithm(), str(self.timestamp()), self.scope(), self.request_hash()]
        return "\n".join(lines).encode()

    # The signature.

    def secret_id(self) -> str:
        return ID

    def secret(self) -> str:
        return KEY

    def prefix(self) -> str:
        return "TC3"

    def hmac(self, key: bytes, message: bytes) -> bytes:
        return hmac.new(key, message, hashlib.sha256).digest()

    def derive(self, key: bytes, message: str) -> bytes:
        return self.hmac(key, message.encode())

    def steps(self) -> list[str]:
        return [self.date(), self.signed_service(), self.terminator()]

    def key(self) -> bytes:
        key = (self.prefix() + self.secret()).encode()
        for step in self.steps():
            key = self.derive(key, step)
        return key

    def signature(self) -> str:
        return self.hex(self.hmac(self.key(), self.string_to_sign()))


class Hashes(Signer):
    """The payload that was hashed is `hashed`, of the body that goes out."""

    def payload(self) -> bytes:
        return self.hashed(self.meant.body)

    def hashed(self, body: bytes) -> bytes:
        raise NotImplementedError


class WithSpaces(Hashes):
    mistake = "body-blanks"

    def hashed(self, body: bytes) -> bytes:
        return json.dumps(json.loads(body), ensure_ascii=False).encode()


class Indented(Hashes):
    mistake = "body-blanks"

    def hashed(self, body: bytes) -> bytes:
        return json.dumps(json.loads(body), ensure_ascii=False, indent=2).encode()


class Sorted(Hashes):
    mistake = "body-order"

    def hashed(self, body: bytes) -> bytes:
        return json.dumps(json.loads(body), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


class Shuffled(Hashes):
    mistake = "body-order"

    def hashed(self, body: bytes) -> bytes:
        value = json.loads(body)
        order = ("Callee", "SdkAppId", "PromptVariables", "AIAgentId")
        return json.dumps({name: value[name] for name in order}, ensure_ascii=False, separators=(",", ":")).encode()


class Ascii(Hashes):
    mistake = "body-escapes"

    def hashed(self, body: bytes) -> bytes:
        return json.dumps(json.loads(body), separators=(",", ":")).encode()


class SlashesEscaped(Hashes):
    mistake = "body-escapes"

    def hashed(self, body: bytes) -> bytes:
        return body.replace(b"/", b"\\/")


class GoEscaped(Hashes):
    mistake = "body-escapes"

    def hashed(self, body: bytes) -> bytes:
        return body.replace(b"<", b"\\u003c").replace(b">", b"\\u003e")


class AllAtOnce(Hashes):
    """Python's own form, sorted, was hashed, and JavaScript's is sent."""

    mistake = "body-rewritten"

    def hashed(self, body: bytes) -> bytes:
        return json.dumps(json.loads(body), sort_keys=True).encode()


class FromAnOddForm(Hashes):
    """What is sent is written by no library's habit."""

    mistake = "body-rewritten"

    def hashed(self, body: bytes) -> bytes:
        return json.dumps(json.loads(body)).encode()

    def on_its_way(self, sent: Sent) -> Sent:
        sent = super().on_its_way(sent)
        return replace(sent, body=sent.body.replace(b":15,", b" :  15 ,"))


class LineFeedBehind(Hashes):
    mistake = "body-line-end"

    def hashed(self, body: bytes) -> bytes:
        return body + b"\n"


class LineFeedSent(Signer):
    mistake = "body-line-end"

    def on_its_way(self, sent: Sent) -> Sent:
        sent = super().on_its_way(sent)
        return replace(sent, body=sent.body + b"\n")


class BodyCrlf(Hashes):
    mistake = "body-crlf"
    request = replace(Sent(), body=json.dumps(json.loads(BODY), indent=3).encode())

    def hashed(self, body: bytes) -> bytes:
        return body.replace(b"\n", b"\r\n")


class BodyInGbk(Hashes):
    mistake = "body-encoding"

    def hashed(self, body: bytes) -> bytes:
        return body.decode().encode("gbk")


class BodyWithMark(Hashes):
    mistake = "body-encoding"

    def hashed(self, body: bytes) -> bytes:
        return b"\xef\xbb\xbf" + body


class NothingForAPost(Hashes):
    mistake = "payload-of-other-method"

    def hashed(self, body: bytes) -> bytes:
        return b""


class QueryForAGet(Signer):
    mistake = "payload-of-other-method"
    request = GET

    def payload(self) -> bytes:
        return self.meant.query.encode()


class BracesForAGet(Signer):
    mistake = "payload-placeholder"
    request = GET

    def payload(self) -> bytes:
        return b"{}"


class UnsignedNotHashed(Signer):
    mistake = "unsigned-not-hashed"

    def prepared(self, sent: Sent) -> Sent:
        sent = super().prepared(sent)
        return sent.with_header("X-TC-Content-SHA256", "UNSIGNED-PAYLOAD")

    def payload_hash(self) -> str:
        return "UNSIGNED-PAYLOAD"


class UnsignedNotTold(Hashes):
    mistake = "unsigned-not-told"

    def hashed(self, body: bytes) -> bytes:
        return b"UNSIGNED-PAYLOAD"


class UnsignedButHashed(Signer):
    mistake = "unsigned-but-hashed"

    def prepared(self, sent: Sent) -> Sent:
        sent = super().prepared(sent)
        return sent.with_header("X-TC-Content-SHA256", "UNSIGNED-PAYLOAD")


class MethodInLowerCase(Signer):
    mistake = "method-case"

    def method(self) -> str:
        return self.meant.method.lower()


class OtherMethod(Signer):
    mistake = "other-method"

    def method(self) -> str:
        return "GET"


class ActionInThePath(Signer):
    mistake = "other-path"
    request = replace(Sent(), path="/CreateAIAgentCall")

    def uri(self) -> str:
        return self.meant.path


class NoPath(Signer):
    mistake = "other-path"

    def uri(self) -> str:
        return ""


class QuerySorted(Signer):
    mistake = "query-sorted"
    request = GET

    def query(self) -> str:
        return "&".join(sorted(self.meant.query.split("&")))


class QueryEncodedAnew(Signer):
    """By RFC 3986, of what is sent as a form."""

    mistake = "query-encoded"
    request = GET

    def query(self) -> str:
        return "&".join(f"{key}={quote(value, safe='')}" for key, value in parse_qsl(self.meant.query))


class QueryDecoded(Signer):
    mistake = "query-encoded"
    request = GET

    def query(self) -> str:
        return "&".join(f"{key}={value}" for key, value in parse_qsl(self.meant.query))


class QueryLeftOut(Signer):
    mistake = "query-of-other-method"
    request = GET

    def query(self) -> str:
        return ""


class QueryOfAPost(Signer):
    mistake = "query-of-other-method"
    request = replace(Sent(), query="Action=CreateAIAgentCall")

    def query(self) -> str:
        return self.meant.query


class CharsetMissing(Signer):
    """A library added the charset when it sent."""

    mistake = "content-type-charset"

    def on_its_way(self, sent: Sent) -> Sent:
        sent = super().on_its_way(sent)
        return sent.with_header("Content-Type", "application/json; charset=utf-8")


class CharsetSigned(Signer):
    mistake = "content-type-charset"

    def value(self, name: str) -> str:
        return "application/json; charset=utf-8" if name == "content-type" else super().value(name)


class TypeReplaced(Signer):
    mistake = "content-type-changed"

    def on_its_way(self, sent: Sent) -> Sent:
        sent = super().on_its_way(sent)
        return sent.with_header("Content-Type", "text/plain")


class PortSigned(Signer):
    mistake = "host-port"

    def value(self, name: str) -> str:
        return f"{HOST}:443" if name == "host" else super().value(name)


class OtherRegion(Signer):
    mistake = "host-region"

    def value(self, name: str) -> str:
        return "ccc.ap-shanghai.tencentcloudapi.com" if name == "host" else super().value(name)


class NoRegion(Signer):
    mistake = "host-region"
    request = Sent().with_header("Host", "ccc.ap-guangzhou.tencentcloudapi.com")

    def value(self, name: str) -> str:
        return HOST if name == "host" else super().value(name)


class HostRewritten(Signer):
    """A proxy put the name of the machine there that it asks."""

    mistake = "host-changed"

    def on_its_way(self, sent: Sent) -> Sent:
        sent = super().on_its_way(sent)
        return sent.with_header("Host", "127.0.0.1:8679")


class HostForwarded(Signer):
    mistake = "host-changed"
    request = Sent().with_header("Host", "api.example.internal")

    def on_its_way(self, sent: Sent) -> Sent:
        sent = super().on_its_way(sent)
        return sent.with_header("X-Forwarded-Host", sent.header("host")).with_header("Host", HOST)


class HostAsUrl(Signer):
    mistake = "host-as-url"

    def value(self, name: str) -> str:
        return f"https://{HOST}" if name == "host" else super().value(name)


class ActionNotLowered(Signer):
    mistake = "value-not-lowered"
    names = ("content-type", "host", "x-tc-action")
    request = Sent().with_header("Content-Type", "application/json; charset=UTF-8")

    def value(self, name: str) -> str:
        return self.meant.header(name) if name == "x-tc-action" else super().value(name)


class ActionChanged(Signer):
    """Signed for one action, and sent for another."""

    mistake = "header-changed"
    names = ("content-type", "host", "x-tc-action")

    def on_its_way(self, sent: Sent) -> Sent:
        sent = super().on_its_way(sent)
        return sent.with_header("X-TC-Action", "DescribeTelSession")


class ConnectionChanged(Signer):
    mistake = "header-changed"
    names = ("connection", "content-type", "host")
    request = Sent().with_header("Connection", "keep-alive")

    def on_its_way(self, sent: Sent) -> Sent:
        sent = super().on_its_way(sent)
        return sent.with_header("Connection", "close")


class OtherList(Signer):
    """The action is signed, and not named."""

    mistake = "other-headers"
    names = ("content-type", "host", "x-tc-action")

    def listed(self) -> tuple[str, ...]:
        return ("content-type", "host")


class ListedOnly(Signer):
    """The action is named, and not signed."""

    mistake = "other-headers"

    def listed(self) -> tuple[str, ...]:
        return ("content-type", "host", "x-tc-action")


class NotSorted(Signer):
    mistake = "headers-not-sorted"
    names = ("host", "content-type")


class NotSortedButListed(Signer):
    mistake = "headers-not-sorted"
    names = ("host", "content-type")

    def listed(self) -> tuple[str, ...]:
        return ("content-type", "host")


class NamesInCapitals(Signer):
    mistake = "header-names-not-lowered"

    def line(self, name: str) -> str:
        return f"{name.title()}:{self.value(name)}\n"


class BlankAfterColon(Signer):
    mistake = "blank-after-colon"

    def line(self, name: str) -> str:
        return f"{name}: {self.value(name)}\n"


class NoEmptyLine(Signer):
    mistake = "no-empty-line"

    def canonical_headers(self) -> str:
        return super().canonical_headers().rstrip("\n")


class NewlineBehindTheRequest(Signer):
    mistake = "extra-newline"

    def canonical_request(self) -> bytes:
        return super().canonical_request() + b"\n"


class NewlineBehindTheString(Signer):
    mistake = "extra-newline"

    def string_to_sign(self) -> bytes:
        return super().string_to_sign() + b"\n"


class Crlf(Signer):
    """In both texts."""

    mistake = "crlf"

    def canonical_request(self) -> bytes:
        return super().canonical_request().replace(b"\n", b"\r\n")

    def string_to_sign(self) -> bytes:
        return super().string_to_sign().replace(b"\n", b"\r\n")


class CrlfInTheRequest(Signer):
    mistake = "crlf"

    def canonical_request(self) -> bytes:
        return super().canonical_request().replace(b"\n", b"\r\n")


class BackslashN(Signer):
    mistake = "no-line-ends"

    def string_to_sign(self) -> bytes:
        return super().string_to_sign().replace(b"\n", rb"\n")


class RequestNotHashed(Signer):
    mistake = "not-hashed"

    def request_hash(self) -> str:
        return self.canonical_request().decode()


class BodyNotHashed(Signer):
    mistake = "not-hashed"

    def payload_hash(self) -> str:
        return self.payload().decode()


class HashedTwice(Signer):
    mistake = "hashed-twice"

    def request_hash(self) -> str:
        return hashlib.sha256(super().request_hash().encode()).hexdigest()


class Milliseconds(Signer):
    mistake = "milliseconds"

    def timestamp(self) -> object:
        return self.stamp * 1000 + 457


class MillisecondsSent(Signer):
    mistake = "milliseconds"

    def sent_timestamp(self) -> object:
        return self.stamp * 1000 + 457


class ClockReadTwice(Signer):
    mistake = "other-time"

    def timestamp(self) -> object:
        return self.stamp + 1


class ClockOfAZone(Signer):
    mistake = "other-time"

    def timestamp(self) -> object:
        return self.stamp + 8 * 3600


class LocalDate(Signer):
    mistake = "local-date"
    stamp = LATE

    def date(self) -> str:
        beijing = datetime.timezone(datetime.timedelta(hours=8))
        return datetime.datetime.fromtimestamp(self.stamp, beijing).strftime("%Y-%m-%d")


class LocalDateInTheKey(Signer):
    mistake = "local-date"
    stamp = LATE

    def steps(self) -> list[str]:
        return ["2026-11-23", self.service, "tc3_request"]


class ShortDate(Signer):
    mistake = "form-of-date"

    def date(self) -> str:
        return "20261122"

    def claimed_scope(self) -> str:
        return f"2026-11-22/{self.service}/tc3_request"


class OtherService(Signer):
    mistake = "other-service"
    service = "ccc"

    def signed_service(self) -> str:
        return "cvm"


class OtherServiceClaimed(Signer):
    """By hand `ccc` is derived with, and a label of the endpoint is claimed."""

    mistake = "other-service"
    service = "127"
    request = Sent().with_header("Host", "127.0.0.1:8679")

    def signed_service(self) -> str:
        return "ccc"


class OtherTerminator(Signer):
    mistake = "other-terminator"

    def terminator(self) -> str:
        return "aws4_request"

    def claimed_scope(self) -> str:
        return f"{self.date()}/{self.service}/tc3_request"


class WholeCredential(Signer):
    mistake = "other-scope"

    def scope(self) -> str:
        return f"{ID}/{super().scope()}"


class OtherAlgorithm(Signer):
    mistake = "other-algorithm"

    def algorithm(self) -> str:
        return "HMAC-SHA256"


class ScopeBeforeTime(Signer):
    mistake = "lines-in-other-order"

    def string_to_sign(self) -> bytes:
        algorithm, stamp, scope, hashed = super().string_to_sign().split(b"\n")
        return b"\n".join([algorithm, scope, stamp, hashed])


class LineFeedBehindTheKey(Signer):
    mistake = "secret-blank"

    def secret(self) -> str:
        return KEY + "\n"


class QuotedKey(Signer):
    mistake = "secret-blank"

    def secret(self) -> str:
        return f'"{KEY}"'


class KeyCut(Signer):
    mistake = "secret-cut"

    def secret(self) -> str:
        return KEY[:-1]


class IdForKey(Signer):
    mistake = "id-for-key"

    def secret(self) -> str:
        return ID


class Swapped(Signer):
    mistake = "id-for-key"

    def secret_id(self) -> str:
        return KEY

    def secret(self) -> str:
        return ID


class OldKey(Signer):
    mistake = "other-key"

    def secret(self) -> str:
        return OTHER_KEY


class NoPrefix(Signer):
    mistake = "key-prefix"

    def prefix(self) -> str:
        return ""


class ServiceBeforeDate(Signer):
    mistake = "key-order"

    def steps(self) -> list[str]:
        date, service, terminator = super().steps()
        return [service, date, terminator]


class ChainTooShort(Signer):
    mistake = "key-steps"

    def steps(self) -> list[str]:
        return super().steps()[:2]


class NoChain(Signer):
    mistake = "key-steps"

    def steps(self) -> list[str]:
        return []


class KeysAsText(Signer):
    mistake = "key-as-text"

    def derive(self, key: bytes, message: str) -> bytes:
        return super().derive(key, message).hex().encode()


class HmacSwapped(Signer):
    mistake = "hmac-swapped"

    def hmac(self, key: bytes, message: bytes) -> bytes:
        return super().hmac(message, key)


class UpperCase(Signer):
    """Wherever there are digits."""

    mistake = "upper-case-hex"

    def hex(self, raw: bytes) -> str:
        return raw.hex().upper()


class UpperCaseSignature(Signer):
    mistake = "upper-case-hex"

    def signature(self) -> str:
        return super().signature().upper()


class Base64Signature(Signer):
    mistake = "base64-for-hex"

    def signature(self) -> str:
        return base64.b64encode(self.hmac(self.key(), self.string_to_sign())).decode()


class Base64Everywhere(Signer):
    mistake = "base64-for-hex"

    def hex(self, raw: bytes) -> str:
        return base64.b64encode(raw).decode()


class OtherDateInTheHeader(Signer):
    mistake = "scope-not-signed"
    stamp = LATE

    def claimed_scope(self) -> str:
        return f"2026-11-23/{self.service}/tc3_request"


class OlderSigner:
    """HmacSHA1 by the rule, in the query of a GET or in the form of a POST."""

    mistake: ClassVar[str] = ""
    sent_method = "GET"
    sent_host = HOST
    sent_path = "/"
    signature_method: str | None = None
    stamp = NOW

    def parameters(self) -> dict[str, str]:
        """As they are sent, in their order."""
        method = {} if self.signature_method is None else {"SignatureMethod": self.signature_method}
        return {
            "Version": "2020-02-10",
            "Action": "CreateAIAgentCall",
            "Timestamp": str(self.stamp),
            "Nonce": "11886",
            "SecretId": ID,
            "Region": "",
            "SdkAppId": "1400000000",
            "AIAgentId": "15",
            "Callee": "+86 123/000",
            **{f"Callers.{n}": f"00860101234567{n}" for n in range(11)},
            **method,
        }

    def send(self) -> Sent:
        text = self.encoded({**self.parameters(), "Signature": self.sent_signature()})
        if self.sent_method == "GET":
            return Sent("GET", self.sent_path, text, {"Host": self.sent_host}, b"")
        headers = {"Host": self.sent_host, "Content-Type": "application/x-www-form-urlencoded"}
        return Sent("POST", self.sent_path, "", headers, text.encode())

    def encoded(self, parameters: dict[str, str]) -> str:
        return urlencode(parameters)

    def sent_signature(self) -> str:
        return self.signature()

    def method(self) -> str:
        return self.sent_method

    def host(self) -> str:
        return self.sent_host

    def path(self) -> str:
        return "/?"

    def value(self, text: str) -> str:
        return text

    def signed(self) -> dict[str, str]:
        return self.parameters()

    def order(self, names: list[str]) -> list[str]:
        return sorted(names)

    def string_to_sign(self) -> str:
        signed = self.signed()
        pairs = "&".join(f"{name}={self.value(signed[name])}" for name in self.order(list(signed)))
        return self.method() + self.host() + self.path() + pairs

    def secret(self) -> str:
        return KEY

    def digest(self) -> str:
        return "sha256" if self.signature_method == "HmacSHA256" else "sha1"

    def raw_signature(self) -> bytes:
        return hmac.new(self.secret().encode(), self.string_to_sign().encode(), self.digest()).digest()

    def signature(self) -> str:
        return base64.b64encode(self.raw_signature()).decode()


class OlderSigner256(OlderSigner):
    sent_method = "POST"
    signature_method = "HmacSHA256"


class OlderOtherMethod(OlderSigner):
    mistake = "other-method"
    sent_method = "POST"

    def method(self) -> str:
        return "GET"


class OlderMethodInLowerCase(OlderSigner):
    mistake = "method-case"

    def method(self) -> str:
        return "get"


class OlderNoPath(OlderSigner):
    mistake = "other-path"

    def path(self) -> str:
        return "?"


class OlderPort(OlderSigner):
    mistake = "host-port"
    sent_host = "127.0.0.1:8679"

    def host(self) -> str:
        return "127.0.0.1"


class OlderRegion(OlderSigner):
    mistake = "host-region"

    def host(self) -> str:
        return "ccc.ap-beijing.tencentcloudapi.com"


class OlderHost(OlderSigner):
    mistake = "host-changed"
    sent_host = "localhost:8679"

    def host(self) -> str:
        return HOST


class OlderUrl(OlderSigner):
    mistake = "host-as-url"

    def host(self) -> str:
        return f"https://{HOST}"


class ValuesEncoded(OlderSigner):
    mistake = "values-encoded"

    def value(self, text: str) -> str:
        return quote_plus(text)


class ValuesEncodedByRfc(OlderSigner256):
    mistake = "values-encoded"

    def value(self, text: str) -> str:
        return quote(text, safe="")


class AsSent(OlderSigner):
    mistake = "parameters-not-sorted"

    def order(self, names: list[str]) -> list[str]:
        return names


class NumbersSorted(OlderSigner):
    mistake = "parameters-not-sorted"

    def order(self, names: list[str]) -> list[str]:
        return sorted(names, key=lambda name: [int(part) if part.isdigit() else part for part in name.split(".")])


class Php(OlderSigner):
    """Lists with brackets, signed as PHP makes a text of them; and what is false sent as 0 and signed as nothing."""

    mistake = "arrays-the-php-way"
    sent_method = "POST"

    def parameters(self) -> dict[str, str]:
        kept = {name: value for name, value in super().parameters().items() if not name.startswith("Callers")}
        return {**kept, "Callers[0]": "0086010", "PromptVariables[0][Key]": "a", "PromptVariables[0][Value]": "b"}

    def signed(self) -> dict[str, str]:
        kept = {name: value for name, value in self.parameters().items() if "[" not in name}
        return {**kept, "Callers": "Array", "PromptVariables": "Array"}


class PhpFalse(Php):
    def parameters(self) -> dict[str, str]:
        return {**super().parameters(), "EnableX": "0"}

    def signed(self) -> dict[str, str]:
        return {**super().signed(), "EnableX": ""}


class Brackets(OlderSigner):
    mistake = "brackets-for-dots"

    def signed(self) -> dict[str, str]:
        return {
            f"Callers[{name[8:]}]" if name.startswith("Callers.") else name: value
            for name, value in self.parameters().items()
        }


class MethodNotSigned(OlderSigner256):
    mistake = "parameter-not-signed"

    def signed(self) -> dict[str, str]:
        return {name: value for name, value in self.parameters().items() if name != "SignatureMethod"}


class EmptyNotSigned(OlderSigner):
    """Two are empty: that one of them is not signed would be another mistake."""

    mistake = "empty-not-signed"

    def parameters(self) -> dict[str, str]:
        return {**super().parameters(), "Token": ""}

    def signed(self) -> dict[str, str]:
        return {name: value for name, value in self.parameters().items() if value}


class PlusNotEncoded(OlderSigner):
    mistake = "plus-for-blank"

    def parameters(self) -> dict[str, str]:
        return {**super().parameters(), "Callee": "+86123"}

    def encoded(self, parameters: dict[str, str]) -> str:
        return urlencode(parameters).replace("Callee=%2B", "Callee=+")


class OlderMilliseconds(OlderSigner):
    mistake = "milliseconds"

    def signed(self) -> dict[str, str]:
        return {**self.parameters(), "Timestamp": str(self.stamp * 1000 + 12)}


class OlderClock(OlderSigner):
    mistake = "other-time"

    def signed(self) -> dict[str, str]:
        return {**self.parameters(), "Timestamp": str(self.stamp + 1)}


class OlderKeyWithLineFeed(OlderSigner):
    mistake = "secret-blank"

    def secret(self) -> str:
        return KEY + "\n"


class OlderKeyCut(OlderSigner):
    mistake = "secret-cut"

    def secret(self) -> str:
        return KEY[1:]


class OlderIdForKey(OlderSigner):
    mistake = "id-for-key"

    def secret(self) -> str:
        return ID


class OlderOldKey(OlderSigner):
    mistake = "other-key"

    def secret(self) -> str:
        return OTHER_KEY


class OlderWithPrefix(OlderSigner):
    mistake = "key-with-prefix"

    def secret(self) -> str:
        return "TC3" + KEY


class Sha256Untold(OlderSigner):
    mistake = "other-digest"

    def digest(self) -> str:
        return "sha256"


class Sha1AllTheSame(OlderSigner256):
    mistake = "other-digest"

    def digest(self) -> str:
        return "sha1"


class OlderHex(OlderSigner):
    mistake = "hex-for-base64"

    def signature(self) -> str:
        return self.raw_signature().hex()


class EncodedTwice(OlderSigner):
    mistake = "signature-badly-encoded"

    def sent_signature(self) -> str:
        return quote(self.signature(), safe="")


class SignaturePlus(OlderSigner):
    """Put into the query as it is; with this time there is a `+` in it."""

    mistake = "signature-badly-encoded"

    def send(self) -> Sent:
        while "+" not in self.signature():
            self.stamp += 1
        sent = super().send()
        return replace(sent, query=sent.query.replace(quote_plus(self.signature()), self.signature()))


class OlderNewline(OlderSigner):
    mistake = "extra-newline"

    def string_to_sign(self) -> str:
        return super().string_to_sign() + "\n"


def _below(signer: type) -> list[type]:
    return [each for sub in signer.__subclasses__() for each in (sub, *_below(sub))]


NEWER: list[type[Signer]] = [each for each in _below(Signer) if each.mistake]
OLDER: list[type[OlderSigner]] = [each for each in _below(OlderSigner) if each.mistake]


def both(one: type[Signer], other: type[Signer]) -> type[Signer]:
    """A client that makes two mistakes: possible where they are made in different steps."""
    return type(f"{one.__name__}And{other.__name__}", (one, other), {"mistake": f"{one.mistake} {other.mistake}"})
