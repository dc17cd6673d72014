"""Password hashes, access tokens, encryption, random tokens and keyed hashes."""
