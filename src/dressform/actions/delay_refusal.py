import asyncio
import time

REFUSAL_SECONDS = 0.25
"""The refusal of a password or a code takes at least this long.

Else its time would tell what is stored of an account: the code of an address that has one is looked up, and a
password hash that comes from another site takes longer than our own, or than that of no account.
"""


async def delay_refusal(started: float) -> None:
    """Wait until a refusal has taken its time since `started`, a time of `time.monotonic`."""
    await asyncio.sleep(max(0.0, started + REFUSAL_SECONDS - time.monotonic()))
