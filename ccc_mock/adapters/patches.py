"""Attributes of other libraries that are replaced for a while, and put back exactly as they were found."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterable
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

Replacement = Callable[[Any], Any]
"""What was there → what is to be there."""

_NOTHING = object()


class PatchedOver(UserWarning):
    """Somebody replaced what a fake had replaced, and has not put it back."""


class Patch:
    """One attribute.  `make` gets what was there and gives what replaces it, which passes on what is not its own."""

    def __init__(self, owner: Any, name: str, make: Replacement) -> None:
        self._owner = owner
        self._name = name
        self._make = make
        self._found: object = _NOTHING
        self._ours: object = _NOTHING
        self._original: object = _NOTHING

    def put(self) -> None:
        there = vars(self._owner).get(self._name, _NOTHING)
        if there is self._ours and there is not _NOTHING:
            return  # somebody had replaced it, and put it back after we were gone
        self._found = there
        self._original = getattr(self._owner, self._name)
        self._ours = self._make(self._original)
        setattr(self._owner, self._name, self._ours)

    def take_back(self) -> None:
        there = vars(self._owner).get(self._name, _NOTHING)
        if there is self._original or there is self._found:
            return  # pytest-socket, for one, puts back at each test's end what it has known from the beginning
        if there is not self._ours:
            # Theirs holds ours, which passes everything on now; to overwrite it would undo what is not our doing.
            home = f"{self._owner.__module__}." if isinstance(self._owner, type) else ""
            warnings.warn(
                f"{home}{self._owner.__name__}.{self._name} was replaced while a fake of ccc-mock was active, and is "
                "left as it is: undo that before the fake ends",
                PatchedOver,
                stacklevel=2,
            )
        elif self._found is _NOTHING:
            delattr(self._owner, self._name)
        else:
            setattr(self._owner, self._name, self._found)


class Arrivals(MetaPathFinder):
    """Tells when a module has been imported that was not there yet; nothing is imported for its own sake."""

    def __init__(self, names: Iterable[str], tell: Callable[[str], None]) -> None:
        self._names = set(names)
        self._tell = tell

    def find_spec(self, name: str, path: Any, target: ModuleType | None = None) -> ModuleSpec | None:
        if name not in self._names:
            return None
        for finder in sys.meta_path:
            spec = None if finder is self else finder.find_spec(name, path, target)
            if spec is not None:
                self._watch(spec)
                return spec
        return None

    def _watch(self, spec: ModuleSpec) -> None:
        loader: Any = spec.loader
        execute = getattr(loader, "exec_module", None)
        if execute is None:
            return

        def exec_module(module: ModuleType) -> None:
            del loader.exec_module
            execute(module)
            self._tell(spec.name)

        loader.exec_module = exec_module
