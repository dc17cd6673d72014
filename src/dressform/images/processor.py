"""The child processes that decode pictures, and what their failures mean."""

from dressform.errors import TooLarge, UnsupportedPicture
from dressform.executors.child_process import CallCrashedError, CallTooSlowError
from dressform.executors.process_executor import ProcessExecutor
from dressform.images.decoding import normalise
from dressform.images.limits import (
    MAX_BYTES,
    MAX_MEMORY,
    QUICK_EFFORT,
    TOO_LARGE,
    TOO_MUCH_MEMORY,
    TOO_SLOW,
)
from dressform.images.pixels import ProcessedImage

MAX_QUEUED = 8
MAX_QUEUED_SLOW = 2
"""Fewer, since the last of them must have its response before its client gives up."""


class ImageProcessor:
    """Child processes that decode pictures within limits of time and memory.

    Two take the pictures of cameras and phones. One takes those that need more time, so that others do not wait
    for them.
    """

    def __init__(self) -> None:
        self._quick = ProcessExecutor(
            "images",
            processes=2,
            max_queued=MAX_QUEUED,
            max_seconds=6,
            max_cpu_seconds=4,
            max_memory=MAX_MEMORY,
        )
        self._slow = ProcessExecutor(
            "slow images",
            processes=1,
            max_queued=MAX_QUEUED_SLOW,
            max_seconds=10,
            max_cpu_seconds=8,
            max_memory=MAX_MEMORY,
        )

    async def normalise(self, data: bytes) -> ProcessedImage:
        """Return the first frame, upright, in sRGB, with at most 1024 pixels on its longer side.

        Raises TooLarge above 10 MB or too many pixels, UnsupportedPicture with the reason, and
        Unavailable when too many pictures wait or a process was lost.
        """
        if len(data) > MAX_BYTES:
            raise TooLarge(TOO_LARGE)
        try:
            picture = await self._quick.run(normalise, data, QUICK_EFFORT)
            if picture is None:
                picture = await self._slow.run(normalise, data)
        except CallTooSlowError:
            raise UnsupportedPicture(TOO_SLOW) from None
        except CallCrashedError:
            raise UnsupportedPicture(TOO_MUCH_MEMORY) from None
        assert picture is not None
        return picture

    def close(self) -> None:
        """Cancel waiting pictures, and stop the processes."""
        self._quick.close()
        self._slow.close()
