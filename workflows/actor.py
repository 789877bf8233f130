"""Who acts: a person with roles and a place, or the process itself."""

from dataclasses import dataclass

from workflows.states import Role
from workflows.vocabulary import Scope


@dataclass(frozen=True, slots=True)
class Actor:
    """``roles`` already includes KADIS for whoever holds a signing authority today.

    ``scopes`` narrow what a program may do with a hospital's key; None for people.
    """

    id: int | None
    name: str
    roles: frozenset[Role]
    region_code: str
    hospital_code: str | None = None
    scopes: frozenset[Scope] | None = None

    @property
    def person_id(self) -> int:
        """The staff id; only people have one."""
        if self.id is None:
            raise TypeError("the system has no staff id")
        return self.id


SYSTEM = Actor(id=None, name="Rekom", roles=frozenset({Role.SYSTEM}), region_code="")
