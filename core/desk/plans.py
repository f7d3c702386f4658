"""Plans: what a preview saw, as a token; and whether the data are still as they were then. Pure.

A token holds what was counted and digests of what was seen, no data and no parameters. It is no
secret and proves nothing: whoever forges one deceives only themselves.
"""

import base64
import binascii
import hashlib
import json
from typing import Any

from core.documents import compact
from core.errors import Invalid, PlanDrifted

LONG = 60  #: characters of what was seen that a token holds as it is


def plan_of(name: str, params: dict[str, Any], preview: dict[str, Any]) -> str | None:
    """The token of a preview; None when it counted nothing, as there is nothing to hold on to.

    `params`: validated and complete, so that defaults that were written out make no difference.
    """
    if preview["count"] is None and preview["at_least"] is None:
        return None
    plan = {
        "type": name,
        "params": digest(params),
        "count": preview["count"],
        "at_least": preview["at_least"],
        "unit": preview["unit"],
        "first": digest(preview["sample"]),
        "seen": {k: v if len(v) <= LONG else digest(v) for k, v in preview["seen"].items()},
    }
    return base64.urlsafe_b64encode(compact(plan).encode()).decode().rstrip("=")


def digest(value: Any) -> str:
    """Sixteen characters that another value would not have."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=True, default=str)
    return "#" + hashlib.sha256(text.encode()).hexdigest()[:15]


def hold_to(token: str, name: str, params: dict[str, Any], preview: dict[str, Any]) -> None:
    """Raises PlanDrifted, saying how, when `preview` sees other data than the plan's did; Invalid
    when the token is none, or of another task than this one."""
    was = _read(token)
    if was["type"] != name or was["params"] != digest(params):
        raise _refused("The plan was made for other parameters: look at a preview of these")
    new = plan_of(name, params, preview)
    drift = ["it can no longer be counted"] if new is None else _drift(was, _read(new))
    if drift:
        raise PlanDrifted(f"Since the preview {'; '.join(drift)}", drift=drift)


def _drift(was: dict[str, Any], now: dict[str, Any]) -> list[str]:
    unit = now["unit"] or "records"
    found = []
    if _cannot_be_the_same(was, now):
        found.append(f"was {_counted(was)} {unit}, is {_counted(now)}")
    for what in sorted(was["seen"].keys() | now["seen"].keys()):
        old, new = was["seen"].get(what), now["seen"].get(what)
        if old == new:
            continue
        if old is None or new is None or "#" in (old[0], new[0]):
            found.append(
                f"the {what} changed" if not what.startswith("the ") else f"{what} changed"
            )
        else:
            found.append(f"{what}: was {old}, is {new}")
    if not found and was["first"] != now["first"]:
        found.append(f"the first {unit} changed")
    return found


def _cannot_be_the_same(was: dict[str, Any], now: dict[str, Any]) -> bool:
    """Of a count that was left in the middle only a lower bound is known."""
    if was["count"] is not None and now["count"] is not None:
        return was["count"] != now["count"]
    if was["count"] is not None:
        return now["at_least"] > was["count"]
    return now["count"] is not None and now["count"] < was["at_least"]


def _counted(plan: dict[str, Any]) -> str:
    if plan["count"] is not None:
        return f"{plan['count']:,}"
    return f"at least {plan['at_least']:,}"


def _read(token: str) -> dict[str, Any]:
    try:
        plan = json.loads(base64.urlsafe_b64decode(token.encode() + b"=" * (-len(token) % 4)))
        count, least, seen = plan["count"], plan["at_least"], plan["seen"]
        texts = [plan[k] for k in ("type", "params", "unit", "first")] + list(seen.values())
        whole = isinstance(count, int) or (count is None and isinstance(least, int))
        if whole and all(isinstance(text, str) for text in texts):
            return plan | {"seen": {k: v or " " for k, v in seen.items()}}
    except (ValueError, KeyError, TypeError, AttributeError, binascii.Error, RecursionError):
        pass
    raise _refused("This is no plan: take it as a preview answered it")


def _refused(message: str) -> Invalid:
    return Invalid(message, [{"pointer": "/plan", "message": message}])
