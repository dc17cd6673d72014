"""What has to be on the disk before it is relied on."""

import os
from pathlib import Path


def fsync_dir(folder: Path) -> None:
    """A new name in a folder outlives a power cut once the folder itself was synced."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
