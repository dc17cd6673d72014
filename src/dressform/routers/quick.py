"""A route for what is read most: its endpoint is called as it stands, with nothing to be solved."""

import re
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any
from uuid import UUID

from fastapi import Request, Response
from fastapi.routing import APIRoute

from dressform.routers.asking import Look, look_of

_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")

Endpoint = Callable[[UUID, Look], Awaitable[Response]]


class QuickRoute(APIRoute):
    """For an endpoint of an id in the path and an `InOneLook` that answers with a Response."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        ordinary = super().get_route_handler()
        endpoint: Endpoint = self.endpoint
        (name,) = self.param_convertors

        async def handle(request: Request) -> Response:
            text = request.path_params[name]
            if request.scope["query_string"] or not _ID.fullmatch(text):
                return await ordinary(request)  # A wish, another spelling, an error to be told.
            return await endpoint(UUID(text), await look_of(request))

        return handle
