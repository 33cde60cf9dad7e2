"""What the client makes of each fault, measured against a served fake, and docs/client-faults.md, which tells it.

`python tests/support/client_faults.py --update` writes the measured table into the page.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import anyio

from calling import A_CALL, AGENT, APP, CALLEE, Way, async_client_of, at_once, client_of, only
from ccc_contract.client import transports
from ccc_contract.errors import CallOutcomeUnknown, CccError, TransportError
from ccc_mock import Endpoint
from ccc_mock.adapters.serving import Served, ServedAccount, serving

PAGE = Path(__file__).parents[2] / "docs" / "client-faults.md"

STEPS = (
    "delay(1ms)", "delay(1h)",
    "stall(10 1ms)", "stall(10 1h)",
    "drip(40 1ms)", "drip(1 1h)", "drip(1 100ms)",
    "reset", "reset@after", "reset(7)",
    "close", "close@after", "close(7)",
    "drop",
    "status(201)", "status(429)", "status(500)",
    "content-type", "content-type(text/html)", "content-type(application/json; charset=utf-8)",
    "content-length(9999)", "content-length(5)",
    "date(-1h)", "lower-case", "chunked", "gzip", "gzip(asked)",
    "truncate(20)", "garbage", "empty", "braces", "bare",
    "null(SessionId)", "null(RequestId)", "null(Numbers)",
    "missing(SessionId)", "missing(RequestId)", "missing(Numbers)",
    "extra",
    "page(429)", "page(429)@after", "page(502)", "page(502)@after", "page(503 retry-after=1)",
    "redirect", "redirect@after",
)  # fmt: skip
"""Each fault at each moment at which it can strike, with settings that differ in what they do to a client."""

FOR_EVER = ("delay(1h)", "stall(10 1h)", "drip(1 1h)", "drip(1 100ms)")
"""Those that keep a client until it gives up."""
PATIENCE = 0.5
"""Seconds that the client gives an attempt then."""
AMPLE = 20.0
"""And else, however busy the machine is."""
ATTEMPTS = 2
SIDE_BY_SIDE = 12

DIALS, CHANGES, READS = "CreateAIAgentCall", "HangUpCall", "DescribeNumbers"
ACTIONS = (DIALS, CHANGES, READS)


class Found(NamedTuple):
    """What one call of the client came to."""

    raised: str
    """The exception's class; "" for an answer."""
    reason: str
    """The class behind a CallOutcomeUnknown, else the same."""
    phase: str
    sent: int
    """Requests that arrived, as the journal has them."""
    done: int
    """How often it happened: calls of the ledger, sessions that were hung up; 0 for a read."""


Measured = Mapping[tuple[str, str], Found]
"""By step and action."""


# --- measuring -----------------------------------------------------------------------------------------------------


class Case:
    """One action under one step, each time in an account of its own."""

    def __init__(self, served: Served, step: str, action: str) -> None:
        self.step, self.action = step, action
        self.patience = PATIENCE if step in FOR_EVER else AMPLE
        self._served = served
        self.account: ServedAccount
        self.session = ""

    @property
    def settings(self) -> dict[str, Any]:
        return {"retries": at_once(ATTEMPTS), "timeout_seconds": self.patience}

    def begin(self, session: str) -> dict[str, Any]:
        """The parameters, once there is a session to hang up; from now on the plan strikes."""
        self.session = session
        self.account.plan(f"ok+{self.step}*")
        return {
            DIALS: {"SdkAppId": APP, "AIAgentId": AGENT, "Callee": CALLEE},
            CHANGES: {"SdkAppId": APP, "SessionId": session},
            READS: {"SdkAppId": APP},
        }[self.action]

    def fresh(self) -> ServedAccount:
        self.account = self._served.account()
        return self.account

    def found(self, error: CccError | None) -> Found | None:
        """None where an attempt did not arrive, because this machine is busy: to be measured again, more patiently."""
        sent = len([call for call in self.account.calls if call.plan])
        done = {DIALS: self._placed, CHANGES: self._hung_up, READS: lambda: 0}[self.action]()
        self.account.remove()
        if error is not None and sent != error.attempts and self.patience < AMPLE:
            self.patience *= 2
            return None
        reason = error.reason if isinstance(error, CallOutcomeUnknown) else error
        phase = reason.phase if isinstance(reason, TransportError) else ""
        return Found(_class(error), _class(reason), phase, sent, done)

    def _placed(self) -> int:
        return len(self.account.ledger)

    def _hung_up(self) -> int:
        return int(self.account.sessions[self.session].status == "finished")


