"""The settings: read, and change one by one."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, create_model

from core.settings import Settings
from webui.calls import Call
from webui.replies import Reply
from webui.routes import Routes

routes = Routes("settings")


def _optional(model: type[BaseModel]) -> dict[str, Any]:
    """The fields of a model, each of which may be left out or null."""
    found: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        kind: Any = field.annotation
        for limit in field.metadata:
            kind = Annotated[kind, limit]
        alias = field.alias or name
        found[name] = (kind | None, Field(None, alias=alias, description=field.description))
    return found


#: A change of settings. Unknown names pass here although the description forbids them, so that the
#: settings desk can say which name is close.
SettingsPatch: type[BaseModel] = create_model(
    "SettingsPatch",
    __config__=ConfigDict(extra="allow", json_schema_extra={"additionalProperties": False}),
    __doc__="Settings to change; what is absent stays, null brings the default back.",
    **_optional(Settings),
)


@routes.get("/settings", Settings)
def get_settings(call: Call) -> Reply:
    """Every setting, defaults included."""
    return Reply(call.service.settings.get())


@routes.patch("/settings", Settings, body=SettingsPatch)
def change_settings(call: Call) -> Reply:
    """Change some; the rest stays, null brings a default back. All of them afterwards."""
    changes = call.body.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return Reply(call.service.settings.patch(changes))
