"""What actions do: one function an action, `(scene, params) -> result`, found by the action's name.

Each module below handles a family; importing it registers its functions.
"""

from . import calls, reads
from .handlers import HANDLERS, Handler, Scene

__all__ = ["HANDLERS", "Handler", "Scene", "calls", "reads"]
