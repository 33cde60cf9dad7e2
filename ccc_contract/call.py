"""`ccc-contract call` and `ccc-contract sign`: one action from the command line.

Exit codes, of both; a script may rely on them:

    0    answered (sign, --dry-run: shown)
    1    the service refused, and did nothing; code and RequestId are on standard error, the refusal on standard output
    2    the command or the call is wrong: everything that is wrong with it is listed, nothing was sent
    3    no answer, and surely nothing was done: not sent, no credential, no HTTP library, or a read without an answer
    4    the outcome is unknown, or was answered and could not be written: look before it is repeated
    5    the action dials, the target did not prove to be a fake, and --yes-place-a-real-call is not there: not sent
    130  interrupted; where the call was under way, standard error says so

Whatever else ends it (a signal) is to be taken for 4.

Standard output holds the answer and nothing else: the vendor's `Response` object, of a success and of a refusal alike.
"""

from __future__ import annotations

import json
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from logging import NullHandler
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from .console import let_nobody_read, say
from .errors import (
    AnswerLost,
    ApiError,
    CallOutcomeUnknown,
    CccError,
    CredentialError,
    InvalidCall,
    NotSent,
    TransportError,
    without_numbers,
)
from .model import JSON, Action
from .reading import load_api
from .strict import decode

if TYPE_CHECKING:
    from .client import Client
    from .client.answers import Answer
    from .client.flow import Attempt
    from .client.outgoing import Target
    from .client.transports import HttpClient

ANSWERED, REFUSED, WRONG, NO_ANSWER, UNKNOWN, REAL = range(6)


class _RealCall(Exception):
    """Refused here: it would call people."""


_EXITS: tuple[tuple[type[Exception], int], ...] = (
    (InvalidCall, WRONG),
    (CredentialError, NO_ANSWER),
    (ApiError, REFUSED),
    (CallOutcomeUnknown, UNKNOWN),
    (TransportError, NO_ANSWER),
    (_RealCall, REAL),
)
"""By what ended it.  Of an action with effects every TransportError but NotSent has become CallOutcomeUnknown."""

FLAG = "--yes-place-a-real-call"
MAX_SECONDS = 3600.0
MAX_INPUT_BYTES = 11 * 1024 * 1024
"""More than any body that the service takes, blanks and all."""

EPILOG = """\b
Credentials come from the environment only: TENCENTCLOUD_SECRET_ID,
TENCENTCLOUD_SECRET_KEY and, for a temporary one, TENCENTCLOUD_TOKEN.

\b
Exit codes:
  0    answered (sign, --dry-run: shown)
  1    the service refused, and did nothing
  2    the command or the call is wrong; nothing was sent
  3    no answer, and surely nothing was done
  4    outcome unknown: it may have happened, look before you repeat it
  5    not sent: it dials, the target is not known to be a fake,
       and --yes-place-a-real-call is not there
  130  interrupted
"""

_C = TypeVar("_C", bound=Callable[..., Any])

_COMMON = (
    click.argument("action_name", metavar="ACTION"),
    click.option("--json", "text", metavar="TEXT|@FILE|-", default="{}", show_default=True,
                 help="The parameters as a JSON object: as text, from a file, or from standard input."),
    click.option("--endpoint", metavar="URL", help="TENCENTCLOUD_ENDPOINT, or else the service itself."),
    click.option("--region", metavar="NAME", help="TENCENTCLOUD_REGION, or else none."),
    click.option("--language", metavar="NAME", help="zh-CN or en-US; TENCENTCLOUD_LANGUAGE, or else none."),
    click.option("--ca-file", metavar="PATH", help="A PEM file to trust in place of the system's."),
    click.option("--no-check", is_flag=True, help="Do not hold parameters and answer against the contract."),
)  # fmt: skip


def _common(command: _C) -> _C:
    for option in reversed(_COMMON):
        command = option(command)
    return command


# --- the commands --------------------------------------------------------------------------------------------------


@click.command(epilog=EPILOG)
@_common
@click.option("--proxy", metavar="URL", help="A proxy to go through, in place of the environment's.")
@click.option("--timeout", type=click.FloatRange(0, MAX_SECONDS, min_open=True), default=60.0, show_default=True,
              help="Seconds for one attempt.")  # fmt: skip
@click.option("--attempts", type=click.IntRange(1, 100), default=4, show_default=True,
              help="How often it is begun at most: again only where that can do nothing twice.")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Send nothing at all; show what would be sent, as `sign` does.")
