"""Uploads that are not complete: how much has arrived, so that the rest can be sent."""

from webui.calls import Call
from webui.documents import UploadDocument
from webui.replies import Reply
from webui.routes import Content, Routes

routes = Routes("uploads")


@routes.get("/uploads/{upload}", UploadDocument)
def show_upload(call: Call) -> Reply:
    """How much of an upload that was begun under this `Upload-Id` has arrived. A connection that
    still sends it is cut off, so that the number stays true; 404 when it is complete, was never
    begun, or broke off more than an hour ago."""
    return Reply(call.context.uploads.state(call.places["upload"]))


@routes.delete("/uploads/{upload}", {204: Content(media_types=(), description="Gone")})
def end_upload(call: Call) -> Reply:
    """Remove what has arrived of an upload that shall not be continued."""
    call.context.uploads.end(call.places["upload"])
    return Reply(None, 204)
