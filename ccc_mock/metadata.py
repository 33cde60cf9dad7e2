"""The metadata of a machine, as far as clients ask it for the keys of its role: `http://metadata.tencentyun.com`.

    GET /latest/meta-data/cam/security-credentials/         the name of the role
    GET /latest/meta-data/cam/security-credentials/NAME     a temporary credential, as JSON; for every name

Nobody signs these requests: whoever runs on the machine has its role.  The credential is the default account's.

Sources: sdk-source for paths and members (clients of Python and Go); `/meta-data/…` alone is what others use.
"""

from __future__ import annotations

import json
import re

from .accounts import Directory, Grant
from .exchange import Exchange, NotSupportedByFake
from .parameters import Parameters
from .reply import Reply, http_date
from .sts import expiration

ROLE = "ccc-mock-role"
DURATION_SECONDS = 7200
RENEWED_SECONDS = 600
"""So long before its end a credential is replaced; clients ask for another one 300 seconds before (sdk-source)."""

STAGE = "metadata"
_PATH = re.compile(rb"(?:/latest)?/meta-data/cam/security-credentials(?:/([\w+=,.@-]{0,128}))?")


class Metadata:
    """Gives the role's credential, the same to all until it nears its end."""

    def __init__(self, accounts: Directory) -> None:
        self._accounts = accounts
        self._grant: Grant | None = None

    def takes_unsigned(self, action: bytes | None) -> bool:
        """Nothing of it is signed, and nothing in it is text that would have to be read."""
        return False

    def asks_who(self, parameters: Parameters) -> bool:
        """Whoever runs on the machine."""
        return False

    def run(self, exchange: Exchange) -> None:
        """Sets the reply of the exchange, and which check decided.  The account is the default one."""
        request, at = exchange.request, exchange.signing_at
        path = _PATH.fullmatch(request.path)
        if path is None or request.method != "GET":
            exchange.stage, exchange.check = STAGE, "path"
            exchange.unsupported = NotSupportedByFake(
                "ccc-mock has of a machine's metadata only GET /latest/meta-data/cam/security-credentials/ and what is "
                f"below it, got {request.method[:20]} {request.path[:80].decode('utf-8', 'replace')}"
            )
            exchange.reply = Reply.not_supported(exchange.unsupported, at)
        elif path[1]:
            exchange.stage, exchange.check = STAGE, "credential"
            exchange.reply = _plain(json.dumps(self._credential(exchange)), at)
        else:
            exchange.stage, exchange.check = STAGE, "role"
            exchange.reply = _plain(ROLE, at)

    def _credential(self, exchange: Exchange) -> dict[str, str | int | None]:
        now, grant = exchange.signing_at, self._grant
        if grant is None or not self._holds(grant, now):
            grant = self._grant = self._accounts.mint(exchange.account, now, DURATION_SECONDS)
        credential = grant.credential
        assert credential.expires_at is not None
        return {
            "TmpSecretId": credential.secret_id,
            "TmpSecretKey": credential.secret_key,
            "ExpiredTime": int(credential.expires_at),
            "Expiration": expiration(credential.expires_at),
            "Token": credential.token,
            "Code": "Success",
        }

    def _holds(self, grant: Grant, now: float) -> bool:
        """Is it still known, and far from its end?  A clock that was moved back gets another one, too."""
        left = (grant.credential.expires_at or now) - now
        known = self._accounts.grant(grant.credential.secret_id) is grant
        return known and RENEWED_SECONDS < left <= DURATION_SECONDS


def _plain(text: str, at: float) -> Reply:
    return Reply(200, ((b"Date", http_date(int(at))), (b"Content-Type", b"text/plain")), text.encode())
