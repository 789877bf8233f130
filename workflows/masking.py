"""What may be shown of a personal identifier.

A region prefix, a birth date and a serial together rebuild a NIK, so a mask never shows prefix and
serial next to a birth date: public places get initials and the last four digits only.
"""

from workflows.saying import say


def mask_nik(nik: str | None) -> str:
    """``9901014101900001`` becomes ``•••• •••• •••• 0001``; whoever has none yet is told so."""
    return f"•••• •••• •••• {nik[-4:]}" if nik else say("belum ada")


def initials(name: str) -> str:
    """``SITI CONTOH`` becomes ``Siti C.``; one-word names, which are normal, become ``S.``"""
    words = name.split()
    if len(words) < 2:
        return "".join(f"{word[0].upper()}." for word in words)
    return f"{words[0].capitalize()} {words[-1][0].upper()}."


def mask_phone(phone: str) -> str:
    """Keep the last three digits of a telephone number."""
    return f"{'•' * max(len(phone) - 3, 0)}{phone[-3:]}"


def grouped(digits: str) -> str:
    """A number in groups of four, easier to read aloud and to compare."""
    return " ".join(digits[place : place + 4] for place in range(0, len(digits), 4))
