"""Task types as the API shows them, and the one place where parameters are checked."""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Protocol

from pydantic import BaseModel

from core.desk.plans import hold_to, plan_of
from core.errands import Errands
from core.errors import Invalid, NotFound, Unavailable
from core.paths import Roots
from core.sealed import hidden_in, hiding, sealed
from core.task_type import Preview, TaskType, pointer_part


class Registry(Protocol):
    """What the desks ask of `core.registry`."""

    def get(self, name: str) -> type[TaskType]: ...
    def all(self) -> dict[str, type[TaskType]]: ...
    def problems(self) -> list[dict[str, Any]]: ...


class TypeDesk:
    """Lists task types, checks parameters, previews a run."""

    def __init__(
        self, registry: Registry, errands: Errands, roots: Callable[[], Roots], data_dir: Path
    ):
        """`roots`: the folders that parameters may name files in, asked anew each time."""
        self._registry = registry
        self._errands = errands
        self._roots = roots
        self._folder = data_dir / "tasks"
        self._newest = Newest()

    def all(self) -> list[dict[str, Any]]:
        """Every task type, by title."""
        types = [cls.describe() for cls in self._registry.all().values()]
        return sorted(types, key=lambda t: (t["title"].casefold(), t["name"]))

    def get(self, name: str) -> dict[str, Any]:
        """Raises NotFound with close matches."""
        return self._registry.get(name).describe()

    def find(self, name: str) -> type[TaskType] | None:
        """The class, or None when its plug-in is gone."""
        try:
            return self._registry.get(name)
        except NotFound:
            return None

    def problems(self) -> list[dict[str, Any]]:
        """Plug-ins that were refused: file, line, reason, since."""
        return self._registry.problems()

    def validate(
        self, name: str, params: dict[str, Any]
    ) -> tuple[type[TaskType], BaseModel, dict[str, Any]]:
        """(class, parameters, parameters to store: complete, secrets sealed).

        Raises Invalid for an unknown type (with close matches), parameters that do not fit, and
        misspelt ones, which pydantic would drop without a word; Forbidden for paths outside the
        roots.
        """
        try:
            cls = self._registry.get(name)
        except NotFound as error:
            raise Invalid(str(error), [{"pointer": "/type", "message": str(error)}]) from None
        if errors := unknown(cls.Params, params):
            raise Invalid("; ".join(e["message"] for e in errors), errors)
        task = cls.from_params(params)
        task.check(self._roots())
        return cls, task.params, sealed(task.params)

    def retries_items(self, name: str) -> bool:
        """Whether tasks of this type can be retried over their failed items alone."""
        known = self.find(name)
        return known is not None and known.retries_items()

    def preview(self, name: str, params: dict[str, Any]) -> dict[str, Any]:
        """What a run with these parameters would do, found out in a process of its own.

        Raises NotFound for the type, Invalid and Forbidden for the parameters; a type whose own
        code fails or takes too long answers with that as a problem. Raises Unavailable for one that
        waited while a newer one was asked for: who types makes many. Changes nothing.
        """
        self._registry.get(name)
        cls, checked, stored = self.validate(name, params)
        if not cls.has_preview():
            found = cls(checked).preview(self._roots()).model_dump(mode="json")
        else:
            with self._newest.turn():
                try:
                    found = self._previewed(name, params)
                except Unavailable as error:
                    found = Preview(problems=[error.detail]).model_dump(mode="json")
        plan = plan_of(name, stored, found)
        found = hidden_in(found, hiding(stored))
        return {"title": cls.title_for(checked), **found, "plan": plan}

    def hold_to(self, plan: str, name: str, params: dict[str, Any], stored: dict[str, Any]) -> None:
        """Look again, whether the data are as they were when this plan was made.

        `stored`: the parameters as `validate` gave them. Raises PlanDrifted, saying how; Invalid
        for a plan of other parameters; Unavailable when looking takes too long.
        """
        hold_to(plan, name, stored, self._previewed(name, params))

    def _previewed(self, name: str, params: dict[str, Any]) -> dict[str, Any]:
        return self._errands.preview(name, params, self._folder, list(self._roots().paths))


class Newest:
    """Lets one in at a time; of those who wait, only the one that came last is let in."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._last = 0
        self._is_taken = False

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Raises Unavailable when somebody else comes while this one waits."""
        with self._changed:
            self._last += 1
            mine = self._last
            self._changed.notify_all()
            while self._is_taken:
                self._changed.wait()
                if mine != self._last:
                    raise Unavailable("A newer preview was asked for meanwhile")
            self._is_taken = True
        try:
            yield
        finally:
            with self._changed:
                self._is_taken = False
                self._changed.notify_all()


def unknown(model: type[BaseModel], params: dict[str, Any]) -> list[dict[str, str]]:
    """A complaint for each top-level key that `model` would ignore."""
    if model.model_config.get("extra") == "allow":
        return []
    known = set(model.model_fields) | {f.alias for f in model.model_fields.values() if f.alias}
    return [
        {"pointer": f"/params/{pointer_part(key)}", "message": did_you_mean(key, known)}
        for key in params
        if key not in known
    ]


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A sentence about a word that is none of `known`."""
    close = get_close_matches(word, sorted(known), n=3, cutoff=0.6)
    hint = f"; did you mean {' or '.join(close)}?" if close else ""
    return f"There is no {word!r}{hint}"
