"""The key issues of a result, and what waits on each (docs/engineer/inference.md)."""

from exportready.causes.explain import Causes, explain

__all__ = ["Causes", "explain"]
