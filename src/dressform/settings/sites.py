"""The sites of addresses as browsers see them, by the Public Suffix List that a package ships."""

from urllib.parse import urlsplit

from publicsuffixlist import PublicSuffixList

from dressform.settings.settings import Settings


def list_cross_site_origins(settings: Settings) -> list[str]:
    """Return the addresses of front ends that are on another site than the API.

    Browsers drop the cookie that the API sets for a page of theirs, because it is SameSite=Strict.
    """
    known = PublicSuffixList()
    own = _site(known, settings.public_url)
    front_ends = dict.fromkeys((settings.frontend_url, *settings.allowed_origins))
    return [url for url in front_ends if _site(known, url) != own]


def _site(known: PublicSuffixList, url: str) -> tuple[str, str]:
    """Return the scheme and the registrable domain, or the host where there is none."""
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    is_ip_address = ":" in host or host.rpartition(".")[2].isdigit()
    domain = None if is_ip_address else known.privatesuffix(host)
    return parts.scheme, domain or host
