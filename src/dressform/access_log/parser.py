"""Filters of the lines of a spool: a crash of the machine may leave malformed ones."""

import re
from datetime import datetime
from ipaddress import ip_address

# ISO times in UTC, which names the day, of a year for which there can be a partition.
_TIME = rb"2\d{3}-[01]\d-[0-3]\dT(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{6})?\+00:00"
_ID = rb"[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}"
_LINE = rb"%b\t[\da-f.:]+\t[A-Za-z]+\t[ -\[\]-~]+\t\d{3}\t\d{1,18}\t%b\n" % (_TIME, _ID)
_LINES = re.compile(rb"(?:%b)*+" % _LINE)
_EACH = re.compile(rb"^" + _LINE, re.MULTILINE)


def filter_lines(block: bytes) -> bytes:
    """Return the lines that match the format. Some may still have an impossible time or address."""
    return block if _LINES.fullmatch(block) else b"".join(_EACH.findall(block))


def filter_valid_lines(block: bytes) -> bytes:
    """Return the lines that are valid. Each is parsed by itself, which takes longer."""
    return b"".join(line for line in _EACH.findall(block) if _is_valid(line))


def _is_valid(line: bytes) -> bool:
    at, address, _ = line.decode().split("\t", 2)
    try:
        datetime.fromisoformat(at)
        return str(ip_address(address)) == address
    except ValueError:
        return False
