"""Bytes said over a connection, and the rows that they leave."""

import asyncio

from fastapi import FastAPI

from tests.helpers.access_log import list_records

GET = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"
POST = b"POST /v1/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"


async def send_bytes(port: int, said: bytes, *, wait: bool = True) -> bytes:
    """Send bytes and return the response; without `wait`, close the connection at once."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(said)
    await writer.drain()
    answer = await asyncio.wait_for(reader.read(), 5) if wait else b""
    writer.close()
    await writer.wait_closed()
    return answer


async def wait_for_records(app: FastAPI, count: int) -> list[tuple[str, int]]:
    """Method and status of the records, once there are as many and no more come."""
    async with asyncio.timeout(5):
        while len(await list_records(app)) < count:
            await asyncio.sleep(0.02)
    await asyncio.sleep(0.1)
    return [(record.method, record.status) for record in await list_records(app)]
