"""The HTML pages, and the routers that serve them."""
