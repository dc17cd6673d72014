"""What is too broken to become a request is answered and recorded like one all the same."""

import json

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from dressform.errors import Unreadable
from dressform.middleware.access_log import AccessLogMiddleware


class Protocol(HttpToolsProtocol):
    """uvicorn's, which would answer such bytes by itself: no middleware ever hears of them."""

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002
        under_way: RequestResponseCycle | None = self.cycle
        if under_way is not None and not under_way.response_complete:
            self.transport.close()  # In the middle of a request, which has its own record.
            return
        log: AccessLogMiddleware = self.config.loaded_app.middleware_stack
        body = json.dumps(Unreadable().as_problem(log.unreadable(self.client))).encode()
        self.transport.write(
            b"HTTP/1.1 400 Bad Request\r\n"
            b"content-type: application/problem+json\r\n"
            b"cache-control: no-store\r\n"
            b"content-length: %d\r\n"
            b"connection: close\r\n\r\n%b" % (len(body), body)
        )
        self.transport.close()