def _class(error: BaseException | None) -> str:
    return "" if error is None else type(error).__name__


def measure(way: Way) -> Measured:
    """Every step on every action, side by side, over a socket."""
    with serving(Endpoint()) as served, only(way.library):
        cases = [Case(served, step, action) for step in STEPS for action in ACTIONS]
        found = _in_threads(cases) if way.shell == "sync" else anyio.run(_in_tasks, cases, backend=way.shell)
    return {(case.step, case.action): each for case, each in zip(cases, found, strict=True)}


def _in_threads(cases: list[Case]) -> list[Found]:
    # One HTTP client, made as the client makes its own: a trust store takes long to read.  Nothing idles in it, so that
    # no step meets a connection that another has spoiled.
    http = transports.Connection(idle_seconds=0).open()

    def one(case: Case) -> Found:
        calls = client_of(case.fresh(), http=http)
        session = calls.create_ai_agent_call(**A_CALL).session_id if case.action == CHANGES else ""
        params, raised = case.begin(session), None
        try:
            client_of(case.account, http=http, **case.settings).call(case.action, params)
        except CccError as error:
            raised = error
        return case.found(raised) or one(case)

    try:
        with ThreadPoolExecutor(SIDE_BY_SIDE) as threads:
            return list(threads.map(one, cases))
    finally:
        http.close()


async def _in_tasks(cases: list[Case]) -> list[Found]:
    http = transports.Connection(idle_seconds=0).open_async()
    found: dict[Case, Found] = {}
    turns = anyio.CapacityLimiter(SIDE_BY_SIDE)

    async def one(case: Case) -> Found:
        calls = async_client_of(case.fresh(), http=http)
        session = (await calls.create_ai_agent_call(**A_CALL)).session_id if case.action == CHANGES else ""
        params, raised = case.begin(session), None
        try:
            await async_client_of(case.account, http=http, **case.settings).call(case.action, params)
        except CccError as error:
            raised = error
        return case.found(raised) or await one(case)

    async def in_turn(case: Case) -> None:
        async with turns:
            found[case] = await one(case)

    try:
        async with anyio.create_task_group() as tasks:
            for case in cases:
                tasks.start_soon(in_turn, case)
    finally:
        await http.aclose()
    return [found[case] for case in cases]


# --- telling -------------------------------------------------------------------------------------------------------

_HEAD = ("fault", "what the client finds", DIALS, CHANGES, READS, "a phone rang")


def table(measured: Measured) -> str:
    rows = [_HEAD, ("---",) * len(_HEAD), *(_row(measured, step) for step in STEPS)]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _row(measured: Measured, step: str) -> tuple[str, ...]:
    found = [measured[step, action] for action in ACTIONS]
    reasons = dict.fromkeys(f"{each.reason}, `{each.phase}`" for each in found if each.raised)
    cells = [_cell(each, done) for each, done in zip(found, ("dialled", "done", ""), strict=True)]
    return f"`{step}`", "; ".join(reasons) or "the answer", *cells, _rang(found[0])


def _cell(found: Found, done: str) -> str:
    happened = f", {done} {found.done}" if done else ""
    return f"{found.raised or 'answered'}: sent {found.sent}{happened}"


def _rang(found: Found) -> str:
    """Of CreateAIAgentCall: whether it did, and whether the caller is told."""
    return ("yes" if found.done else "no") + (", untold" if found.raised else "")


_MARKED = re.compile(r"(?<=<!-- measured -->\n\n).*?(?=\n<!-- end -->)", re.DOTALL)


def told() -> str:
    """The table as the page has it."""
    (found,) = _MARKED.findall(PAGE.read_text("utf-8"))
    return str(found)


def update(measured: Measured) -> None:
    PAGE.write_text(_MARKED.sub(lambda _: table(measured), PAGE.read_text("utf-8")), "utf-8")


def main(arguments: list[str], write: Callable[[str], Any] = sys.stdout.write) -> int:
    measured = measure(Way("sync", "httpx2"))
    write(table(measured))
    if "--update" in arguments:
        update(measured)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
