"""The world beside a naive one: whatever is done, in whatever order, they tell the same."""

from __future__ import annotations

from hypothesis import settings

from world_machine import Worlds

Worlds.TestCase.settings = settings(max_examples=100, stateful_step_count=50)
TestTheWorldIsAsANaiveOne = Worlds.TestCase
