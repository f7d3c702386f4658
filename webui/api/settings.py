"""The settings."""

from core.settings import Settings
from webui import documents as docs
from webui.calls import Call
from webui.replies import Reply
from webui.routes import Routes

routes = Routes("settings")


@routes.get("/settings", Settings)
def get_settings(call: Call) -> Reply:
    """Every setting, defaults included."""
    return Reply(call.service.settings.get())


@routes.patch("/settings", Settings, body=docs.SettingsPatch)
def change_settings(call: Call) -> Reply:
    """Change some; the rest stays, null brings a default back. All of them afterwards."""
    changes = call.body.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return Reply(call.service.settings.patch(changes))
