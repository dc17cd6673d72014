"""Durable writes."""

import os
from pathlib import Path


def fsync_dir(folder: Path) -> None:
    """Sync a folder, so that its new or renamed entries survive a power failure."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
