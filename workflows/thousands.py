"""Numbers as Indonesian writes them, with a point between thousands."""


def grouped(number: int) -> str:
    """``3.000.000``."""
    return f"{number:,}".replace(",", ".")


def rupiah(amount: int) -> str:
    """``Rp 3.000.000``; of less than nothing the sign stands first."""
    return f"{'-' if amount < 0 else ''}Rp {grouped(abs(amount))}"
