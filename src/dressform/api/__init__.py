"""Everything that FastAPI sees: the application, its routers, schemas and pages."""
