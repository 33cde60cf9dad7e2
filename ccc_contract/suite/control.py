"""What a fake may offer beside the API, under `/_ccc/`: proof that it is one, fresh accounts, time, a described world.

Any fake may: a target that does not is asked only what its requests and answers can tell.  docs/suite.md has the
routes and what is expected of them.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from urllib.parse import quote

from .. import proof
from ..client.credentials import Credential
from ..errors import CredentialError
from ..http import Headers, Request, Response
from ..model import JSON
from .reply import Unreachable

Send = Callable[[Request], Response]
"""One request in, one answer out; raises Unreachable."""


TOKEN_HINT = "its control asks for a token: --control-token, or CCC_CONTROL_TOKEN in the environment"


class ControlRefused(Unreachable):
    """Control said no, or what no fake of ours says; the message has its words."""


class Control:
    """`host` is what the Host header says; `token` is sent where one is asked for."""

    def __init__(self, send: Send, host: str, *, token: str = "") -> None:
        self._send = send
        self._lines = [("host", host), *([("authorization", f"Bearer {token}")] if token else ())]

    def why_no_fake(self) -> tuple[str, int]:
        """What speaks against the target being a fake, and the status that it answered with; "" where it has given back
        a nonce nobody could know before."""
        nonce = secrets.token_hex(16)
        response = self._ask("GET", f"/{proof.PATH}", query=f"nonce={nonce}")
        return proof.doubt(response.status, response.headers, response.body, nonce), response.status

    def actions(self) -> frozenset[str] | None:
        """The actions that it plays; None where it does not tell."""
        response = self._ask("GET", "/_ccc/actions")
        if response.status in (401, 403):
            raise ControlRefused(f"GET /_ccc/actions: HTTP {response.status}; {TOKEN_HINT}")
        if response.status != 200:
            return None
        try:
            return frozenset(each["action"] for each in json.loads(response.body)["actions"] if each["answers"])
        except (ValueError, KeyError, TypeError) as error:
            raise ControlRefused(f"GET /_ccc/actions: expected a list of actions: {error!r}") from None

    def new_account(self, at: float, *, seconds: int | None = None) -> tuple[str, Credential]:
        """(its name, its credential, which needs a token where it ends after `seconds`).

        Its clock stands at `at`, and it repeats itself.
        """
        ends = {} if seconds is None else {"duration_seconds": seconds}
        made = self.command("POST", "/_ccc/accounts", {"at": at, "seed": 1, **ends})
        try:
            return str(made["account"]), Credential(made["secret_id"], made["secret_key"], made["token"] or "")
        except (KeyError, TypeError, CredentialError) as error:
            # No value of it: there may be a key.
            raise ControlRefused(
                f"POST /_ccc/accounts: expected an account with a key: {type(error).__name__}"
            ) from None

    def command(self, method: str, path: str, body: JSON = None, *, account: str = "") -> JSON:
        """Raises ControlRefused."""
        query = f"account={quote(account)}" if account else ""
        response = self._ask(method, path, body, query=query)
        if response.status >= 300:
            raise ControlRefused(f"{method} {path}: HTTP {response.status} {response.text[:200].strip()}")
        try:
            return json.loads(response.body)
        except ValueError:
            raise ControlRefused(f"{method} {path}: expected JSON, got {len(response.body)} bytes") from None

    def _ask(self, method: str, path: str, body: JSON = None, *, query: str = "") -> Response:
        raw = b"" if body is None else json.dumps(body).encode()
        headers = Headers.of(dict(self._lines))
        return self._send(Request(method, path.encode(), query.encode(), headers, raw))


def proven(send: Send, host: str, *, token: str = "") -> tuple[Control | None, str]:
    """Control over a target that proved to be a fake; or None, and what speaks against it.

    The token goes to who proved it without one, or asks for one with HTTP 401: nobody else is to have it.

    Raises Unreachable where nobody is there.
    """
    control = Control(send, host, token=token)
    doubt, status = Control(send, host).why_no_fake()
    if token and status == 401:
        doubt, _ = control.why_no_fake()
    return (None, doubt) if doubt else (control, "")
