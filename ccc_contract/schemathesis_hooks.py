"""Schemathesis against the API: `SCHEMATHESIS_HOOKS=ccc_contract.schemathesis_hooks`, or imported in a test.

The document is the one of `ccc-contract openapi`; of any other this module keeps away.  A case of `/CreateAIAgentCall`
goes out as `POST /` with X-TC-Action, signed over its last bytes; the checks `ccc_…` judge what comes.  For people:
docs/openapi.md.

A target is real until it proves to be the fake: without the proof nothing is sent to it, and the run ends with exit
code 2.  With CCC_CONTRACT_LIVE=1 it is asked what can ring nobody, slowly; an answer with a SessionId ends the run with
exit code 6.  Nothing is sent twice, whatever Schemathesis makes of a connection that broke.

Written against Schemathesis 4.32.5.  PYTEST_DONT_REWRITE: a test imports it, perhaps before pytest does.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeAlias

import click
import requests
import schemathesis
from schemathesis.cli.commands.run.handlers.base import EventHandler
from schemathesis.cli.context import BaseExecutionContext
from schemathesis.cli.events import LoadingFinished, LoadingStarted
from schemathesis.cli.ext.handlers import handler
from schemathesis.core import SCHEMATHESIS_TEST_CASE_HEADER
from schemathesis.core.failures import Failure
from schemathesis.engine.context import make_session

from ccc_contract.console import say
from ccc_contract.http import Response
from ccc_contract.model import JSON
from ccc_contract.reading import load_api
from ccc_contract.suite.answers import JUDGEMENTS, Judgement
from ccc_contract.suite.passage import NO_ANSWER, Ending, Once, Passage, once_of
from ccc_contract.suite.prepared import as_request

Case: TypeAlias = schemathesis.Case[Any]

OURS = "x-ccc-codes"
"""A key that only documents of `ccc-contract openapi` have."""

PROOF_SECONDS = 10
_BY_STATUS = ("negative_data_rejection", "missing_required_header", "ignored_auth")
"""Checks of Schemathesis that take HTTP 200 for a success, where it may refuse; `ccc_parameters` looks inside."""
_SET_HERE = ("X-TC-Version", "X-TC-Timestamp", "X-TC-Token")


COMMANDED = click.get_current_context(silent=True) is not None
"""Whether Schemathesis' own command runs, and everything that it sends is to come through here."""


class Stopped(KeyboardInterrupt):
    """Nothing more is sent.  An interrupt, for Hypothesis tries again after whatever else is raised."""


def _stop(ending: Ending) -> BaseException:
    text = f"ccc-contract: {ending.text}"
    return requests.RequestException(text) if COMMANDED else Stopped(text)


_plain_send = requests.Session.send
PASSAGE = Passage(_plain_send, stop=_stop, tell=say, environ=os.environ)


def _send(session: requests.Session, request: requests.PreparedRequest, **how: Any) -> requests.Response:
    if once_of(request) is not None or (COMMANDED and _is_of_schemathesis(request)):
        return PASSAGE.send(session, request, how)
    return _plain_send(session, request, **how)


def _is_of_schemathesis(request: requests.PreparedRequest) -> bool:
    """Cases, and the probes by which Schemathesis tries out a server before it tests."""
    headers = request.headers
    return SCHEMATHESIS_TEST_CASE_HEADER in headers or str(headers.get("User-Agent")).startswith("schemathesis/")


# Schemathesis has no hook for the last bytes, nor for requests of its own; all of them go through here.
requests.Session.send = _send  # type: ignore[method-assign,assignment]  # it has a parameter named self


# --- the document, and what goes out -------------------------------------------------------------------------------


@schemathesis.hook
def before_load_schema(context: schemathesis.HookContext, raw_schema: dict[str, JSON]) -> None:
    """Take out what is set here: it is not to be drawn."""
    if OURS not in raw_schema:
        if COMMANDED:
            raise click.UsageError("expected a document of `ccc-contract openapi`")
        return
    raw_schema.pop("security", None)
    raw_schema["components"] = {k: v for k, v in raw_schema["components"].items() if k != "securitySchemes"}
    raw_schema["paths"] = {
        path: {method: _without_headers(operation) for method, operation in methods.items()}
        for path, methods in raw_schema["paths"].items()
    }


