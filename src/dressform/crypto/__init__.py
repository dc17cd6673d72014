"""Everything secret: password hashes, access tokens, sealing, random tokens and keyed hashes."""
