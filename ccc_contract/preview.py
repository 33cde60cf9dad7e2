"""A signed request to look at: each step of its signature, its lines, and the same as a line for curl.  Pure.

It holds SecretId and signature, which are the reader's own and go out with the request; never the SecretKey, and of a
token only the name of its variable.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from .http import Request
from .model import JSON
from .signing import SigningKey, parse_authorization, work

TOKEN = "$TENCENTCLOUD_TOKEN"
"""What stands in place of a token: a shell that has the variable puts it in."""

MAX_ARGUMENT_BYTES = 100_000
"""Linux takes arguments of up to 128 KiB; a longer body reaches curl through a pipe."""


@dataclass(frozen=True)
class Preview:
    """What would be sent to `url`, as text."""

    action: str
    url: str
    timestamp: int
    headers: dict[str, str]
    body: str
    canonical_request: str
    string_to_sign: str
    signature: str
    curl: str

    @classmethod
    def of(cls, request: Request, secret_key: str, url: str, *, ca_file: str | None = None) -> Preview:
        """`request` is signed and carries each header once; `ca_file` is for curl."""
        headers = {name.decode(): value.decode() for name, value in request.headers.lines}
        if "x-tc-token" in headers:
            headers["x-tc-token"] = TOKEN
        claim = parse_authorization(headers["authorization"].encode())
        key = SigningKey.derive(secret_key, claim.date, claim.service)
        working = work(request, claim.signed_headers, headers["x-tc-timestamp"].encode(), key)
        body = request.body.decode()
        return cls(
            action=headers["x-tc-action"],
            url=url,
            timestamp=int(headers["x-tc-timestamp"]),
            headers=headers,
            body=body,
            canonical_request=working.canonical_request.decode(),
            string_to_sign=working.string_to_sign.decode(),
            signature=working.signature,
            curl=curl_line(url, headers, body, ca_file),
        )

    def as_json(self) -> dict[str, JSON]:
        return asdict(self)

    def lines(self) -> Iterator[str]:
        """For people: a heading, and what belongs to it two blanks further right."""
        parts = {
            "Canonical request": self.canonical_request,
            "String to sign": self.string_to_sign,
            "Headers": "\n".join(f"{name}: {value}" for name, value in self.headers.items()),
            "Body": self.body,
        }
        yield f"POST {self.url}"
        for heading, text in parts.items():
            yield ""
            yield heading
            yield from (f"  {line}".rstrip() for line in text.split("\n"))
        yield ""
        yield "curl, good for five minutes"  # the service's tolerance: doc-signature-v3
        yield f"  {self.curl}"


def curl_line(url: str, headers: dict[str, str], body: str, ca_file: str | None) -> str:
    """One line for a POSIX shell that sends the very request: same bytes, same lines, no redirect followed."""
    words = ["curl", "--silent", "--show-error", *(("--cacert", ca_file) if ca_file else ()), url]
    line = " ".join(map(shlex.quote, words))
    for name, value in headers.items():
        # The token's variable is to be read by the shell, everything else is to be left alone.
        quoted = f'"{name}: {TOKEN}"' if value == TOKEN else shlex.quote(f"{name}: {value}")
        line += f" --header {quoted}"
    if len(body) > MAX_ARGUMENT_BYTES:  # printf is the shell's own, and takes what no program does
        return f"printf %s {shlex.quote(body)} | {line} --data-binary @-"
    return f"{line} --data-raw {shlex.quote(body)}"
