"""Did the code try again as it should?  Pure: judged from the journal alone, by a table of rules."""

from __future__ import annotations

from .finding import Finding, Ignored, NotJudged
from .judging import Audit, UnsoundRetries, audit
from .rules import RULES, Rule

__all__ = ["RULES", "Audit", "Finding", "Ignored", "NotJudged", "Rule", "UnsoundRetries", "audit"]
