"""The endpoint: `handle(Request) -> Reply`, synchronous and without I/O."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from ccc_contract.envelope import failure
from ccc_contract.http import Request
from ccc_contract.model import JSON, Api
from ccc_contract.reading import load_api

from .accounts import DEFAULT_CREDENTIAL, Account, Credential, Directory
from .auth import IN_PROCESS, Auth, checked
from .checks.inject import planned_refusal
from .clock import STOPWATCH, Clock, Stopwatch
from .domain import HANDLERS, Handler
from .exchange import Exchange
from .hosts import Service, service_of
from .journal import FAULT, FORM, OK, head_of
from .ledger import Ledger
from .limits import Limits
from .magic import DEFAULT_PREFIX
from .numbers import normalised
from .parameters import read
from .pipeline import Pipeline
from .plans.plan import Drawn, Plan
from .plans.words import AFTER
from .redaction import Redaction
from .reply import AT_ONCE, Reply, is_lost
from .settings import Settings
from .stages import STAGES, Backend, Stage
from .world.description import OPEN, Description
from .world.description import checked as checked_world
from .world.rules import in_order

if TYPE_CHECKING:
    from .metadata import Metadata
    from .mismatch import Mismatches

EXPLAINED = ("AuthFailure.SignatureFailure", "AuthFailure.SecretIdNotFound")
"""Codes for which there may be more to say than the service says."""


class Endpoint:
    """A fake of ccc.tencentcloudapi.com, and of where its clients get temporary keys (hosts.py).

    `Endpoint()` is one open account with a well-known credential, a real clock and ids from a random seed.

    `credentials` open the default account, each as a sub-account of its own; `clock` is that account's time and
    `seed` makes its ids repeat; `handlers` are the actions that have behaviour.  With `limits` the rate is limited, as
    `ccc-mock serve` does: `Limits()` by what is documented.  `auth` says how much of who asks is judged: an unknown
    SecretId is refused (`known`), accepted unverified (`any`), or nothing is verified (`off`); `cure` is the line that
    lets one in, as the journal tells it.  `world` describes the account (docs/world.md).  `stopwatch`
    bounds how long is searched for why a signature does not match.
    """

    def __init__(
        self,
        *,
        credentials: Iterable[Credential] = (DEFAULT_CREDENTIAL,),
        clock: Clock | None = None,
        seed: int | None = None,
        settings: Settings | None = None,
        api: Api | None = None,
        handlers: Mapping[str, Handler] = HANDLERS,
        stages: tuple[Stage, ...] = STAGES,
        magic_prefix: str = DEFAULT_PREFIX,
        ledger_calls: int = Ledger.MAX_CALLS,
        world: Description = OPEN,
        limits: Limits | None = None,
        auth: Auth = "known",
        cure: str = IN_PROCESS,
        stopwatch: Stopwatch = STOPWATCH,
    ) -> None:
        self.api = api or load_api()
        self.settings = settings or Settings()
        self.stages = stages
        self.auth = checked(auth)
        self.accounts = Directory(
            Account(
                str(Directory.FIRST_UIN),
                seed=seed,
                clock=clock,
                ledger_calls=ledger_calls,
                world=checked_world(world, self.api.actions),
            ),
            credentials,
        )
        self.accounts.describe(self.accounts.default, world)
        self.redaction = Redaction(self.api)
        self.magic_prefix = normalised(magic_prefix)
        limited = limits.by_action(self.api) if limits else {}
        rules = in_order(self.settings.rule_order)
        self._backend = Backend(self.api, self.settings, handlers, self.magic_prefix, limited, rules, cure)
        self.watch: Callable[[Exchange, Pipeline | Metadata], None] | None = None
        """Runs an exchange through the service that answers it, and looks at it before and after."""
        self._making, self._stopwatch = threading.Lock(), stopwatch
        self._mismatches: Mismatches | None = None
        self._services: dict[Service, Pipeline | Metadata] = {"ccc": Pipeline(stages, self._backend, self.auth)}

    def handle(self, request: Request) -> Reply:
        """Answer one request.

        Raises NotSupportedByFake where the fake has no answer, as a server would answer HTTP 501.
        """
        exchange = self.exchange(request)
        if exchange.unsupported is not None:
            raise exchange.unsupported
        self.delivered(exchange)
        return exchange.reply

    def exchange(self, request: Request) -> Exchange:
        """Like `handle`, with all that was found out on the way; where the fake has no answer the reply is its 501."""
        name = service_of(request)
        service = self._services.get(name) or self._service_beside(name)
        parameters = read(request, self.settings, unsigned=service.takes_unsigned(request.headers.get(b"x-tc-action")))
        secret_id = parameters.secret_id
        asked = service.asks_who(parameters)
        grant = self.accounts.grant(secret_id) if asked else None
        account = self.accounts.default if grant is None else grant.account
        with account.lock:
            received_at, signing_at = account.clock.read()
            exchange = Exchange(
                request, parameters, account, secret_id, grant, account.new_uuid(), received_at, signing_at
            )
            if grant is None and asked and self.auth != "known":
                exchange.stranger = self.accounts.stranger(secret_id)
            if self.watch is None:
                service.run(exchange)
            else:
                self.watch(exchange, service)
            mismatched = exchange.refused is not None and exchange.refused.code in EXPLAINED
            if exchange.planned is not None:
                _spoil(exchange, exchange.planned, self._backend)
            n = _record(exchange)
        if mismatched:
            self._explain(exchange, n)
        return exchange

    def _explain(self, exchange: Exchange, n: int) -> None:
        """Say why the signature of a recorded exchange does not match; what searches is imported when the first does
        not.

        The account is not locked meanwhile: a search takes tens of milliseconds, and its calls go on.
        """
        from .mismatch import Mismatches

        with self._making:
            self._mismatches = self._mismatches or Mismatches(
                self.accounts, self.api, self.settings, self.redaction, self._stopwatch
            )
        self._mismatches.explain(exchange)
        with exchange.account.lock:
            exchange.account.journal.explain(n, exchange.explanation, exchange.reply.headers)

    def _service_beside(self, name: Service) -> Pipeline | Metadata:
        """STS or the metadata, made for the first request to it; few ask for keys, and each test makes an endpoint."""
        from .metadata import Metadata
        from .sts import pipeline

        made: Pipeline | Metadata = Metadata(self.accounts)
        if name == "sts":
            made = pipeline(self.accounts, self.settings, self.auth, self._backend.cure)
        return self._services.setdefault(name, made)  # two threads may be here

    def plan(self, text: str, account: Account | None = None, *, name: str | None = None) -> list[Plan]:
        """Declare what is to happen to the next calls of an account (default: the default one): docs/plans.md.

        Raises PlanError, which is a ValueError and names the position of what is wrong.
        """
        account = account or self.accounts.default
        from .plans.grammar import parse  # where nothing is planned it is not needed

        drafts = parse(text, self.api).drafts
        with account.lock:
            return account.plans.add(drafts, name=name)

    def delivered(self, exchange: Exchange) -> None:
        """For adapters: the client has the answer, whose delivery took time.  Until then it counts as lost."""
        if exchange.placed and not exchange.spoiled:
            with exchange.account.lock:
                exchange.account.ledger.deliver(exchange.request_id)

    def journal(self, account: Account | None = None, *, after: int = 0, limit: int = 1000) -> list[dict[str, JSON]]:
        """What an account (default: the default one) was asked and what it answered, oldest first: docs/journal.md.

        The default account also has the exchanges whose SecretId nobody has.
        """
        entries: list[dict[str, JSON]] = self.journal_page(account or self.accounts.default, after, limit)["entries"]
        return entries

    def journal_page(self, account: Account, after: int, limit: int) -> dict[str, JSON]:
        """A stretch of an account's journal as control gives it: the entries, and what lies around them."""
        with account.lock:
            page = account.journal.page(after=after, limit=limit)
        return {
            "form": FORM,
            "account": account.uin,
            "last": page.last,
            "dropped": page.dropped,
            "entries": [entry.as_json(self.redaction, account.uin) for entry in page.entries],
        }


