"""Secrets inside parameters: stored so that the worker gets them and nobody is ever shown them.

A value of a `SecretStr` field is stored as `{"$secret": value}`. Documents (answers and events) are
made from `masked` parameters, the worker validates `unsealed` ones, and what its code says goes
through `hiding`. Pure; called by
`core.documents`, by `core.desk` and by the worker. The database file itself is private (0600 below
a 0700 folder); encrypting it against its own owner would protect nothing.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import unquote

from pydantic import BaseModel, SecretBytes, SecretStr

SEAL = "$secret"
MASK = "***"
LEAST = 4  #: characters of a secret that is looked for in texts
#: The password of a URL: whoever writes a database's address into a plain field is protected too.
_PASSWORD = re.compile(r"(?<=://)([^\s/:@]*):[^\s/@]+@")


def sealed(params: BaseModel) -> dict[str, Any]:
    """Validated parameters as JSON values, secrets wrapped."""
    plain = params.model_dump(mode="json", by_alias=True)
    rich = params.model_dump(mode="python", by_alias=True)
    return _sealed(plain, rich)


def _sealed(plain: Any, rich: Any) -> Any:
    """`plain` with every value wrapped that is a secret in `rich`, which has the same shape."""
    if isinstance(rich, SecretStr):
        return {SEAL: rich.get_secret_value()}
    if isinstance(rich, SecretBytes):
        return {SEAL: rich.get_secret_value().decode()}
    if isinstance(plain, dict) and isinstance(rich, dict):
        # Keys may differ in type (JSON has only text), never in order.
        pairs = zip(plain.items(), rich.values(), strict=True)
        return {key: _sealed(value, of) for (key, value), of in pairs}
    if isinstance(plain, list) and isinstance(rich, list | tuple):
        return [_sealed(value, of) for value, of in zip(plain, rich, strict=True)]
    return plain


def unsealed(params: Any) -> Any:
    """Stored parameters as their task type validates them."""
    if _is_sealed(params):
        return params[SEAL]
    if isinstance(params, dict):
        return {key: unsealed(value) for key, value in params.items()}
    if isinstance(params, list):
        return [unsealed(value) for value in params]
    return params


def masked(params: Any) -> Any:
    """Stored parameters as they may be shown: secrets, and passwords in addresses, as ***."""
    if isinstance(params, str):
        return _PASSWORD.sub(rf"\1:{MASK}@", params) if "://" in params else params
    if _is_sealed(params):
        return MASK
    if isinstance(params, dict):
        return {key: masked(value) for key, value in params.items()}
    if isinstance(params, list):
        return [masked(value) for value in params]
    return params


def hiding(params: Any) -> Callable[[str], str]:
    """A function that replaces the secrets of these stored parameters in a text by ***.

    For what a task's own code says: its log, its errors and their traces, its results, figures and
    the complaints of its preview (`hidden_in`). Secrets of fewer than
    LEAST characters are left, since they would be found in ordinary words.
    """
    found = sorted({s for s in _secrets(params) if len(s) >= LEAST}, key=len, reverse=True)
    if not found:
        return _as_it_is
    pattern = re.compile("|".join(map(re.escape, found)))
    return lambda text: pattern.sub(MASK, text)


def hidden_in(value: Any, hide: Callable[[str], str]) -> Any:
    """`value` (anything JSON can hold) with `hide` done to every text in it, names included."""
    if hide is _as_it_is:
        return value
    if isinstance(value, str):
        return hide(value)
    if isinstance(value, dict):
        return {hidden_in(key, hide): hidden_in(item, hide) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [hidden_in(item, hide) for item in value]
    return value


def _as_it_is(text: str) -> str:
    return text


def _secrets(params: Any) -> Iterator[str]:
    """The values that `masked` would hide, also as they read without the escapes of an address."""
    if isinstance(params, str):
        for match in _PASSWORD.finditer(params) if "://" in params else ():
            password = match[0].partition(":")[2].removesuffix("@")
            yield from {password, unquote(password)}
    elif _is_sealed(params):
        yield str(params[SEAL])
    elif isinstance(params, dict | list):
        for value in params.values() if isinstance(params, dict) else params:
            yield from _secrets(value)


def kept(new: Any, old: Any) -> Any:
    """`new` as it was typed, with what was left masked taken from the stored `old`.

    So a form that was filled from a document can be sent back without knowing its secrets.
    """
    if new == masked(old):
        return unsealed(old)
    if isinstance(new, dict) and isinstance(old, dict):
        return {key: kept(value, old.get(key)) for key, value in new.items()}
    return new


def _is_sealed(value: Any) -> bool:
    return isinstance(value, dict) and len(value) == 1 and SEAL in value
