"""The form of an answer, whatever it says."""

from __future__ import annotations

import re

from hypothesis import strategies as st

from ..envelope import CONTENT_TYPE
from .draft import Draft
from .mistakes import answered, refused, whatever
from .property import Family
from .reply import Reply
from .service import Service

envelope = Family("envelope", "the form of an answer, and its headers")

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_REFUSED = "doc-common-errors"
"""What a real target is asked is refused for a documented mistake each time (mistakes.py)."""


@envelope.holds("doc-responses", refusal=_REFUSED, draft=whatever)
def every_answer_is_an_envelope(service: Service, draft: Draft) -> None:
    """An answer is one JSON object with the single member Response, which is an object."""
    reply = service.ask(draft)
    alone = isinstance(reply.document, dict) and [*reply.document] == ["Response"]
    if not reply.has_no_behaviour and not (alone and isinstance(_inside(reply), dict)):
        service.fail('{"Response": {…}}', reply, reply)


def _inside(reply: Reply) -> object:
    return reply.document["Response"]


@envelope.holds("doc-responses", refusal=_REFUSED, draft=whatever)
def every_answer_has_a_request_id(service: Service, draft: Draft) -> None:
    """An answer carries a RequestId, which is a UUID in lower case."""
    reply = service.ask(draft)
    if not reply.has_no_behaviour and not (isinstance(reply.request_id, str) and _UUID.fullmatch(reply.request_id)):
        service.fail("a RequestId that is a UUID", repr(reply.request_id), reply)


@envelope.holds("sdk-source", "inferred", refusal=_REFUSED, draft=whatever)
def a_request_id_is_a_text(service: Service, draft: Draft) -> None:
    """RequestId is there, and a text that says something: the client for C++ takes an answer without one for none."""
    reply = service.ask(draft)
    if not reply.has_no_behaviour and not (isinstance(reply.request_id, str) and reply.request_id):
        service.fail("a RequestId", repr(reply.request_id), reply)


@envelope.holds("doc-responses", refusal=_REFUSED, draft=refused(), times=st.integers(2, 4))
def no_two_answers_share_a_request_id(service: Service, draft: Draft, times: int) -> None:
    """Each answer has a RequestId of its own, also where the same bytes are sent again."""
    told = [service.ask(draft).request_id for _ in range(times)]
    given = [each for each in told if each is not None]
    if len(set(map(str, given))) < len(given):
        service.fail("another RequestId for each request", f"{given[-1]!r} again")


@envelope.holds("raw-capture-2025-09", "observed", refusal=_REFUSED, draft=whatever)
def every_answer_comes_with_http_200(service: Service, draft: Draft) -> None:
    """Success or not, the HTTP status is 200."""
    reply = service.ask(draft)
    if not reply.has_no_behaviour and reply.response.status != 200:
        service.fail("HTTP 200", f"HTTP {reply.response.status}", reply)


@envelope.holds("raw-capture-2025-09", "observed", refusal=_REFUSED, draft=whatever)
def every_content_type_is_bare(service: Service, draft: Draft) -> None:
    """Content-Type is application/json with nothing behind it: the client for Python takes an error for a success
    where there is a charset."""
    reply = service.ask(draft)
    content_type = reply.response.header.get(b"content-type", b"")
    if not reply.has_no_behaviour and content_type != CONTENT_TYPE:
        service.fail(f"Content-Type: {CONTENT_TYPE.decode()}", content_type.decode("latin-1") or "none", reply)


@envelope.holds("raw-capture-2025-09", "observed", refusal=_REFUSED, draft=whatever)
def a_stated_length_is_that_of_the_body(service: Service, draft: Draft) -> None:
    """Where an answer states a Content-Length, it is that of its body."""
    reply = service.ask(draft)
    stated = reply.response.header.get(b"content-length")
    if stated is not None and stated != str(len(reply.response.body)).encode():
        service.fail(f"Content-Length: {len(reply.response.body)}", stated.decode("latin-1"), reply)


@envelope.holds("doc-request-structure", refusal=_REFUSED, draft=whatever)
def every_answer_is_in_utf_8(service: Service, draft: Draft) -> None:
    """The bytes of an answer are UTF-8, in whichever language it is."""
    reply = service.ask(draft.with_common(Language="zh-CN"))
    try:
        reply.response.body.decode()
    except UnicodeDecodeError as error:
        service.fail("a body in UTF-8", f"{error.object[error.start : error.start + 8]!r} in it", reply)


@envelope.holds("doc-responses", refusal=_REFUSED, draft=refused())
def an_error_is_a_code_and_a_message(service: Service, draft: Draft) -> None:
    """Error has Code and Message, which are texts that say something, and nothing else."""
    reply = service.ask(draft)
    error = reply.error
    says_something = all(isinstance(each, str) and each for each in error.values())
    if "Error" in reply.fields and not (says_something and error.keys() == {"Code", "Message"}):
        service.fail('{"Code": "…", "Message": "…"}', f"Error: {reply.fields['Error']!r}", reply)


@envelope.holds("doc-responses", refusal=_REFUSED, draft=refused())
def beside_an_error_there_is_only_a_request_id(service: Service, draft: Draft) -> None:
    """What is refused has no result."""
    reply = service.ask(draft)
    if "Error" in reply.fields and reply.result:
        service.fail("Error and RequestId", f"also {', '.join(reply.result)}", reply)


@envelope.holds("doc-responses", needs=("permission",), draft=answered)
def a_success_has_no_error(service: Service, draft: Draft) -> None:
    """Error is there where a request was refused, and only there."""
    reply = service.ask(draft)
    if not reply.code and "Error" in reply.fields:
        service.fail("no Error, or one with a Code", f"Error: {reply.fields['Error']!r}", reply)


@envelope.holds("tccli-3.1.189.1", needs=("permission",), draft=answered)
def a_success_has_only_declared_members(service: Service, draft: Draft) -> None:
    """A result's members are those that the action declares."""
    reply = service.ask(draft)
    strange = reply.result.keys() - service.api.actions[draft.action].output.members.keys()
    if not reply.code and strange - {"Error"}:
        service.fail(f"what {draft.action} declares", f"also {', '.join(sorted(strange))}", reply)


PROPERTIES = (
    every_answer_is_an_envelope,
    every_answer_has_a_request_id,
    a_request_id_is_a_text,
    no_two_answers_share_a_request_id,
    every_answer_comes_with_http_200,
    every_content_type_is_bare,
    a_stated_length_is_that_of_the_body,
    every_answer_is_in_utf_8,
    an_error_is_a_code_and_a_message,
    beside_an_error_there_is_only_a_request_id,
    a_success_has_no_error,
    a_success_has_only_declared_members,
)
