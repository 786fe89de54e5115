"""ServiceTitan's answer to a call that failed, which programs save as if it were the list.

The API answers with a problem report: `type`, `title`, `status`, `traceId`, `errors` (ApiErrorResponse in its OpenAPI documents, after RFC
7807). Its gateway and its login service answer with `statusCode` and `message`, or with `error` and `error_description`.
"""

from __future__ import annotations

from collections.abc import Mapping

from exportready.evidence.readers.servicetitan_lists import kinds_by_name
from exportready.kinds.nouns import noun

_SAYS = ("title", "message", "error_description", "error", "detail")
_MAX_TEXT = 200
_MAX_DETAILS = 3
_ADVICE = {
    401: "log in to the API again, then repeat the call",
    403: "give the program access to this list in ServiceTitan's developer portal, then repeat the call",
    404: "correct the address of the call, then repeat it",
    429: "wait a minute, then repeat the call",
}


def error_answer(answer: Mapping[str, object], path: str) -> str:
    """Return which call failed, why, and what to do, if an object is the answer to a failed call; else an empty text."""
    said = next((text.strip() for key in _SAYS if isinstance(text := answer.get(key), str) and text.strip()), "")
    codes = (answer.get(key) for key in ("status", "statusCode", "code"))
    status = next((code for code in codes if isinstance(code, int) and 400 <= code < 600), None)
    if not said or (status is None and not isinstance(answer.get("error"), str)):
        return ""
    details = "".join(f"; {detail}" for detail in _details(answer.get("errors"))[:_MAX_DETAILS])
    kinds = kinds_by_name(path)
    call = f"the call for the {noun(kinds[0].name, 2)}" if kinds else "a call"
    code = f" ({status})" if status else ""
    advice = _ADVICE.get(status or 0) or (
        "repeat the call later" if status and status >= 500 else "correct the call, then repeat it"
    )
    return (
        f"it isn't a list but ServiceTitan's error answer to {call}: {said[:_MAX_TEXT]}{code}{details[:_MAX_TEXT]}; {advice}"
    )


def _details(errors: object) -> list[str]:
    """Return what the answer says about each part of the call."""
    if not isinstance(errors, Mapping):
        return []
    return [
        f"{name}: {text}"
        for name, texts in errors.items()
        if isinstance(texts, list)
        for text in texts
        if isinstance(text, str)
    ]
