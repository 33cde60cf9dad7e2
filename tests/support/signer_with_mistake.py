"""A signer of somebody else, with the mistake that its argument names: a case in, its steps out.

Imports nothing of ours.  `--only-authorization` makes it print the header and nothing else.
"""

from __future__ import annotations

import base64
import datetime
import hashlib
import hmac
import json
import sys
import urllib.parse

mistake = sys.argv[1]
asked = json.load(sys.stdin)
request = asked["request"]


def made(name: str) -> bool:
    return mistake == name


def digest(payload: bytes) -> str:
    text = hashlib.sha256(payload).hexdigest()
    return text.upper() if made("digest in capitals") else text


def mac(key: bytes, text: str) -> bytes:
    if made("key and message swapped"):
        return hmac.new(text.encode(), key, hashlib.sha256).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def value_of(wanted: str) -> str:
    value: str = next(value for name, value in request["headers"] if name.lower() == wanted)
    if wanted == "host" and made("host without port"):
        value = value.split(":")[0]
    if wanted == "host" and made("host with port"):
        value += ":443"
    if made("blanks folded"):
        value = " ".join(value.split())
    if not made("values not trimmed"):
        value = value.strip(" \t")
    return value if made("values not in lower case") else value.lower()


def payload() -> bytes:
    body = base64.b64decode(request["body_base64"])
    if any(name.lower() == "x-tc-content-sha256" and value == "UNSIGNED-PAYLOAD" for name, value in request["headers"]):
        return body if made("unsigned payload hashed") else b"UNSIGNED-PAYLOAD"
    if request["method"] == "GET":
        return request["query"].encode() if made("query as payload") else b""
    if made("body serialised again"):
        return json.dumps(json.loads(body)).encode()
    if made("body without its end"):
        return body.rstrip()
    return body


def query() -> str:
    if request["method"] != "GET":
        return request["query"] if made("query of a POST") else ""
    text: str = request["query"]
    if made("query sorted"):
        return "&".join(sorted(text.split("&")))
    if made("query decoded"):
        return urllib.parse.unquote_plus(text)
    if made("query encoded again"):
        return urllib.parse.urlencode(urllib.parse.parse_qsl(text))
    return text


names = asked["signed_headers"]
if made("names not sorted"):
    names = names[::-1]
if made("only two headers signed"):
    names = names[:2]
lines = "".join(f"{name}:{value_of(name)}\n" for name in names)
if made("no blank line"):
    lines = lines[:-1]
method = request["method"].lower() if made("method in lower case") else request["method"]
path = "" if made("no path") else "/"
canonical = "\n".join([method, path, query(), lines, ";".join(names), digest(payload())])
if made("CR LF"):
    canonical = canonical.replace("\n", "\r\n")
if made("line feed at the end"):
    canonical += "\n"
hashed = digest(canonical.encode())

stamp = asked["timestamp"] * (1000 if made("milliseconds") else 1)
zone = datetime.timezone(datetime.timedelta(hours=8)) if made("local date") else datetime.UTC
date = datetime.datetime.fromtimestamp(asked["timestamp"], zone).strftime("%Y-%m-%d")
if made("date without hyphens"):
    date = date.replace("-", "")
service = "cvm" if made("another service") else asked["service"]
terminator = "tc3" if made("another terminator") else "tc3_request"
scope = f"{date}/{service}/{terminator}"
algorithm = "TC3-HMAC-SHA1" if made("another algorithm") else "TC3-HMAC-SHA256"
text = f"{algorithm}\n{stamp}\n{scope}\n{canonical if made('canonical request not hashed') else hashed}"
if made("string with line feed"):
    text += "\n"

prefix = "" if made("key without TC3") else "TC3"
secret = asked["secret_key"] + ("\n" if made("key with line feed") else "")
if made("its own key"):
    secret = "my-real-key-must-not-be-shown"
secret_date = mac(f"{prefix}{secret}".encode(), service if made("service before date") else date)
secret_service = mac(secret_date, date if made("service before date") else service)
if made("hexadecimal key chain"):
    secret_service = mac(secret_date.hex().encode(), service)
secret_signing = mac(secret_service, terminator)
made_digest = mac(secret_signing, text)
signature = made_digest.hex()
if made("signature in capitals"):
    signature = signature.upper()
if made("signature in base64"):
    signature = base64.b64encode(made_digest).decode()

secret_id = "AKIDmy-real-id-must-not-be-shown" if made("its own SecretId") else asked["secret_id"]
header_names = asked["signed_headers"][::-1] if made("names reversed in the header") else names
authorization = (
    f"{algorithm} Credential={secret_id}/{scope}, SignedHeaders={';'.join(header_names)}, Signature={signature}"
)
if made("no commas"):
    authorization = authorization.replace(",", "")
if "--only-authorization" in sys.argv:
    sys.stdout.write(authorization)
else:
    sys.stdout.write(
        json.dumps(
            {
                "canonical_request": canonical,
                "hashed_canonical_request": hashed,
                "string_to_sign": text,
                "secret_date": secret_date.hex(),
                "secret_service": secret_service.hex(),
                "secret_signing": secret_signing.hex(),
                "signature": signature,
                "authorization": authorization,
            }
        )
    )
