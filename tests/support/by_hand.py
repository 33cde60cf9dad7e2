"""What clients that sign by hand send, as the fake takes it."""

from __future__ import annotations

from ccc_contract.http import Headers, Request
from ccc_mock.forensics import Diagnosis, Secret
from wrong_signers import ID, KEY, OTHER_ID, OTHER_KEY, Sent

SECRETS = (Secret(ID, KEY), Secret(OTHER_ID, OTHER_KEY))
ACTIONS = ("CreateAIAgentCall", "DescribeTelSession")


def as_request(sent: Sent) -> Request:
    headers = Headers((name.encode(), value.encode()) for name, value in sent.headers.items())
    return Request(sent.method, sent.path.encode(), sent.query.encode(), headers, sent.body)


def names(diagnosis: Diagnosis) -> list[str]:
    """What was found, by its names."""
    return [made.name for made in diagnosis.found]
