"""Named questions to the tables. A repository sees what is alive at its unit's moment, no more."""
