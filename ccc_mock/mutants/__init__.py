"""Fakes that are wrong on purpose, one way each: to grade a suite, or one's own tests (docs/mutants.md)."""

from .table import MUTANTS, NoMutant, made, mutant

__all__ = ["MUTANTS", "NoMutant", "made", "mutant"]
