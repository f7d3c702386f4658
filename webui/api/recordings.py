"""Recordings: list, search, show, edit, play, import, scan."""

import re
from collections.abc import Iterator
from pathlib import Path

from core.desk.recordings import Hearing, RecordingEdit, RecordingImport
from core.errors import Invalid, NotPossible
from webui import documents as docs
from webui.api.paging import following
from webui.api.queries import RecordingsQuery, TranscriptQuery
from webui.api.tasks import WORLD
from webui.calls import Call
from webui.files import FILE_CONDITIONS, Serving, disposition, file_answers, file_reply
from webui.receiving import Part
from webui.replies import JSON, Reply
from webui.routes import Content, Routes, Upload

routes = Routes("recordings")

_MILLISECONDS = re.compile(r"\d{1,14}", re.ASCII)
PLAIN, SUBTITLES = "text/plain", "application/x-subrip"
_TEXTS = {"txt": f"{PLAIN}; charset=utf-8", "srt": SUBTITLES, "json": JSON}


@routes.get("/recordings", Content(docs.RecordingList, headers=("Link",)), query=RecordingsQuery)
def list_recordings(call: Call) -> Reply:
    """Recordings, the newest first; `q` searches in what is said and in the names."""
    query = call.query
    page = call.service.recordings.page(
        status=query.status, q=query.q, limit=query.limit, cursor=query.cursor
    )
    return Reply(page, headers=following(call, page["next_cursor"], "cursor"))


@routes.get("/recordings/summary", docs.RecordingSummary)
def get_recording_summary(call: Call) -> Reply:
    """How many of each status, what their queue does, and what the last scan said."""
    return Reply(call.service.recordings.summary())


@routes.get("/recordings/engines", docs.SpeechEngines)
def list_speech_engines(call: Call) -> Reply:
    """Speech engines and models on this machine, and which are chosen."""
    return Reply(call.service.recordings.engines())


@routes.post("/recordings/scan", docs.ScanReport, raises=(NotPossible,))
def scan_recordings(call: Call) -> Reply:
    """Look at the whole notes folder now. 409 as long as the setting `recordings.folder` is
    empty."""
    return Reply(call.service.recordings.scan())


@routes.post(
    "/recordings/import",
    docs.ImportResults,
    body=RecordingImport,
    upload=Upload(
        {"file": "Audio files"},
        {"modified": "Before a file: when it was written last, in milliseconds since 1970"},
        2000,
    ),
    raises=(*WORLD, NotPossible),
)
def import_recordings(call: Call) -> Reply:
    """Copy audio files of this machine (by their paths), or those that are uploaded, into the notes
    folder, and queue them. What is there already is recognised by its content. One that is refused
    keeps none of the others from it."""
    desk = call.service.recordings
    if call.upload is None:
        return Reply(desk.import_paths(call.body.paths))
    return Reply(desk.import_files(list(_uploaded(call.upload))))


def _uploaded(parts: list[Part]) -> Iterator[tuple[str, Path, float | None]]:
    """(name, where it lies, when it was recorded) of each file."""
    at = None
    for part in parts:
        if part.name == "modified" and not part.filename:
            text = part.text()
            at = int(text) / 1000 if _MILLISECONDS.fullmatch(text) else None
        elif part.filename:
            yield part.last_name(), part.path, at
            at = None


@routes.get("/recordings/{id}", docs.RecordingDocument)
def get_recording(call: Call) -> Reply:
    """All of a recording, with its segments and words."""
    return Reply(call.service.recordings.get(call.id))


@routes.patch("/recordings/{id}", docs.RecordingDocument, body=RecordingEdit, raises=(NotPossible,))
def edit_recording(call: Call) -> Reply:
    """Another text; what was heard is kept, and null brings it back. The sidecars follow."""
    return Reply(call.service.recordings.edit(call.id, call.body.text))


@routes.delete(
    "/recordings/{id}",
    {204: Content(media_types=(), description="Gone")},
    raises=(NotPossible,),
)
def delete_recording(call: Call) -> Reply:
    """Forget a recording; its audio and sidecars go into `.trash` of the notes folder."""
    call.service.recordings.delete(call.id)
    return Reply(None, 204)


@routes.post(
    "/recordings/{id}/transcribe",
    {202: docs.RecordingDocument},
    body=Hearing,
    is_body_optional=True,
    raises=(NotPossible, Invalid),
)
def transcribe_recording(call: Call) -> Reply:
    """Transcribe it (again), perhaps by another engine. What was heard stays until then."""
    return Reply(call.service.recordings.transcribe(call.id, call.body), 202)


@routes.get("/recordings/{id}/audio", file_answers("audio/*"), headers=FILE_CONDITIONS)
def get_recording_audio(call: Call) -> Reply:
    """The audio itself; a part of it by `Range`."""
    descriptor, media_type, name = call.service.recordings.audio(call.id)
    return file_reply(call, descriptor, Serving(media_type, name=name))


@routes.get(
    "/recordings/{id}/text",
    Content(media_types=(PLAIN, SUBTITLES, JSON), headers=("Content-Disposition",)),
    query=TranscriptQuery,
)
def get_recording_text(call: Call) -> Reply:
    """The transcription as text, as subtitles or as JSON; to be saved."""
    content, name = call.service.recordings.text(call.id, call.query.format)
    headers = {
        "Content-Disposition": disposition(name, True),
        "Content-Security-Policy": "sandbox",
    }
    return Reply(content.encode(), 200, headers, _TEXTS[call.query.format])
