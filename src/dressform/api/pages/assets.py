"""HTML pages and their assets. Nothing is loaded from another host."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files

from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from dressform.api.content_types import with_charset

_TEMPLATES = Environment(
    loader=PackageLoader("dressform.api.pages", ""), undefined=StrictUndefined, autoescape=True
)
_SOURCES = {
    "dressform.api.pages": (
        "favicon.svg",
        "page.css",
        "docs.js",
        "links.js",
        "redoc.js",
        "sign-in.js",
    ),
    "fastapi_offline": ("redoc.standalone.js", "swagger-ui-bundle.js", "swagger-ui.css"),
}
_FOLDERS = {"dressform.api.pages": "", "fastapi_offline": "static"}
_MEDIA_TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
# The logo of Redoc is the only file that either bundle loads from another host.
_EXTERNAL_LOGO_URL = b"https://cdn.redoc.ly/redoc/logo-mini.svg"
_BASE_CSP = {
    "default-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
    "connect-src": "'self'",
    "img-src": "'self'",
    "script-src": "'self'",
    "style-src": "'self'",
}


@dataclass(frozen=True, slots=True)
class Asset:
    name: str
    content: bytes
    digest: str

    @property
    def path(self) -> str:
        """Return the path relative to a page at the root; it changes with the content."""
        return f"assets/{self.digest}/{self.name}"

    @property
    def media_type(self) -> str:
        return with_charset(_MEDIA_TYPES[self.name.rpartition(".")[2]])


@cache
def assets() -> Mapping[str, Asset]:
    """Return every asset by its name."""
    return {name: _read(package, name) for package, names in _SOURCES.items() for name in names}


def _read(package: str, name: str) -> Asset:
    content = (files(package) / _FOLDERS[package] / name).read_bytes()
    if _EXTERNAL_LOGO_URL in content:
        content = content.replace(
            _EXTERNAL_LOGO_URL, _read("dressform.api.pages", "favicon.svg").path.encode()
        )
    return Asset(name, content, sha256(content).hexdigest()[:16])


def render_page(
    template: str, *, policy: Mapping[str, str] | None = None, root: str = "", **values: object
) -> HTMLResponse:
    """Render a template under a Content-Security-Policy to which `policy` adds directives.

    `root`: the relative path to the root of the site, `../` from one folder below.
    """
    html = _TEMPLATES.get_template(template).render(
        asset=lambda name: root + assets()[name].path, root=root, **values
    )
    directives = _BASE_CSP | dict(policy or {})
    csp = "; ".join(f"{name} {value}" for name, value in directives.items())
    return HTMLResponse(html, headers={"Content-Security-Policy": csp})
