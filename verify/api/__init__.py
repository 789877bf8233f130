"""The API, version 1: one file per noun; load, call, return."""

from flask_smorest import Api

from verify.api import applications, approvals, casework, desk, letters, paths, promises, refusals, seats, session, signing

MODULES = (session, paths, promises, applications, casework, approvals, refusals, letters, signing, seats, desk)


def register(api: Api) -> None:
    """Put all blueprints under ``/api/v1``."""
    for module in MODULES:
        api.register_blueprint(module.blueprint)
