"""A verdict for people: the conversation that shows it, a line for curl, and a test to paste.  Pure."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from ..http import Request, Response
from . import spoiling
from .judging import Verdict
from .reply import Reply

MAX_SHOWN = 600
"""Characters of a request or an answer."""
MAX_REPLIES = 6
MAX_ARGUMENT_BYTES = 100_000


def lines_of(verdict: Verdict, url: str, *, is_live: bool = False) -> Iterator[str]:
    """Everything about one that differs; of a live target nothing that is signed."""
    prop = verdict.property
    yield f"{prop.family}: {prop.name}"
    yield f"  law       {prop.law}"
    yield f"  known     {prop.confidence}, {prop.source}"
    if verdict.violation is None:
        yield f"  why       {verdict.why}"
        return
    yield f"  expected  {verdict.violation.expected}"
    yield f"  got       {clipped(verdict.why.partition('; got ')[2] or verdict.violation.got)}"
    replies = verdict.heard[-MAX_REPLIES:]
    if len(replies) < len(verdict.heard):
        yield f"  asked     {len(verdict.heard) - len(replies)} requests, and then"
    for reply in replies:
        yield f"  request   {clipped(repr(reply.draft))}"
        yield f"  answer    {clipped(reply.response.text)}"
    shown = verdict.violation.reply or (replies[-1] if replies else None)
    if is_live:
        return
    if shown is not None:
        of_many = "" if len(verdict.heard) == 1 else f"(one of {len(verdict.heard)} requests; the test has all) "
        yield f"  curl      {of_many}{curl(shown.request, url)}"
    yield "  as a test"
    yield from (f"    {line}".rstrip() for line in snippet(verdict, url))


def clipped(text: str) -> str:
    """On one line, and no terminal's cursor is moved."""
    text = "".join(each if each.isprintable() else repr(each)[1:-1] for each in text)
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}… ({len(text)} characters)"


def told(request: Request) -> str:
    """What it asks for, without what signs it: for a target that is real."""
    action = request.headers.text(b"x-tc-action")
    params = (request.body or request.query).decode("utf-8", "replace")
    return " ".join(filter(None, [request.method, action, clipped(_SECRET.sub(r"\1=…", params))]))


def alarm(why: str, request: Request, response: Response, url: str) -> Iterator[str]:
    """What to look at where an answer of a live target has a SessionId."""
    yield f"ccc-contract: STOPPED. {why}."
    yield f"  What was sent to {url}: {told(request)}"
    yield f"  What it answered: {clipped(response.text)}"
    yield "  Look in the console of the contact center whether somebody is called, and end that call there."


_SECRET = re.compile(r"\b(Signature|Token|SecretId)=[^&]*")


def curl(request: Request, url: str) -> str:
    """The very request.  At a fake its account stays, with its clock, so that it goes on to be good."""
    target = request.target.decode("latin-1")
    words = ["curl", "--silent", "--show-error", "--request", request.method, "--globoff"]
    if target.isprintable() and target.isascii():
        words.append(url.rstrip("/") + target)
    else:
        return "not shown: its target is not printable"
    line = " ".join(map(shlex.quote, words))
    for name, value in request.headers.lines:
        line += " --header " + shlex.quote(f"{name.decode()}: {value.decode('utf-8', 'replace')}")
    if not request.body:
        return line + (" --data-raw ''" if request.method == "POST" else "")
    if len(request.body) > MAX_ARGUMENT_BYTES:
        return f"not shown: {len(request.body)} bytes of body; the test below sends it"
    try:
        text = request.body.decode()
    except UnicodeDecodeError:
        text = ""
    if text and text.isprintable():
        return f"{line} --data-raw {shlex.quote(text)}"
    octal = "".join(f"\\{byte:03o}" for byte in request.body)
    return f"printf '{octal}' | {line} --data-binary @-"


def snippet(verdict: Verdict, url: str) -> Iterator[str]:
    """A test that fails as this did."""
    prop = verdict.property
    if prop.check is None:
        yield from _conversation(verdict.heard, prop.name, url)
        return
    drawn = "".join(f", {name}={value!r}" for name, value in verdict.drawn.items())
    yield "from ccc_contract.suite.connecting import connected"
    yield "from ccc_contract.suite.draft import Draft"
    yield f"from {prop.check.__module__} import {prop.name}"
    spoils = [name for name in spoiling.__all__ if re.search(rf"\b{name}\b", drawn)]
    if spoils:
        yield f"from ccc_contract.suite.spoiling import {', '.join(spoils)}"
    yield ""
    yield f"def test_{prop.name}() -> None:"
    yield f"    with connected({url!r}) as service:"
    yield f"        {prop.name}.check(service{drawn})"


def _conversation(replies: tuple[Reply, ...], name: str, url: str) -> Iterator[str]:
    yield "from ccc_contract.suite.connecting import connected"
    yield "from ccc_contract.suite.draft import Draft"
    yield ""
    yield f"def test_{name}() -> None:"
    yield f"    with connected({url!r}) as service:"
    for reply in replies:
        yield f"        reply = service.ask({reply.draft!r})"
    yield "        assert reply.code == …  # see expected and got"
