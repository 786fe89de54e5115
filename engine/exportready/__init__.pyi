from exportready.causes.engines import NoEngine as NoEngine
from exportready.check import CheckRequest as CheckRequest
from exportready.check import check as check
from exportready.evidence.files import NoSnapshot as NoSnapshot
from exportready.model.report import Report as Report
from exportready.rulebook.load import load_rulebook as load_rulebook
from exportready.schema.mistakes import MistakesFound as MistakesFound

__version__: str
__all__ = ["CheckRequest", "MistakesFound", "NoEngine", "NoSnapshot", "Report", "check", "load_rulebook"]
