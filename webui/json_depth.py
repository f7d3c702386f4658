"""How deep JSON may nest, told before anything parses it. Pure. Called by the guard."""

import re

#: Levels of arrays and objects in a JSON body.
JSON_DEPTH = 64
#: A string (to skip what is in it; possessive, so that no input makes it go back) or a bracket.
_JSON_MARK = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)


def is_deep(body: bytes) -> bool:
    """Whether JSON text nests deeper than JSON_DEPTH; sound or not, in one pass."""
    if body.count(b"[") + body.count(b"{") <= JSON_DEPTH:
        return False
    depth = 0
    for mark in _JSON_MARK.finditer(body):
        if mark[0] in (b"[", b"{"):
            depth += 1
            if depth > JSON_DEPTH:
                return True
        elif mark[0] in (b"]", b"}"):
            depth -= 1
    return False
