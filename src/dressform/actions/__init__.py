"""Verbs that touch more than one repository, or wait for something slow between two of them."""