@click.option(FLAG, "real", is_flag=True, help="Call people, whatever the target is.")
def call(
    action_name: str, text: str, endpoint: str | None, region: str | None, language: str | None, ca_file: str | None,
    no_check: bool, proxy: str | None, timeout: float, attempts: int, dry_run: bool, real: bool,
) -> int:  # fmt: skip
    """Call ACTION and print what the service answered, as JSON.

    An action that dials is sent only to a target that has proved to be a fake, by giving back a fresh nonce at
    /_ccc/health; to any other it needs --yes-place-a-real-call.
    """
    target = _target(endpoint, region, language)
    params = _parameters(text)
    try:
        action, body = _prepared(action_name, params, check=not no_check)
        if dry_run:
            return _show(action, body, target, int(time.time()), ca_file)
        with closing(_opened(action, proxy, ca_file)) as http:
            client = _client(http, target, timeout, attempts, check=not no_check)
            if action.dials and not real:
                _expect_fake(http, target, action, params, timeout)
            return _print_answer(_answer(client, action, params), action)
    except (CccError, _RealCall) as error:
        return _tell(error)
    except KeyboardInterrupt as stop:
        _say_notes(stop)
        raise


@click.command(epilog=EPILOG)
@_common
@click.option("--timestamp", type=click.IntRange(0, 253402300799), help="Unix seconds to sign for, in place of now.")
@click.option("--as-json", is_flag=True, help="Print one JSON object, for programs.")
def sign(
    action_name: str, text: str, endpoint: str | None, region: str | None, language: str | None, ca_file: str | None,
    no_check: bool, timestamp: int | None, as_json: bool,
) -> int:  # fmt: skip
    """Sign a call of ACTION and show each step: canonical request, string to sign, headers, and a line for curl.

    Nothing is sent. The line for curl does what it says, when you run it.
    """
    target = _target(endpoint, region, language)
    params = _parameters(text)
    try:
        action, body = _prepared(action_name, params, check=not no_check)
        stamp = int(time.time()) if timestamp is None else timestamp
        return _show(action, body, target, stamp, ca_file, as_json=as_json)
    except CccError as error:
        return _tell(error)


# --- what the command line says ------------------------------------------------------------------------------------


