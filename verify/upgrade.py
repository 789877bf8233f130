"""Bringing an installation to this version: the schema, the keys, and findings that this version makes from other facts."""

from contextlib import closing

from verify.composition import Rekom
from verify.db import migrate
from verify.keys import make_keys
from workflows import stale_findings


def bring_up(rekom: Rekom) -> int:
    """Make what is missing; returns how many open cases the workers weigh again."""
    migrate(rekom.settings.database_url, rekom.new_vault())
    make_keys(rekom.settings.folder / "keys")
    return weigh_again(rekom)


def weigh_again(rekom: Rekom) -> int:
    """How many cases were promised new findings; each is a transaction of its own, so that the office can work meanwhile."""
    with closing(rekom.database) as database:
        with database.read() as session:
            ids = stale_findings.waiting(session)
        done = 0
        for case_id in ids:
            with database.write() as session:
                done += stale_findings.weigh(session, case_id, now=rekom.clock())
    return done
