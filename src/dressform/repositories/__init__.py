"""The queries of the tables. A repository sees the rows that have not expired at `uow.now`."""
