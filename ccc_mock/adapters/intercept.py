"""Which fakes are active in this process, and which of them a call belongs to.

Context variables say it where they reach: not into `ThreadPoolExecutor`, not into `run_in_executor`.  There the
credential says it, or that there is only one fake; where neither does, nothing is answered.
"""

from __future__ import annotations

import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from importlib import import_module
from typing import Protocol

from ccc_contract.http import Request

from .line import Answer
from .patches import Arrivals, Patch


class NoFake(BaseException):
    """A call would have reached the real service, and no fake answers it.

    No Exception: a client that takes it for a failure of the network would try again, and nobody would see it.
    """


class Watcher:
    """Somebody who is to learn of what was refused while he was there."""

    def __init__(self) -> None:
        self.refused: list[str] = []
        """Calls, of whatever thread, that would have reached the real service; a sentence for each."""


class Target(Protocol):
    """A fake that calls can belong to."""

    refused: list[str]

    def knows(self, request: Request) -> bool:
        """Is the request signed with a credential of this fake?"""

    def knew(self) -> Iterable[str]:
        """The SecretIds that no other fake ever has."""

    def answer(self, request: Request) -> Answer:
        """Play one request.  Raises NotSupportedByFake."""


_LIBRARIES = {
    "requests": "for_requests", "httpx": "for_httpx", "httpx2": "for_httpx",
    "socket": "guard", "http.client": "for_http_client", "uvloop": "guard", "aiohttp": "guard",
    "requests_mock": "for_requests_mock",
}  # fmt: skip
"""Package → the module here that knows what to replace in it."""

_lock = threading.RLock()
_active: list[Target] = []
_guards: list[Watcher] = []
_context: ContextVar[tuple[Target, ...]] = ContextVar("ccc_mock fakes", default=())
_ended: deque[str] = deque(maxlen=4096)
_patches: dict[str, list[Patch]] = {}
_put: list[str] = []


def begin(target: Target) -> None:
    """From now on calls can belong to this fake."""
    _look_for_arrivals()
    with _lock:
        _replace_what_is_there()
        _active.append(target)
    _context.set((*_context.get(), target))


def end(target: Target) -> None:
    """From now on calls that belong to this fake are refused, as long as anybody is there to refuse them."""
    _context.set(tuple(each for each in _context.get() if each is not target))
    with _lock:
        _active.remove(target)
        _ended.extend(target.knew())
        _uninstall()


def begin_guard(watcher: Watcher) -> None:
    """From now on nothing reaches the real service, whether a fake is active or not."""
    _look_for_arrivals()
    with _lock:
        _replace_what_is_there()
        _guards.append(watcher)


def end_guard(watcher: Watcher) -> None:
    with _lock:
        _guards.remove(watcher)
        _uninstall()


def active() -> tuple[Target, ...]:
    """The fakes that calls can belong to now."""
    with _lock:
        return tuple(_active)


def is_watching() -> bool:
    """Is anybody there who keeps calls from the real service?"""
    return bool(_active or _guards)


def answer(request: Request) -> Answer:
    """Let the fake answer that the request belongs to.  Raises NoFake, and NotSupportedByFake."""
    current = _context.get()
    if current and _active == [current[-1]]:
        return current[-1].answer(request)
    return _owner(request, current).answer(request)


def _owner(request: Request, current: tuple[Target, ...]) -> Target:
    active = list(_active)
    here = [target for target in current if target in active]
    what = _named(request)
    if here and here[-1].knows(request):
        return here[-1]
    knowing = [target for target in active if target.knows(request)]
    if len(knowing) == 1:
        return knowing[0]
    if _is_of_an_ended_fake(request) or (current and not here):
        raise refuse("it belongs to a fake that has ended: join the thread, or await the task, before it does", what)
    if here:
        return here[-1]
    if len(active) == 1:
        return active[0]
    if not active:
        raise refuse("no fake is active: use the fixture `ccc`, or `with ccc_mock.fake() as ccc:`", what)
    raise refuse(
        f"{len(active)} fakes are active, and neither its context nor its credential says which of them it belongs to: "
        "sign it with the credentials of the one that is meant",
        what,
    )


def _named(request: Request) -> str:
    action = request.headers.text(b"x-tc-action") or request.method
    return f"{action} was called at {request.headers.text(b'host') or 'the service'} and stopped"


def _is_of_an_ended_fake(request: Request) -> bool:
    text = b"\n".join([request.headers.get(b"authorization") or b"", request.query, request.body[:4096]])
    return any(secret_id.encode() in text for secret_id in _ended)


def refuse(why: str, what: str) -> NoFake:
    """The error for a call that goes nowhere, told to everybody who is there: `what` was stopped, and `why`."""
    sentence = f"{what}: {why}"
    with _lock:
        watchers: list[Target | Watcher] = [*_active, *_guards]
        for watcher in watchers:
            watcher.refused.append(sentence)
    return NoFake(sentence)


def _look_for_arrivals() -> None:
    """Hear of what is imported from here on, and wait, without the lock, for what others are importing just now."""
    with _lock:
        _hear()
    for package in _LIBRARIES:
        if _is_being_imported(package):
            import_module(package)


def _hear() -> None:
    if _arrivals not in sys.meta_path:
        sys.meta_path.insert(0, _arrivals)


def _is_being_imported(package: str) -> bool:
    return bool(getattr(getattr(sys.modules.get(package), "__spec__", None), "_initializing", False))


def _replace_what_is_there() -> None:
    _hear()  # another thread's fake may have been the last one just now
    try:
        for package in _LIBRARIES:
            if package in sys.modules and not _is_being_imported(package):
                _replace(package)
    except BaseException:
        _uninstall()
        raise


def _arrived(package: str) -> None:
    with _lock:
        if _arrivals in sys.meta_path:
            _replace(package)


_arrivals = Arrivals(_LIBRARIES, _arrived)


def _replace(package: str) -> None:
    if package in _put:
        return
    if package not in _patches:
        patches: Callable[[str], list[Patch]] = import_module(f".{_LIBRARIES[package]}", __package__).patches
        _patches[package] = patches(package)
    for patch in _patches[package]:
        patch.put()
    _put.append(package)


def _uninstall() -> None:
    if is_watching():
        return
    if _arrivals in sys.meta_path:
        sys.meta_path.remove(_arrivals)
    while _put:
        for patch in reversed(_patches[_put.pop()]):
            patch.take_back()
