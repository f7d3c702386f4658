"""A child process that tries foreign code for the service: imports a plug-in, makes a preview.

Run as `python -m core.errand`; one JSON request a line on standard input, one JSON answer a line
on the descriptor it was started with as standard output (what the code prints goes to standard
error). The service's side is `core.errands`. Nothing that happens here harms the service.
"""

import json
import os
import sys
import traceback
from pathlib import Path
from typing import Any

from core.errors import BrokenTaskType, LonghaulError
from core.paths import Roots
from core.registry import Registry, load_file


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """Do one errand; errors become part of the answer."""
    try:
        match request["errand"]:
            case "probe":
                load_file(Path(request["file"]))
                return {"ok": None}
            case "preview":
                return {"ok": _preview(request)}
            case other:
                raise ValueError(f"unknown errand {other!r}")
    except BrokenTaskType as error:
        line = error.extra.get("line")
        return {"broken": {"file": error.extra.get("file"), "line": line, "reason": error.detail}}
    except LonghaulError as error:
        return {"error": {"code": error.code, "detail": error.detail, "extra": error.extra}}
    except (Exception, SystemExit) as error:
        lines = traceback.format_exception_only(error)
        return {"failed": "".join(lines).strip(), "trace": traceback.format_exc()}


def _preview(request: dict[str, Any]) -> dict[str, Any]:
    registry = Registry(Path(request["folder"]))
    task_type = registry.get(request["type"])
    roots = Roots([Path(p) for p in request["roots"]])
    preview = task_type.from_params(request["params"]).preview(roots)
    return preview.model_dump(mode="json")


def main() -> None:
    """Answer until standard input ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # prints of foreign code must not get between the answers
    for line in sys.stdin:
        try:
            print(json.dumps(answer(json.loads(line))), file=answers, flush=True)
        except BrokenPipeError:  # who asked is gone
            os._exit(0)


if __name__ == "__main__":
    main()
