"""How long a desk without network takes to answer, in a real Chromium: ``python -m tests.load.offline_answer --rounds 200``.

Measured in the page, from Enter in the scanner's field until the answer has been painted; half of the codes are good letters, half are
damaged ones. ``own`` is what the page itself counts for reading and judging alone.
"""

import argparse
import statistics
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from playwright.sync_api import sync_playwright

from tests import services
from tests.journeys.at_desk import cut, qr, settled
from tests.journeys.site import FLAGS, Person, Site, serving
from tests.load.alone import an_office

BAR = 300.0
"""Milliseconds from the scan to the painted answer, for 95 of 100."""
SCAN = """async (code) => {
  const field = document.getElementById("code"), answer = document.getElementById("jawaban");
  const painted = new Promise((done) => {
    const seen = new MutationObserver(() => {
      seen.disconnect();
      requestAnimationFrame(() => setTimeout(() => done(performance.now())));
    });
    seen.observe(answer, { attributes: true, attributeFilter: ["data-answer"] });
  });
  field.value = code;
  const began = performance.now();
  field.form.requestSubmit();
  return [(await painted) - began, Number(answer.dataset.milliseconds), answer.dataset.answer];
}"""


@dataclass(frozen=True, slots=True)
class Answered:
    """One code's answer; both times in milliseconds."""

    whole: float
    own: float
    answer: str


@contextmanager
def a_cut_desk(letters: int) -> Iterator[tuple[Person, list[str]]]:
    """A desk whose network was cut after it met the office, and what its scanner will read."""
    with sync_playwright() as playwright, an_office() as office, serving(office.app) as address:
        browser = playwright.chromium.launch(executable_path=_chromium(), args=FLAGS)
        try:
            office.clock.now = datetime.now(UTC)  # the browser looks at the real clock
            good = [qr(office, office.to_letter(number, hospital_code="RS-CONTOH-1")) for number in range(1, letters + 1)]
            clerk = Site(office, address, browser).person("rs")
            clerk.go("/periksa")
            settled(clerk)
            cut(clerk)
            yield clerk, [code for one in good for code in (one, one[:-6] + "AAAAAA")]
        finally:
            browser.close()


def scan_all(clerk: Person, codes: list[str], rounds: int) -> list[Answered]:
    """One code after the other, round and round."""
    return [Answered(*clerk.page.evaluate(SCAN, codes[number % len(codes)])) for number in range(rounds)]


def _chromium() -> str:
    found = services.chromium()
    if found is None:
        raise SystemExit("no Chromium here: install the package chromium, or Google Chrome")
    return str(found)


def main() -> None:
    """Run and print; ends with 1 where the bar is missed."""
    parser = argparse.ArgumentParser(description="A desk's answers without network.")
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--letters", type=int, default=5)
    given = parser.parse_args()
    with a_cut_desk(given.letters) as (clerk, codes):
        answered = scan_all(clerk, codes, given.rounds)
    for name, times in (("whole", [one.whole for one in answered]), ("own", [one.own for one in answered])):
        p95 = statistics.quantiles(times, n=20)[-1]
        sys.stdout.write(f"{name:<6} {statistics.median(times):7.1f} ms at the median, {p95:7.1f} ms p95, {max(times):7.1f} ms at most\n")
    sys.exit(0 if statistics.quantiles([one.whole for one in answered], n=20)[-1] < BAR else 1)


if __name__ == "__main__":
    main()
