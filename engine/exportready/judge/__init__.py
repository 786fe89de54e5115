"""Judge rules on evidence, in three values."""

from exportready.judge.judge import judge

__all__ = ["judge"]
