"""Errors and faults on demand: what is to happen to the next calls, written as one line of text (docs/plans.md)."""
