"""An upload on its way."""

from pydantic import Field

from webui.documents.base import Document


class UploadDocument(Document):
    """An upload that is not complete."""

    id: str = Field(description="The `Upload-Id` that the client gave it")
    received: int = Field(description="Bytes of the body that have arrived")
    size: int = Field(description="Bytes of the whole body")
