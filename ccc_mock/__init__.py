"""An offline fake of Tencent Cloud Contact Center's API (ccc.tencentcloudapi.com, version 2020-02-10).

`with ccc_mock.fake() as ccc:` is the fake for code that calls the service by its name; `Endpoint().handle(request)` is
what is behind it, and `ccc-mock serve` is the same on a socket.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .accounts import DEFAULT_CREDENTIAL, Credential
    from .adapters.intercept import NoFake
    from .clock import Clock
    from .endpoint import Endpoint
    from .exchange import NotSupportedByFake
    from .faking import Fake, fake, guard
    from .limits import Limits
    from .plans.words import PlanError
    from .reply import Delivery, Reply
    from .settings import Settings

__all__ = [
    "DEFAULT_CREDENTIAL",
    "Clock",
    "Credential",
    "Delivery",
    "Endpoint",
    "Fake",
    "Limits",
    "NoFake",
    "NotSupportedByFake",
    "PlanError",
    "Reply",
    "Settings",
    "fake",
    "guard",
]

_HOMES = {
    "DEFAULT_CREDENTIAL": "accounts",
    "Clock": "clock",
    "Credential": "accounts",
    "Delivery": "reply",
    "Endpoint": "endpoint",
    "Fake": "faking",
    "Limits": "limits",
    "NoFake": "adapters.intercept",
    "NotSupportedByFake": "exchange",
    "PlanError": "plans.words",
    "Reply": "reply",
    "Settings": "settings",
    "fake": "faking",
    "guard": "faking",
}


# The pytest plugin lives in this package and is imported by every test run of every project that has it installed:
# the names are found when they are asked for.
def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = globals()[name] = getattr(import_module(f".{_HOMES[name]}", __name__), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
