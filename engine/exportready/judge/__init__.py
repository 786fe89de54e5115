"""Rules and records to outcomes, three-valued."""

from exportready.judge.judge import judge

__all__ = ["judge"]
