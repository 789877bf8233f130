"""Promise 12: nothing that is due lies about."""

from datetime import UTC, datetime, timedelta

from tests.chaos.checker.history import History
from tests.chaos.checker.proof import Proof
from tests.chaos.checker.store import Store, moment

LONGEST = timedelta(seconds=30)


def nothing_left_lying(store: Store, _: History, now: datetime | None = None) -> Proof:
    """No task is due for more than thirty seconds, and no lease ran out that long ago or reaches further than an hour."""
    now = now or datetime.now(UTC)
    faults = []
    for row in store.rows("SELECT id, job, due_at, leased_until FROM task WHERE done_at IS NULL"):
        due, leased = moment(row["due_at"]), moment(row["leased_until"])
        assert due is not None
        if now - max(due, leased or due) > LONGEST:
            faults.append(f"task {row['id']} ({row['job']}) lies since {due:%H:%M:%S}")
        if leased is not None and leased - now > timedelta(hours=1):
            faults.append(f"task {row['id']} ({row['job']}) is held until {leased:%Y-%m-%d %H:%M:%S}")
    faults += [f"case {row['id']} is {row['state']} and nothing will move it" for row in store.rows(_STUCK)]
    return Proof(12, "nothing that is due is left lying", store.value("SELECT count(*) FROM task"), tuple(faults))


_STUCK = (
    "SELECT c.id, c.state FROM case_file c WHERE c.state IN ('RECEIVED', 'CHECKED', 'APPROVED')"
    " AND NOT EXISTS (SELECT 1 FROM task t WHERE t.case_id = c.id AND t.done_at IS NULL)"
)
