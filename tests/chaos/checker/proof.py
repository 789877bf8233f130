"""What a promise looks like when it was looked at: how often, and what was wrong."""

from collections.abc import Sequence
from dataclasses import dataclass

SHOWN = 5
"""So many violations of one promise are printed."""


@dataclass(frozen=True, slots=True)
class Proof:
    """One promise with its number; it holds where something was looked at and nothing was wrong."""

    number: int
    promise: str
    trials: int
    violations: tuple[str, ...] = ()

    def __str__(self) -> str:
        words = [f"{self.number:>2}  {self.promise}: {self.trials} looked at, {len(self.violations)} violated"]
        return "\n".join([*words, *(f"      {violation}" for violation in self.violations[:SHOWN])])


def wrong(proofs: Sequence[Proof], *, all_looked_at: bool = False) -> list[str]:
    """Every violation, with the number of its promise; where ``all_looked_at`` is asked for, a promise that met nothing is one too."""
    found = [f"{proof.number}: {violation}" for proof in proofs for violation in proof.violations]
    return found + [f"{proof.number}: nothing was looked at" for proof in proofs if all_looked_at and not proof.trials]
