"""The one way to the database: statements, the connections that execute them, and units of work."""
