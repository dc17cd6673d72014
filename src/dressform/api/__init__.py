"""The HTTP API: the application, its routers, schemas and pages."""
