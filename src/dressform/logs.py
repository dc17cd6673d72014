"""Logging of a process: one line an event, on standard error, and never a personal value."""

import logging


def configure(level: str) -> None:
    logging.basicConfig(
        level=level.upper(),
        format="%(asctime)s %(levelname)-7s %(name)s: %(message)s",
        force=True,
    )
    # Both tell of every job and request, at a level where an operator looks for news.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    # What a job runs into is reported by the worker, in a line where a line is enough.
    logging.getLogger("apscheduler.executors").setLevel(logging.CRITICAL)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
