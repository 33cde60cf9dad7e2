"""Why does a signature not match?  Pure: the key is known here, so each known mistake can be made again and compared.

`diagnose(request, secrets)` recomputes the signature under each single mistake of a table, and then under pairs; what
makes the client's own signature byte for byte is proven.  Nothing else is told as a cause.
"""

from __future__ import annotations

from .diagnosis import Diagnosis, Made, Observation, Secret, Working
from .search import diagnose

__all__ = ["Diagnosis", "Made", "Observation", "Secret", "Working", "diagnose"]
