"""What actions do: one function an action, `(world, params) -> result`, found by the action's name.

Each module below handles a family; importing it registers its functions.
"""

from . import calls
from .handlers import HANDLERS, Handler, World

__all__ = ["HANDLERS", "Handler", "World", "calls"]
