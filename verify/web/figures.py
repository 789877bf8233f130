"""Numbers as people read them: ``43.000`` in Indonesian, ``43,000`` in English."""

from verify.language import language


def number(value: int) -> str:
    """``43.000``: thousands in groups."""
    return _written(f"{value:,}")


def decimal(value: float) -> str:
    """``2,5``: one place."""
    return _written(f"{value:,.1f}")


def rupiah(value: int) -> str:
    """``Rp 37.800``, or ``−Rp 37.800``."""
    return f"{'−' if value < 0 else ''}Rp {number(abs(value))}"


def percent(value: object) -> str:
    """``91,64 %``."""
    return f"{_written(str(value))}{' ' if language() == 'id' else ''}%"


def _written(figure: str) -> str:
    """A figure as programs write it, ``1,234.5``, in the reader's language."""
    return figure.translate(str.maketrans(",.", ".,")) if language() == "id" else figure
