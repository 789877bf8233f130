"""Letters that a reader of pictures takes digits for, and how near two words are to each other."""

LOOKS_LIKE = str.maketrans("OoDQUIil|!LZzEAhSsGbTBgq?", "0000011111122344556678997")
"""Which digit was probably meant: O, o, D, Q and U for 0; I, i, l, a stroke and L for 1; Z for 2; S for 5; G and b for 6; B for 8."""


def mended(text: str) -> tuple[str, bool]:
    """The text with letters that look like digits as those, and whether one was changed; other letters stay."""
    done = text.translate(LOOKS_LIKE)
    return done, done != text


def folded(text: str) -> str:
    """Only letters, in capitals; a digit counts as the letter that it looks like."""
    capitals = text.upper().translate(str.maketrans("0158|!", "OISBII"))
    return "".join(letter for letter in capitals if "A" <= letter <= "Z").replace("L", "I")


def apart(one: str, other: str) -> int:
    """How many letters must be changed, added or left out to make one word the other (Levenshtein)."""
    before = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        now = [row]
        for column, wanted in enumerate(other, 1):
            now.append(min(now[-1] + 1, before[column] + 1, before[column - 1] + (letter != wanted)))
        before = now
    return before[-1]
