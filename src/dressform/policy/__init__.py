"""The privacy notice as data: what is stored, why, and for how long."""
