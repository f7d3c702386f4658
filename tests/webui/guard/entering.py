"""How a browser comes in, and what a refusal looks like."""

POLICY = "default-src 'none'"
VISIT = {"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}


def session(site) -> dict[str, str]:
    """The headers of a browser that came in through a one-time code."""
    answer = site.get(f"/enter?code={site.guard.mint_code()}", Authorization=None)
    cookie = answer.header("Set-Cookie").partition(";")[0]
    return {"Cookie": cookie, "Authorization": None}


def assert_is_problem(answer, status: int, code: str) -> None:
    assert answer.status == status
    assert answer.header("Content-Type") == "application/problem+json"
    assert set(answer.json) == {"type", "title", "status", "detail"}
    assert answer.json["type"] == f"urn:longhaul:{code}"
    assert answer.json["status"] == status
