"""The fake as one function, request in and response out: what a server does, without one."""

from __future__ import annotations

from collections.abc import Callable

from ccc_contract.http import Request, Response

from .control import Control, is_control
from .endpoint import Endpoint


def answering(endpoint: Endpoint, control: Control | None = None) -> Callable[[Request], Response]:
    """`/_ccc/…` to control, everything else to the endpoint.  How a reply is to be brought (faults) is not done."""
    control = control or Control(endpoint)

    def answer(request: Request) -> Response:
        if is_control(request.path):
            return control.handle(request)
        exchange = endpoint.exchange(request)
        endpoint.delivered(exchange)
        status, headers, body, _ = exchange.reply
        return Response(status, headers, body)

    return answer