def _spoil(exchange: Exchange, drawn: Drawn, backend: Backend) -> None:
    """What the plan makes of an answer that was decided."""
    step, reply = drawn.step, exchange.reply
    if step.code is not None and step.moment == AFTER and exchange.verdict == OK:
        exchange.refused = planned_refusal(exchange, backend)
        exchange.reply = Reply.envelope(failure(exchange.refused, exchange.request_id), exchange.signing_at)
    told_else = step.code is not None and exchange.verdict not in (step.code, FAULT)
    if drawn.use is not None and told_else:
        drawn.use.instead = exchange.verdict
    meant, exchange.reply = reply, step.spoil(exchange.reply, exchange.request, exchange.signing_at, drawn.chance)
    exchange.spoiled = is_lost(exchange.reply, meant)


def _place(exchange: Exchange, text_params: bytes) -> None:
    """Write a call that was placed into the ledger."""
    callee = exchange.params.get("Callee")
    exchange.account.ledger.record(
        exchange.received_at,
        exchange.request_id,
        exchange.action_name,
        callee if isinstance(callee, str) else "",
        text_params or exchange.request.body,
        str(exchange.result.get("SessionId", "")),
        exchange.secret_id,
        lost=exchange.spoiled or exchange.reply.delivery is not AT_ONCE,
    )


def _record(exchange: Exchange) -> int:
    """Write it into the journal, and give the number of its entry."""
    request, reply, refused = exchange.request, exchange.reply, exchange.refused
    grant, mismatch = exchange.grant, exchange.mismatch
    text_params = b""
    if exchange.parameters.text is not None:
        text_params = json.dumps(getattr(exchange, "params", None)).encode()
    if exchange.placed:
        _place(exchange, text_params)
    return exchange.account.journal.record(
        exchange.received_at,
        exchange.request_id,
        exchange.verdict,
        exchange.stage,
        exchange.check,
        refused.message if refused else str(exchange.unsupported or ""),
        exchange.hint,
        exchange.action_name,
        exchange.secret_id,
        grant.sub_account if grant and exchange.proven else "",
        request.method,
        request.path,
        request.query,
        head_of(request.headers.lines),
        request.body,
        text_params,
        exchange.planned.text if exchange.planned is not None else "",
        reply.status,
        reply.headers,
        reply.body,
        mismatch.canonical_request if mismatch else b"",
        mismatch.string_to_sign if mismatch else b"",
        exchange.explanation,
    )
