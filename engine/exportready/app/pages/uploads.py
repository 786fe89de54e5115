"""The files of a form."""

from __future__ import annotations

from starlette.datastructures import FormData, UploadFile

from exportready.app.staging import Upload


def uploads_of(form: FormData) -> list[Upload]:
    """Return the files that were dropped or chosen. A form that was sent without one has an empty one."""
    found = [one for one in form.getlist("files") if isinstance(one, UploadFile)]
    return [Upload(one.filename or "", one.file) for one in found if one.filename]
