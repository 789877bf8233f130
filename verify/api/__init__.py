"""The API, version 1: one file per noun; load, call, return."""

from flask_smorest import Api

from verify.api import (
    applications,
    approvals,
    bedside,
    casework,
    collective,
    delegations,
    desk,
    fhir,
    hospital,
    hospital_keys,
    households,
    letters,
    moves,
    oauth,
    papers,
    paths,
    privacy,
    promises,
    refusals,
    registrations,
    removals,
    sandbox,
    seats,
    session,
    sessions,
    signing,
    taking,
    waits,
    webhooks,
)

MODULES = (
    session,
    sessions,
    paths,
    promises,
    applications,
    households,
    papers,
    taking,
    casework,
    approvals,
    delegations,
    refusals,
    letters,
    removals,
    signing,
    seats,
    desk,
    registrations,
    waits,
    collective,
    hospital,
    bedside,
    moves,
    hospital_keys,
    oauth,
    sandbox,
    webhooks,
    fhir,
    privacy,
)


def register(api: Api) -> None:
    """Put all blueprints in place: ``/api/v1``, and the standards' own addresses beside it."""
    for module in MODULES:
        api.register_blueprint(module.blueprint)
