"""The vector suite: signed requests with each step of their signatures, for signers and for whoever checks them."""

from .case import Case
from .suite import cases

__all__ = ["Case", "cases"]
