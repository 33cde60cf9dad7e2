"""Why a signature was refused, for an exchange: which keys are tried, for how long, and where the answer goes.

Imported when the first signature does not match: whoever signs rightly pays nothing for it.
"""

from __future__ import annotations

import json
import threading
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
from .reply import Reply
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
        # Two at once would take twice as long and set aside twice the time: one waits for the other.
        self._searching = threading.Lock()

    def explain(self, exchange: Exchange) -> None:
        """Sets what is known of why its signature does not match, where that is why it was refused.  For any thread,
        with no account locked.  Raises nothing: a bug in the search is told as the verdict."""
        if exchange.mismatch is not None and exchange.grant is not None:
            own: Grant | None = exchange.grant
        else:
            own = self._whose_key(exchange.secret_id)
        if own is None:
            return
        secret_id = own.credential.secret_id
        try:
            diagnosis = self._diagnosed(exchange, own)
            told = as_json(diagnosis, self._redaction, secret_id)
        except Exception as bug:  # a bug of ours: what the client is answered is decided, and does not depend on it
            diagnosis = Diagnosis(not_searched="bug", place=_place(bug))
            told = as_json(diagnosis, self._redaction, secret_id)
        exchange.diagnosis, exchange.explanation = diagnosis, json.dumps(told)
        if self._with_header and not exchange.spoiled:
            exchange.reply = _with_line(exchange.reply, one_line(diagnosis))

    def _diagnosed(self, exchange: Exchange, own: Grant) -> Diagnosis:
        request = exchange.request
        # The last line of the canonical request: a body of megabytes is not hashed again.
        payload_hash = exchange.mismatch.canonical_request[-64:].decode() if exchange.mismatch is not None else ""
        with self._searching, self._budget.search() as over:
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


def _with_line(reply: Reply, line: str) -> Reply:
    name = HEADER.lower() if reply.delivery.lower_case else HEADER
    return reply._replace(headers=(*reply.headers, (name, line.encode())))


def _place(bug: BaseException) -> str:
    """Its kind, and where it was raised; not its message, which may quote what the client sent."""
    trace = bug.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return type(bug).__name__
    return f"{type(bug).__name__} in {trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}"


def _secrets(own: Grant, account: Account, default: Account) -> Iterator[Secret]:
    """The key that it should be, then others that the client may have taken: the newest of the account, and those of
    the default account, which are told to everybody."""
    others = [grant for grant in reversed(list(account.grants)) if grant is not own]
    beside = [] if account is default else list(default.grants)
    for grant in (own, *others[: MAX_OTHERS - min(len(beside), MAX_OTHERS // 2)], *beside[: MAX_OTHERS // 2]):
        yield Secret(grant.credential.secret_id, grant.credential.secret_key)
