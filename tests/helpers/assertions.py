"""What tests say about answers."""

import httpx


def assert_problem(response: httpx.Response, status: int, slug: str) -> None:
    assert response.status_code == status, response.text
    assert response.headers["Content-Type"] == "application/problem+json"
    problem = response.json()
    assert problem["type"] == f"/problems#{slug}"
    assert problem["status"] == status
    assert problem["title"]
    assert problem["detail"]
    assert problem["instance"] == f"urn:uuid:{response.headers['X-Request-ID']}"
    if status == 429:
        assert ";r=0;t=" in response.headers["RateLimit"]
        assert ";q=" in response.headers["RateLimit-Policy"]
        assert int(response.headers["Retry-After"]) >= 1
    if status == 401:
        assert response.headers["WWW-Authenticate"] == "Bearer"


def comparable_response(response: httpx.Response) -> tuple[int, dict[str, str], str]:
    """Return everything that a client sees, without the request id."""
    request_id = response.headers["X-Request-ID"]
    headers = {name: value for name, value in response.headers.items() if name != "x-request-id"}
    return response.status_code, headers, response.text.replace(request_id, "")
