"""Finds the route of a request by how its path begins, where the framework tries them all in turn."""

from collections import defaultdict
from collections.abc import Iterable

from fastapi.routing import APIRoute
from starlette.routing import Match
from starlette.types import ASGIApp, Receive, Scope, Send


class Directory:
    """Stands before the router, to which it leaves whatever it does not find: a 404, a 405, a page.

    The routes decide themselves whether they match, in their order.
    """

    def __init__(self, app: ASGIApp, routes: Iterable[APIRoute]) -> None:
        self.app = app
        self._routes: defaultdict[tuple[str, ...], list[APIRoute]] = defaultdict(list)
        for route in routes:
            self._routes[_beginning(route.path)].append(route)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            for route in self._routes.get(_beginning(scope["path"]), ()):
                match, found = route.matches(scope)
                if match is Match.FULL:
                    scope.update(found)
                    await route.handle(scope, receive, send)
                    return
        await self.app(scope, receive, send)


def _beginning(path: str) -> tuple[str, ...]:
    """Its first two steps: a route that leaves one of them open is the router's to find."""
    return tuple(path.split("/", 3)[1:3])
