"""Why a signature was refused, for an exchange: which keys are tried, for how long, and where the answer goes.

Imported when the first signature does not match: whoever signs rightly pays nothing for it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from ccc_contract.model import Api
from ccc_contract.signing import READINGS, as_sent

from .accounts import Account, Directory, Grant
from .clock import Stopwatch
from .exchange import Exchange
from .forensics import Diagnosis, Secret, diagnose
from .forensics.budget import Budget
from .forensics.cases import MAX_OTHERS
from .forensics.shown import as_json, one_line
from .redaction import Redaction
from .settings import Settings

HEADER = b"X-CCC-Mock-Diagnosis"


class Mismatches:
    """Explains the signatures of one endpoint that do not match; `stopwatch` bounds the searches."""

    def __init__(
        self,
        accounts: Directory,
        api: Api,
        settings: Settings,
        redaction: Redaction,
        stopwatch: Stopwatch,
    ) -> None:
        self._accounts = accounts
        self._actions = tuple(api.actions)
        self._with_header = settings.diagnosis_header
        strict = tuple(reading for reading in READINGS if reading is not as_sent)
        self._readings = READINGS if settings.capitals_may_be_signed_as_sent else strict
        self._redaction = redaction
        self._budget = Budget(stopwatch.real, stopwatch.busy)

    def explain(self, exchange: Exchange) -> None:
        """Sets what is known of why its signature does not match, where that is why it was refused."""
        if exchange.mismatch is not None and exchange.grant is not None:
            own: Grant | None = exchange.grant
        else:
            own = self._whose_key(exchange.secret_id)
        if own is None:
            return
        diagnosis = exchange.diagnosis = self._diagnosed(exchange, own)
        exchange.explanation = json.dumps(as_json(diagnosis, self._redaction, own.credential.secret_id))
        if self._with_header:
            reply, line = exchange.reply, one_line(diagnosis).encode()
            exchange.reply = reply._replace(headers=(*reply.headers, (HEADER, line)))

    def _diagnosed(self, exchange: Exchange, own: Grant) -> Diagnosis:
        request = exchange.request
        # The last line of the canonical request: a body of megabytes is not hashed again.
        payload_hash = exchange.mismatch.canonical_request[-64:].decode() if exchange.mismatch is not None else ""
        with self._budget.search() as over:
            if over is None:
                return diagnose(request, payload_hash=payload_hash).left_out("busy")
            return diagnose(
                request,
                list(_secrets(own, exchange.account, self._accounts.default)),
                over=over,
                actions=self._actions,
                readings=self._readings,
                payload_hash=payload_hash,
            )

    def _whose_key(self, claimed: str) -> Grant | None:
        """Whose SecretKey was sent in place of the SecretId: both were swapped."""
        grants = list(self._accounts.default.grants)
        return next((grant for grant in grants if grant.credential.secret_key == claimed.strip()), None)


def _secrets(own: Grant, account: Account, default: Account) -> Iterator[Secret]:
    """The key that it should be, then others that the client may have taken: the newest of the account, and those of
    the default account, which are told to everybody."""
    others = [grant for grant in reversed(account.grants) if grant is not own]
    beside = [] if account is default else list(default.grants)
    for grant in (own, *others[: MAX_OTHERS - min(len(beside), MAX_OTHERS // 2)], *beside[: MAX_OTHERS // 2]):
        yield Secret(grant.credential.secret_id, grant.credential.secret_key)
