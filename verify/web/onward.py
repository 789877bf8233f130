"""Where a sign-in leads: the address somebody wanted where it is one of ours, else the person's home."""

import re

from flask import url_for

from verify.auth import me
from workflows.actor import Actor
from workflows.states import Role

OWN_PATH = re.compile(r"/(?![/\\])[\w/.\-]*", re.ASCII)
"""Where a sign-in may lead: an address of ours, never one of somebody else's."""


def home_of(actor: Actor) -> str:
    """Where a person's work begins."""
    at_desk_only = Role.HOSPITAL in actor.roles and not actor.roles - {Role.HOSPITAL}
    return url_for("reception.show") if at_desk_only else url_for("work_list.show")


def onward_to(wanted: str) -> str:
    """Where a sign-in leads: the address asked for where it is one of ours, else the person's home."""
    doors = (url_for("door.show"), url_for("door.leave"), url_for("factor_door.show"))
    return wanted if OWN_PATH.fullmatch(wanted) and wanted != "/" and wanted not in doors else home_of(me())
