"""An offline fake of Tencent Cloud Contact Center's API (ccc.tencentcloudapi.com, version 2020-02-10).

`Endpoint().handle(request)` is the fake in process; `ccc-mock serve` is the same on a socket.
"""

from .accounts import DEFAULT_CREDENTIAL, Credential
from .clock import Clock
from .endpoint import Endpoint
from .exchange import Delivery, NotSupportedByFake, Reply
from .settings import Settings

__all__ = [
    "DEFAULT_CREDENTIAL",
    "Clock",
    "Credential",
    "Delivery",
    "Endpoint",
    "NotSupportedByFake",
    "Reply",
    "Settings",
]
