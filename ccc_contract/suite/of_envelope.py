"""The form of an answer, whatever it says."""

from __future__ import annotations

import re

from .draft import Draft
from .drawing import drafts
from .property import Family
from .service import Service

envelope = Family("envelope", "the form of an answer, and its headers")

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@envelope.holds("doc-responses", refusal="doc-create-ai-agent-call", draft=drafts())
def every_answer_is_an_envelope(service: Service, draft: Draft) -> None:
    """An answer is one JSON object with the single member Response, which is an object."""
    reply = service.ask(draft)
    if not reply.has_no_behaviour and not (isinstance(reply.document, dict) and [*reply.document] == ["Response"]):
        service.fail('{"Response": {…}}', reply, reply)


@envelope.holds("doc-responses", refusal="doc-create-ai-agent-call", draft=drafts())
def every_answer_has_a_request_id(service: Service, draft: Draft) -> None:
    """An answer carries a RequestId, which is a UUID in lower case."""
    reply = service.ask(draft)
    if not reply.has_no_behaviour and not (isinstance(reply.request_id, str) and _UUID.fullmatch(reply.request_id)):
        service.fail("a RequestId that is a UUID", repr(reply.request_id), reply)


PROPERTIES = (every_answer_is_an_envelope, every_answer_has_a_request_id)
