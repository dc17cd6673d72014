"""The hosts that are this machine: what is sent to them crosses no network."""

import ipaddress


def is_local_host(host: str | None) -> bool:
    """Return whether a host is localhost, a loopback address or the folder of a Unix socket."""
    if host is None:
        return False
    if host.startswith("/") or host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
