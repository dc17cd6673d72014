"""Use cases: each uses several repositories, or waits for something slow between two of them."""
