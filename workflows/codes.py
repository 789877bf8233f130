"""Codes that people copy by hand: numbers of cases, families and doors."""

import secrets

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""No 0 or O, 1, I or L, U: codes are read aloud over the telephone."""


def new_code() -> str:
    """Such as ``7QMK-2F9X``: some 39 random bits, nothing personal in them."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"
