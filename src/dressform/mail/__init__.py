"""Mails: what they say, in each language, and how they leave the house."""
