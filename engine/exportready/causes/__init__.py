"""The key issues of a result, and what each blocks (docs/engineer/inference.md)."""

from exportready.causes.explain import Causes, explain

__all__ = ["Causes", "explain"]
