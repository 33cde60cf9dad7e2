"""Lets Python programs trust the fake although they insist on certifi's bundle: `ccc-mock exec` copies this file.

Python imports it at its start, in place of any other of that name, which is therefore run first.  It runs in the
command's own Python, of whatever version, and imports nothing of ccc-mock's.
"""

import os
import sys
from importlib.machinery import PathFinder
from importlib.util import module_from_spec

HERE = os.path.dirname(os.path.abspath(__file__))
BUNDLE = os.path.join(os.path.dirname(HERE), "bundle.pem")


def _where() -> str:
    return BUNDLE


def _contents() -> str:
    with open(BUNDLE, encoding="ascii") as file:
        return file.read()


class _Finder(PathFinder):
    """Finds certifi, also one that somebody vendored, as it would have been found, and gives it our bundle."""

    @classmethod
    def find_spec(cls, fullname, path=None, target=None):  # type: ignore[no-untyped-def]  # as the interpreter calls it
        if fullname != "certifi.core" and not fullname.endswith(".certifi.core"):
            return None
        spec = super().find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            run = spec.loader.exec_module

            def exec_module(module):  # type: ignore[no-untyped-def]
                run(module)
                module.where, module.contents = _where, _contents

            spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec


def _run_the_hidden_one() -> None:
    """Only what comes behind our folder was hidden by it: another run of `ccc-mock exec` may stand before it."""
    places = [os.path.abspath(place) for place in sys.path]
    behind = sys.path[places.index(HERE) + 1 :] if HERE in places else []
    spec = PathFinder.find_spec("sitecustomize", behind)
    if spec is not None and spec.loader is not None:
        hidden = module_from_spec(spec)
        sys.modules["sitecustomize"] = hidden
        spec.loader.exec_module(hidden)


if __name__ == "sitecustomize":
    sys.meta_path.insert(0, _Finder)
    _run_the_hidden_one()