def _parameters(text: str) -> dict[str, JSON]:
    """What --json gives.  Raises click.UsageError, which says where the mistake is and never what stands there."""
    raw, source = _raw(text)
    try:
        params = decode(decoded := raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise _wrong_json(source, f"byte {error.start} is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise _wrong_json(source, _place(error, decoded)) from None
    except RecursionError:
        raise _wrong_json(source, "it is nested too deeply") from None
    except ValueError as error:
        raise _wrong_json(source, str(error)) from None
    if not isinstance(params, dict):
        raise _wrong_json(source, f"it is {_KINDS[type(params)]}")
    return params


_KINDS = {type(None): "null", bool: "a boolean", int: "a number", float: "a number", str: "a string", list: "an array"}


def _raw(text: str) -> tuple[bytes, str]:
    """The bytes that are meant, and what to call where they are from."""
    if text != "-" and not text.startswith("@"):
        return text.encode("utf-8", "surrogatepass"), "--json"
    source = "standard input" if text == "-" else f'"{text[1:]}"'
    try:
        raw = _read_standard_input() if text == "-" else _read(Path(text[1:]))
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise click.UsageError(f"--json: cannot read {source}: {getattr(error, 'strerror', error)}") from None
    if len(raw) > MAX_INPUT_BYTES:
        raise click.UsageError(f"{source}: expected at most {MAX_INPUT_BYTES} bytes, got more")
    return raw, source


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MAX_INPUT_BYTES + 1)


def _read_standard_input() -> bytes:
    if sys.stdin is None:  # closed before we were started
        raise ValueError("it is closed")
    return sys.stdin.buffer.read(MAX_INPUT_BYTES + 1)


def _wrong_json(source: str, problem: str) -> click.UsageError:
    return click.UsageError(f"{source}: expected a JSON object, {problem}")


def _place(error: json.JSONDecodeError, text: str) -> str:
    """Line and column in the text as it was given: `decode` leaves blanks in front of it out."""
    place = error.pos + len(text) - len(text.lstrip(" \t\n\r"))
    if not text.strip():
        return "got nothing"
    line, column = text.count("\n", 0, place) + 1, place - text.rfind("\n", 0, place)
    return f"{error.msg[:1].lower()}{error.msg[1:]} at line {line}, column {column}"


def _target(endpoint: str | None, region: str | None, language: str | None) -> Target:
    from .client.outgoing import Target

    try:
        return Target.of(endpoint, region, language)
    except ValueError as error:
        raise click.UsageError(str(error)) from None


def _prepared(name: str, params: Mapping[str, JSON], *, check: bool) -> tuple[Action, bytes]:
    """The action and its body, before anything else is looked for.  Raises InvalidCall."""
    from .client.outgoing import action_of, body_of

    api = load_api()
    action = action_of(api, name, check=check)
    return action, body_of(api, action, params, check=check)


# --- the call ------------------------------------------------------------------------------------------------------


def _opened(action: Action, proxy: str | None, ca_file: str | None) -> HttpClient[Any]:
    from .client.transports import Connection

    try:
        return Connection(proxy=proxy, ca_file=ca_file).open()
    except ImportError as error:  # no HTTP library, or one that lacks what a proxy needs
        missing = NotSent(str(error))
        missing.action = action.name
        raise missing from error
    except OSError as error:  # of TLS, too: a file of the environment's that is no PEM
        raise click.UsageError(f"SSL_CERT_FILE or SSL_CERT_DIR: cannot be used: {error.strerror or error}") from None
    except Exception as error:
        argument, _, problem = str(error).partition(":")
        if argument in ("ca_file", "proxy"):  # the connection's own words
            raise click.UsageError(f"--{argument.replace('_', '-')}:{problem}") from None
        # Never the text of another: the URL of a proxy may hold a password.
        raise click.UsageError(f"the environment's proxy: no URL of one ({type(error).__name__})") from None


def _client(http: HttpClient[Any], target: Target, timeout: float, attempts: int, *, check: bool) -> Client:
    from .client import Client, Retries
    from .client.flow import log

    if not log.hasHandlers():  # what it would print on standard error is told here, once
        log.addHandler(NullHandler())
    try:
        return Client(
            endpoint=target.url,
            region=target.region,
            language=target.language,
            retries=Retries(attempts=attempts, deadline_seconds=max(120.0, timeout)),
            timeout_seconds=timeout,
            on_attempt=_tell_attempt,
            check_parameters=check,
            check_answers=check,
            http=http,
        )
    except CredentialError:
        raise
    except ValueError as error:  # NaN seconds, which no range of click's excludes
        raise click.UsageError(str(error)) from None


def _answer(client: Client, action: Action, params: Mapping[str, JSON]) -> Answer:
    """Raises CccError only: a fault of our own, left to Python, would end with 1, which means refused."""
    try:
        return client.call(action.name, params)
    except CccError:
        raise
    except Exception as error:
        frame = traceback.extract_tb(error.__traceback__)[-1]
        lost = AnswerLost(f"this program failed: {type(error).__name__} in {Path(frame.filename).name}:{frame.lineno}")
        lost.action = action.name
        raise (lost if action.effect == "read" else CallOutcomeUnknown(lost, dials=action.dials)) from error


# --- a fake, or people ---------------------------------------------------------------------------------------------


def _expect_fake(
    http: HttpClient[Any], target: Target, action: Action, params: Mapping[str, JSON], timeout: float
) -> None:
    """Raises _RealCall; NotSent where nobody is there who could have called."""
    from .proof import SECONDS, why_real

    doubt = why_real(http, target.url, seconds=min(timeout, SECONDS))
    if isinstance(doubt, NotSent):
        doubt.action = action.name
        raise doubt
    if doubt is not None:
        raise _RealCall(
            f"{action.name} was not sent: it calls {_people(params)}, and {target.url} did not prove to be a fake: "
            f"{doubt.problem}; to place a real call add {FLAG}"
        )


def _people(params: Mapping[str, JSON]) -> str:
    """Who would be called, as far as may be printed."""
    numbers = list(_callees(params))
    if not numbers:
        return "people"
    more = f" and {len(numbers) - _SHOWN} more" if len(numbers) > _SHOWN else ""
    return ", ".join(map(_masked, numbers[:_SHOWN])) + more


_SHOWN = 3


def _callees(params: Mapping[str, JSON]) -> Iterator[str]:
    """The numbers under `Callee` and `Callees`, wherever in the parameters they stand."""
    left: list[JSON] = [params]
    while left:  # no recursion: without a check they may be nested as deep as anybody likes
        value = left.pop()
        for name, item in value.items() if isinstance(value, dict) else enumerate(value):
            if isinstance(item, str) and name in ("Callee", "Callees"):
                yield item
            elif name == "Callees" and isinstance(item, list):
                yield from (each for each in item if isinstance(each, str))
            elif isinstance(item, (dict, list)):
                left.append(item)


def _masked(number: str) -> str:
    shown = without_numbers(number)
    return shown if shown != number else "…"


# --- what is printed -----------------------------------------------------------------------------------------------


def _show(
    action: Action, body: bytes, target: Target, timestamp: int, ca_file: str | None, *, as_json: bool = False
) -> int:
    from .client.caller import agent
    from .client.credentials import Credential
    from .client.outgoing import Signer
    from .preview import Preview

    credential = Credential.from_environment()
    request = Signer(target, agent=agent()).request(action, body, credential, timestamp)
    preview = Preview.of(request, credential.secret_key, target.url, ca_file=ca_file)
    if not _is_printed(json.dumps(preview.as_json(), indent=2) if as_json else "\n".join(preview.lines())):
        _say("what would be sent could not be written")
        return NO_ANSWER
    if action.dials:
        people = _people(json.loads(body))
        _say(f"nothing was sent; the curl line, where it is run, calls {people}, unless {target.url} is a fake")
    return ANSWERED


def _print_answer(answer: Answer, action: Action) -> int:
    response = {**answer.result, "RequestId": answer.request_id}
    if _is_written(response):
        return ANSWERED
    names = ", ".join(f"{name} {value}" for name, value in response.items() if name.endswith("Id"))
    _say(f"{action.name} was answered, and that could not be written: {names}")
    return NO_ANSWER if action.effect == "read" else UNKNOWN


def _is_written(response: JSON) -> bool:
    """Print it; False where that cannot be done, which must not end in 1: that means refused."""
    try:
        return _is_printed(_dumped(response))
    except RecursionError:  # nested beyond everything
        return False


def _dumped(response: JSON) -> str:
    try:
        return json.dumps(response, indent=2, ensure_ascii=False)
    except RecursionError:  # nested deeper than it can be indented
        return json.dumps(response, ensure_ascii=False)


def _is_printed(text: str) -> bool:
    """Print it; False where standard output takes no more."""
    try:
        click.echo(_shown(text))
    except OSError:
        let_nobody_read(sys.stdout)
        return False
    return True


def _tell(error: Exception) -> int:
    """Say on standard error what went wrong and what to do; the exit code for it."""
    if isinstance(error, InvalidCall) and error.violations:
        count = len(error.violations)
        places = "one place" if count == 1 else f"{count} places"
        _say(
            f"{error.action} was not sent: it breaks the contract in {places}",
            *_indented(without_numbers(str(violation)) for violation in error.violations),
        )
    else:
        refused = f"{error.action} was refused: " if isinstance(error, ApiError) else ""
        _say(f"{refused}{error}", *_indented(_advice(error)))
    _say_notes(error)
    told = error.reason if isinstance(error, CallOutcomeUnknown) else error
    if isinstance(told, ApiError):
        _is_written({"Error": {"Code": told.code, "Message": told.message}, "RequestId": told.request_id})
    return next((code for kind, code in _EXITS if isinstance(error, kind)), UNKNOWN)


def _indented(lines: Iterable[object]) -> Iterator[str]:
    return (f"  {line}" for line in lines)


def _advice(error: Exception) -> Iterator[str]:
    """What its class says to do about it, in its first line."""
    if isinstance(error, CallOutcomeUnknown):
        yield "Do not repeat it blindly: look whether it happened first, or ask a person."
    elif isinstance(error, (ApiError, TransportError)) and type(error) is not ApiError:
        first = (type(error).__doc__ or "").partition("\n")[0]  # with -OO there is none
        yield " ".join(first.split())


def _tell_attempt(attempt: Attempt) -> None:
    if attempt.next_in_seconds is not None:
        _say(f"attempt {attempt.number}: {attempt.error}; again in {attempt.next_in_seconds:.1f} s")


def _say_notes(error: BaseException) -> None:
    for note in getattr(error, "__notes__", ()):
        _say(note)


def _say(*lines: str) -> None:
    for number, line in enumerate(lines):
        say(("" if number else "ccc-contract: ") + _shown(line))


def _shown(text: str) -> str:
    """Text that moves no terminal's cursor: what does not print is escaped as JSON escapes it."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() or each == "\n" else json.dumps(each)[1:-1] for each in text)
