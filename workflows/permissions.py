"""Who may: one map from permission to roles, asked as ``check`` (raises) or ``can`` (answers)."""

from collections.abc import Mapping
from enum import StrEnum

from workflows.actor import Actor
from workflows.errors import NotAllowed
from workflows.records.case import Case
from workflows.states import POSTS, Role
from workflows.vocabulary import Scope


class Permission(StrEnum):
    """What a route or a button needs; every route names one or stands on the public list."""

    OPEN_CASE = "OPEN_CASE"
    OPEN_AT_BEDSIDE = "OPEN_AT_BEDSIDE"
    READ_CASES = "READ_CASES"
    AMEND_CASE = "AMEND_CASE"
    RECORD_CHECK = "RECORD_CHECK"
    CHOOSE_LETTER = "CHOOSE_LETTER"
    START_REMOVAL = "START_REMOVAL"
    ASSESS = "ASSESS"
    VALIDATE = "VALIDATE"
    PARAF = "PARAF"
    DECIDE = "DECIDE"
    DELEGATE = "DELEGATE"
    WITHDRAW = "WITHDRAW"
    OBJECT = "OBJECT"
    RECORD_DEATH = "RECORD_DEATH"
    READ_LETTER = "READ_LETTER"
    UPLOAD_SCAN = "UPLOAD_SCAN"
    REVOKE_LETTER = "REVOKE_LETTER"
    CHECK_LETTER = "CHECK_LETTER"
    ACCEPT_LETTER = "ACCEPT_LETTER"
    CONFIRM_TRANSFER = "CONFIRM_TRANSFER"
    ADMIT_LATE = "ADMIT_LATE"
    REVEAL = "REVEAL"
    REPORT_MEMBERSHIP = "REPORT_MEMBERSHIP"
    REGISTER = "REGISTER"
    MANAGE_STAFF = "MANAGE_STAFF"
    READ_COVERAGE = "READ_COVERAGE"
    READ_UNCOVERED = "READ_UNCOVERED"
    CHECK_PREMIUM = "CHECK_PREMIUM"
    IMPORT_DATA = "IMPORT_DATA"
    APPLY_DATA = "APPLY_DATA"
    READ_NEWS = "READ_NEWS"
    SIGNED_IN = "SIGNED_IN"


OFFICE = frozenset({Role.LOKET, Role.CASEWORKER, Role.VALIDATOR, *POSTS, Role.KADIS})
EVERYBODY = OFFICE | {Role.HOSPITAL, Role.ADMIN}

PERMISSION_MAP: Mapping[Permission, frozenset[Role]] = {
    Permission.OPEN_CASE: frozenset({Role.LOKET, Role.CASEWORKER}),
    Permission.OPEN_AT_BEDSIDE: frozenset({Role.HOSPITAL}),
    Permission.READ_CASES: OFFICE,
    Permission.AMEND_CASE: frozenset({Role.LOKET, Role.CASEWORKER}),
    Permission.RECORD_CHECK: frozenset({Role.CASEWORKER}),
    Permission.CHOOSE_LETTER: frozenset({Role.CASEWORKER}),
    Permission.START_REMOVAL: frozenset({Role.CASEWORKER}),
    Permission.ASSESS: frozenset({Role.CASEWORKER}),
    Permission.VALIDATE: frozenset({Role.VALIDATOR}),
    Permission.PARAF: frozenset(POSTS),
    Permission.DECIDE: frozenset({Role.KADIS}),
    Permission.DELEGATE: frozenset({Role.KADIS}),
    Permission.WITHDRAW: frozenset({Role.LOKET}),
    Permission.OBJECT: frozenset({Role.LOKET}),
    Permission.RECORD_DEATH: frozenset({Role.LOKET}),
    Permission.READ_LETTER: OFFICE,
    Permission.UPLOAD_SCAN: frozenset({Role.KADIS}),
    Permission.REVOKE_LETTER: frozenset({Role.KADIS}),
    Permission.CHECK_LETTER: OFFICE | {Role.HOSPITAL},
    Permission.ACCEPT_LETTER: frozenset({Role.HOSPITAL}),
    Permission.CONFIRM_TRANSFER: frozenset({Role.CASEWORKER, Role.VALIDATOR, Role.KADIS}),
    Permission.ADMIT_LATE: frozenset({Role.CASEWORKER}),
    Permission.REVEAL: frozenset({Role.LOKET, Role.CASEWORKER, Role.VALIDATOR}),
    Permission.REPORT_MEMBERSHIP: frozenset({Role.HOSPITAL}),
    Permission.REGISTER: frozenset({Role.LOKET}),
    Permission.MANAGE_STAFF: frozenset({Role.ADMIN}),
    Permission.READ_COVERAGE: OFFICE | {Role.ADMIN},
    Permission.READ_UNCOVERED: frozenset({Role.CASEWORKER, Role.VALIDATOR, Role.KADIS}),
    Permission.CHECK_PREMIUM: frozenset({Role.CASEWORKER, Role.VALIDATOR, Role.KADIS}),
    Permission.IMPORT_DATA: frozenset({Role.ADMIN}),
    Permission.APPLY_DATA: frozenset({Role.ADMIN}),
    Permission.READ_NEWS: frozenset({Role.HOSPITAL, Role.ADMIN}),
    Permission.SIGNED_IN: EVERYBODY,
}

assert set(PERMISSION_MAP) == set(Permission)

OPENING = frozenset(permission for permission in Permission if permission.name.startswith("OPEN_"))
"""To open a case, in whatever lane."""

SCOPE_MAP: Mapping[Scope, frozenset[Permission]] = {
    Scope.CHECK: frozenset({Permission.SIGNED_IN, Permission.CHECK_LETTER, Permission.READ_NEWS}),
    Scope.ACCEPT: frozenset({Permission.SIGNED_IN, Permission.ACCEPT_LETTER}),
    Scope.OPEN: OPENING | {Permission.SIGNED_IN, Permission.REPORT_MEMBERSHIP},
}
"""What a key of a hospital system is good for, within what its role may do anyway."""

assert set(SCOPE_MAP) == set(Scope)

STEP_UP = frozenset(
    {Permission.PARAF, Permission.DECIDE, Permission.REVOKE_LETTER, Permission.UPLOAD_SCAN, Permission.REVEAL, Permission.APPLY_DATA}
)
"""What asks for a fresh second factor: in production of everybody, elsewhere of whoever has or owes one."""


def can(actor: Actor, permission: Permission) -> bool:
    """Whether one of the actor's roles carries the permission, and a key's scope too where a program acts."""
    within = actor.scopes is None or any(permission in SCOPE_MAP[scope] for scope in actor.scopes)
    return within and bool(actor.roles & PERMISSION_MAP[permission])


def check(actor: Actor, permission: Permission) -> None:
    """Raise ``NotAllowed`` where ``can`` is false."""
    if not can(actor, permission):
        raise NotAllowed()


def can_see(actor: Actor, case: Case) -> bool:
    """An office sees the cases of its region; a hospital those it opened itself."""
    if actor.roles & OFFICE:
        return case.region_code == actor.region_code
    return case.opened_by == actor.id
