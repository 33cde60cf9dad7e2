"""`--ccc-fidelity`: what fails a test whose answers rest on what is only assumed of the service."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from ..endpoint import Endpoint
from .marker import accepted_by
from .options import options_of

if TYPE_CHECKING:
    from ..assumptions.floor import Floor, Found


def floor_of(item: pytest.Item, endpoint: Endpoint) -> Floor | None:
    """What watches the fake of a test; None where the run does not ask for it."""
    options = options_of(item.config)
    if not options.fidelity:
        return None
    from ..assumptions.floor import Floor  # runs without it load nothing of it

    floor = Floor(options.accepted | accepted_by(item))
    endpoint.watch = floor.watch
    return floor


def findings(floor: Floor) -> Iterator[str]:
    """A text for each assumption that decided an answer: what it is, where it is from, and how to accept it."""
    for found in floor.found.values():
        yield _text(found)


_KINDS = {"order": "the place of a check", "setting": "a setting", "rule": "a rule of a world", "reading": "a reading"}


def _text(found: Found) -> str:
    point, more = found.point, f", and {found.count - 1} more," if found.count > 1 else ""
    default = f" (here {point.default})" if point.default and len(point.default) < 40 else ""
    return (
        f"ccc-mock: call {found.n}{more} was told {found.verdict} by what is only assumed of the service; read the "
        f"other way: {found.otherwise}\n"
        f"  {point.name}, {_KINDS[point.kind]}: {point.says}{default}; source: {point.source}\n"
        f"Nobody saw the service do so: let the test pass either way.  To accept it: @pytest.mark.ccc("
        f"accept={{{point.name!r}: 'your reason'}}), or for every test a line of `ccc_accept` in the ini: "
        f"{point.name}: your reason"
    )
