"""The headers RateLimit-Policy and RateLimit (draft-ietf-httpapi-ratelimit-headers).

Each is a list of structured fields (RFC 9651): `"login";q=10;w=900` is a policy of ten attempts in 900
seconds, and `"login";r=0;t=733` says that none remains and that there is room again in 733.
"""

from collections.abc import Iterable

from fastapi import Request, Response

from dressform.repositories.attempt_counts import Usage
from dressform.repositories.rate_limits import RateLimit

NAMES = ("RateLimit-Policy", "RateLimit")


class RateLimitHeaders:
    """The headers of the limits of one request, for its response and for that of an error."""

    def __init__(self, request: Request, response: Response) -> None:
        self._response = response
        self._policies: dict[str, str] = {}
        self._usages: dict[str, Usage] = {}
        self._of_errors: dict[str, str] = {}
        request.state.rate_limit_headers = self._of_errors

    def add_policies(self, limits: Iterable[RateLimit]) -> None:
        """Add the policies of limits. They are the same for every request."""
        for limit in limits:
            seconds = int(limit.window.total_seconds())
            self._policies[limit.name] = f'"{limit.name}";q={limit.max};w={seconds}'
        self._write()

    def add(self, *usages: Usage) -> None:
        """Add what is left of budgets. Callers leave out what would tell about others."""
        self._usages |= {one.budget.limit.name: one for one in usages}
        self._write()

    def _write(self) -> None:
        values = {
            "RateLimit-Policy": ", ".join(self._policies.values()),
            "RateLimit": ", ".join(
                f'"{name}";r={one.remaining};t={one.seconds_until_more}'
                for name, one in self._usages.items()
            ),
        }
        for name, value in values.items():
            if value:
                self._response.headers[name] = self._of_errors[name] = value


def get_headers_of_errors(request: Request) -> dict[str, str]:
    """Return the headers for the response to an error; none if the request met no limit."""
    return dict(getattr(request.state, "rate_limit_headers", {}))
