import pytest

from dressform.settings.settings import Settings
from dressform.settings.sites import list_cross_site_origins


@pytest.mark.parametrize(
    ("public", "front_end"),
    [
        ("https://api.sewing.example", "https://sewing.example"),
        ("https://api.sewing.example", "https://www.sewing.example"),
        ("https://api.sewing.co.uk", "https://sewing.co.uk"),
        ("https://API.Sewing.Example", "https://sewing.example:8443"),
        ("http://localhost:8000", "http://localhost:5173"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:5173"),
        ("http://[::1]:8000", "http://[::1]:5173"),
        ("https://api.xn--nhen-loa.example", "https://xn--nhen-loa.example"),
    ],
)
def test_front_end_on_the_same_site(public: str, front_end: str) -> None:
    settings = Settings(public_url=public, site_url=front_end, _env_file=None)

    assert list_cross_site_origins(settings) == []


@pytest.mark.parametrize(
    ("public", "front_end"),
    [
        ("https://api.sewing.example", "https://tailors.example"),
        ("https://sewing.co.uk", "https://tailors.co.uk"),
        ("https://api.github.io", "https://sewing.github.io"),
        ("https://sewing.example", "http://sewing.example"),
        ("http://localhost:8000", "http://127.0.0.1:8000"),
        ("http://10.0.0.1:8000", "http://10.1.0.1:8000"),
    ],
)
def test_front_end_on_another_site(public: str, front_end: str) -> None:
    """A suffix under which others register is no site; and browsers compare the scheme too."""
    by_site = Settings(public_url=public, site_url=front_end, _env_file=None)
    by_origin = Settings(
        public_url=public, site_url=public, allowed_origins=(front_end,), _env_file=None
    )

    assert list_cross_site_origins(by_site) == [front_end]
    assert list_cross_site_origins(by_origin) == [front_end]
