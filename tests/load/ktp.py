"""Read many drawn KTPs with the real reader and count what came out: ``python -m tests.load.ktp --light poor --cards 40``.

Drawn cards in the fonts of this machine, photographed in three ways by Pillow. They are no real photographs: no reflections, no
scratches, no fingers, no hologram. What is counted says how the parts work together, not what a counter will see.
"""

import argparse
import random
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable

from tests.ktp_cards import BAD, GOOD, POOR, Card, Light, card, drawn, fonts, photographed
from verify import ktp_photos
from verify.ktp_photos import installed, read_photo
from workflows.errors import InvalidInput
from workflows.ktp import ReadCard, Sureness

LIGHTS = {"good": GOOD, "poor": POOR, "bad": BAD}
WANTED: dict[str, Callable[[Card], str]] = {
    "nik": lambda shown: shown.nik,
    "name": lambda shown: shown.name,
    "born": lambda shown: shown.born,
    "sex": lambda shown: "FEMALE" if shown.sex == "PEREMPUAN" else "MALE",
}
OUTCOMES = ("certain", "to be checked, right", "to be checked, wrong", "not read", "CERTAIN BUT WRONG")


def main() -> int:
    """Print a table; 1 where a NIK was certain and wrong."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--cards", type=int, default=100)
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--light", choices=LIGHTS, default="good")
    given = words.parse_args()
    if not installed():
        sys.stderr.write("The extra ktp is not installed: pip install --require-hashes -r requirements/ktp.lock\n")
        return 2
    ktp_photos.WALL_SECONDS = 600  # a crowded machine is not what is measured
    begun = time.monotonic()
    counts = counted(given.cards, LIGHTS[given.light], given.seed)
    sys.stdout.write(f"{given.light}: {given.cards} cards, seed {given.seed}, {(time.monotonic() - begun) / given.cards:.1f} s each\n")
    for field in WANTED:
        told = ", ".join(f"{counts[field, outcome]} {outcome}" for outcome in OUTCOMES if counts[field, outcome])
        sys.stdout.write(f"  {field}: {told}\n")
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    sys.stdout.write(f"largest process: {used.ru_maxrss // 1024} MB; processor: {used.ru_utime / given.cards:.1f} s a card\n")
    return int(counts["nik", OUTCOMES[-1]] > 0)


def counted(cards: int, light: Light, seed: int) -> Counter[tuple[str, str]]:
    """How often each field came out how."""
    chance, faces, counts = random.Random(seed), list(fonts()), Counter[tuple[str, str]]()
    for number in range(cards):
        shown = card(chance)
        photo = photographed(drawn(shown, faces[number % len(faces)]), chance, light)
        try:
            found: ReadCard | None = read_photo(photo, practice=True)
        except InvalidInput:
            found = None
        counts.update((field, outcome(found, field, wanted(shown))) for field, wanted in WANTED.items())
    return counts


def outcome(found: ReadCard | None, field: str, wanted: str) -> str:
    """One of ``OUTCOMES``."""
    told = getattr(found, field) if found else None
    if told is None or not told.value:
        return OUTCOMES[3]
    if told.sureness is Sureness.CERTAIN:
        return OUTCOMES[0] if told.value == wanted else OUTCOMES[4]
    return OUTCOMES[1] if told.value == wanted else OUTCOMES[2]


if __name__ == "__main__":
    sys.exit(main())