def _without_headers(operation: dict[str, JSON]) -> dict[str, JSON]:
    taken = {f"#/components/parameters/{name}" for name in _SET_HERE}
    kept = [each for each in operation["parameters"] if "$ref" in each and each["$ref"] not in taken]
    return {**operation, "parameters": kept}


@schemathesis.hook
def after_load_schema(context: schemathesis.HookContext, schema: schemathesis.BaseSchema) -> None:
    """Go where the document says, unless told otherwise; by POST, for what else there is the document does not say."""
    if _is_ours(schema):
        schema.config.base_url = schema.config.base_url or schema.raw_schema["servers"][0]["url"]
        schema.config.phases.coverage.unexpected_methods = set()
        for name in _BY_STATUS:
            getattr(schema.config.checks, name).enabled = False


@schemathesis.hook
def before_call(context: schemathesis.HookContext, case: Case, kwargs: dict[str, Any]) -> None:
    if _is_ours(case.operation.schema):
        # What `auth.set_from_requests` sets, too; but a fresh one for each call.
        case._auth = Once(_action(case))


def _is_ours(schema: schemathesis.BaseSchema) -> bool:
    return OURS in schema.raw_schema


def _action(case: Case) -> str:
    return str(case.operation.path).lstrip("/")


# --- what came -----------------------------------------------------------------------------------------------------


def _check(name: str, judgement: Judgement) -> Callable[..., bool | None]:
    def check(context: schemathesis.CheckContext, response: schemathesis.Response, case: Case) -> bool | None:
        if not _is_ours(case.operation.schema) or _is_nobodys(response):
            return True
        came = _as_response(response)
        problem = judgement(load_api(), _action(case), as_request(response.request), came)
        if problem:
            raise AssertionError(problem)
        return None

    check.__name__ = name
    check.__doc__ = judgement.__doc__
    return check


CHECKS = [schemathesis.check(_check(name, judgement)) for name, judgement in JUDGEMENTS.items()]


def _as_response(response: schemathesis.Response) -> Response:
    lines = [(name.encode(), value.encode("latin-1")) for name, values in response.headers.items() for value in values]
    return Response(response.status_code, tuple(lines), response.content)


def _is_nobodys(response: schemathesis.Response) -> bool:
    """What was not sent has no answer; nor has the fake one for what it does not play, and says so."""
    once = once_of(response.request)
    if once is None or once.held_back:
        return once is not None
    kind = response.headers.get("content-type", [""])[0]
    return once.proven and response.status_code == NO_ANSWER and kind.startswith("text/plain")


@schemathesis.hook
def filter_failure(
    context: schemathesis.HookContext,
    failure: Failure,
    case: Case,
    response: schemathesis.Response,
) -> bool:
    return not (_is_ours(case.operation.schema) and _is_nobodys(response))


# --- Schemathesis' command -----------------------------------------------------------------------------------------


class Proving(EventHandler[Any]):
    """Asks the target before anything is tested, and ends the run where Passage ended."""

    def handle_event(self, ctx: BaseExecutionContext, event: Any) -> None:
        if isinstance(event, LoadingStarted) and "://" in event.location:
            self._end(Ending(f"expected a file that `ccc-contract openapi` wrote, got {event.location}", 2))
        if isinstance(event, LoadingFinished):
            self._ask(ctx, event.base_url)
        if PASSAGE.ended is not None:
            self._end(PASSAGE.ended)

    def _ask(self, ctx: BaseExecutionContext, url: str) -> None:
        with make_session(ctx.config) as session:
            how = session.merge_environment_settings(url, {}, None, None, None)
            with suppress(requests.RequestException):  # which is how it ends; handle_event looks
                PASSAGE.expect_leave(session, url, {**how, "timeout": PROOF_SECONDS})

    def shutdown(self, ctx: BaseExecutionContext) -> None:
        if PASSAGE.held_back:
            say(
                f"ccc-contract: {PASSAGE.held_back} cases were not sent: something spoke against it, or all was used up"
            )

    def _end(self, ending: Ending) -> None:
        say(f"ccc-contract: {ending.text}")
        raise SystemExit(ending.code)


handler()(Proving)


# --- pytest, where this module is one of its plugins ---------------------------------------------------------------


def pytest_sessionfinish(session: Any) -> None:
    """The exit code of what ended it; an interrupt alone would be 2."""
    if PASSAGE.ended is not None:
        session.exitstatus = PASSAGE.ended.code
