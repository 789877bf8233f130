"""Promises 1 to 3: one letter per approved case, no number twice, seats as many as there are."""

from collections import Counter, defaultdict

from tests.chaos.checker.history import History, good
from tests.chaos.checker.proof import Proof
from tests.chaos.checker.store import Row, Store, parsed

LIVE = {"SIGNED", "PREPARED", "ISSUED", "ACCEPTED"}
LETTER_OF = {
    "APPROVED": {"SIGNED"},
    "SIGNING": {"PREPARED"},
    "LETTER_ISSUED": {"ISSUED"},
    "ACCEPTED": {"ACCEPTED"},
    "ACTIVE": {"ACCEPTED"},
    "EXPIRED": {"EXPIRED"},
    "REVOKED": {"REVOKED"},
    "DIED": {"REVOKED", "ACCEPTED", "EXPIRED"},
}
"""In which state the newest letter of a case in this state is."""
UNDECIDED = {"RECEIVED", "CHECKED", "ASSESSMENT", "VALIDATION", "PARAF_KASI", "PARAF_KABID", "PARAF_SEKRETARIS", "DECISION", "WAITLISTED"}


def one_letter_each(store: Store, _: History) -> Proof:
    """Each approved case has its letters in one line of replacements, at most one of them live; each letter has an approval."""
    approved = {row["case_id"] for row in store.rows("SELECT case_id FROM decision WHERE outcome = 'APPROVED'")}
    states = {row["id"]: row["state"] for row in store.rows("SELECT id, state FROM case_file")}
    letters: dict[int, list[Row]] = defaultdict(list)
    for row in store.rows("SELECT id, case_id, state, decision_id, replaces_id FROM letter ORDER BY id"):
        letters[row["case_id"]].append(row)
    faults = [f"case {case} has a letter and no approval" for case in letters.keys() - approved]
    faults += [f"case {case} is approved and has no letter" for case in approved - letters.keys()]
    faults += [f"case {case} is {states[case]} and has a letter" for case in letters if states[case] in UNDECIDED]
    for case, found in letters.items():
        live = [one for one in found if one["state"] in LIVE]
        firsts = [one for one in found if one["replaces_id"] is None]
        if len(live) > 1 or len(firsts) != 1:
            faults.append(f"case {case} has {len(live)} live letters and {len(firsts)} first ones")
        newest, wanted = found[-1]["state"], LETTER_OF.get(states[case])
        if wanted is not None and newest not in wanted:
            faults.append(f"case {case} is {states[case]} and its letter {newest}")
        if any(one["state"] != "REPLACED" for one in found[:-1]):
            faults.append(f"case {case} has an older letter that nothing replaced")
    return Proof(1, "one letter for each approved case, and none without approval", len(approved | letters.keys()), tuple(faults))


def no_number_twice(store: Store, history: History) -> Proof:
    """Over all kinds of letters, over restores and in what clients were told: a number is one letter's; gaps have an explanation."""
    given = store.rows(
        "SELECT office, year, sequence, number, id FROM letter"
        " UNION ALL SELECT office, year, sequence, number, -id FROM collective_letter WHERE number IS NOT NULL"
        " UNION ALL SELECT office, year, sequence, number, -id FROM premium_letter WHERE number IS NOT NULL"
    )
    faults = [f"number {number} given {times} times" for number, times in Counter(row["number"] for row in given).items() if times > 1]
    faults += [f"{place} given {times} times" for place, times in Counter(map(_place, given)).items() if times > 1]
    skipped = {place for row in store.rows("SELECT detail FROM audit_event WHERE action = 'RESTORE'") for place in _skipped(row)}
    faults += [f"{place} was to be skipped after a restore and was given" for place in skipped & set(map(_place, given))]
    for row in store.rows("SELECT office, year, last FROM letter_counter"):
        wanted = {(row["office"], row["year"], sequence) for sequence in range(1, row["last"] + 1)}
        faults += [f"{place} is missing and nobody says why" for place in sorted(wanted - skipped - set(map(_place, given)))]
        above = {place for place in map(_place, given) if place[:2] == (row["office"], row["year"]) and place[2] > row["last"]}
        faults += [f"{place} lies above its counter" for place in sorted(above)]
    told: dict[str, set[str]] = defaultdict(set)
    for line in history.of("decide", "given"):
        if good(line) and line.get("number"):
            told[line["number"]].add(line["ticket"])
    faults += [f"number {number} was told to {len(tickets)} applicants" for number, tickets in told.items() if len(tickets) > 1]
    return Proof(2, "no letter number twice, none lost", len(given), tuple(faults))


def seats_exact(store: Store, _: History) -> Proof:
    """What the year's row says is what the seats say, never over the cap, and the money of both sides is the same."""
    quotas = store.rows("SELECT id, year, cap, used, carried FROM seat_quota")
    given = Counter(row["quota_id"] for row in store.rows("SELECT quota_id FROM seat"))
    freed = Counter(row["released_from"] for row in store.rows("SELECT released_from FROM seat WHERE released_at IS NOT NULL"))
    faults = [
        f"year {row['year']}: {row['used']} used, {row['carried']} carried + {given[row['id']]} given - {freed[row['id']]} freed"
        for row in quotas
        if row["used"] != row["carried"] + given[row["id"]] - freed[row["id"]]
    ]
    faults += [f"year {row['year']}: {row['used']} used of {row['cap']}" for row in quotas if not 0 <= row["used"] <= row["cap"]]
    live = Counter(row["case_id"] for row in store.rows("SELECT case_id FROM seat WHERE released_at IS NULL"))
    faults += [f"case {case} holds {times} seats" for case, times in live.items() if times > 1]
    seated = "SELECT case_id FROM letter WHERE type = 'REKOM_PBPU_PEMDA' AND state IN ('SIGNED', 'PREPARED', 'ISSUED', 'ACCEPTED')"
    faults += [f"case {row['case_id']} has letter A and no seat" for row in store.rows(seated) if not live[row["case_id"]]]
    faults += [f"case {row['case_id']} is {row['state']} and holds a seat" for row in store.rows(_HELD_FOR_NOBODY)]
    wrong = "SELECT id FROM ledger_entry WHERE amount <> months * monthly OR debit = credit"
    faults += [f"ledger entry {row['id']} moves something else than it says" for row in store.rows(wrong)]
    bound = "SELECT count(*) FROM seat s WHERE NOT EXISTS (SELECT 1 FROM ledger_entry l WHERE l.seat_id = s.id AND l.kind = 'RESERVE')"
    faults += [f"{number} seats without money" for number in [store.value(bound)] if number]
    return Proof(3, "seats in use are the seats that were given, never over the cap", len(quotas) + sum(given.values()), tuple(faults))


_HELD_FOR_NOBODY = (
    "SELECT s.case_id, c.state FROM seat s JOIN case_file c ON c.id = s.case_id WHERE s.status = 'RESERVED'"
    " AND c.state IN ('EXPIRED', 'REVOKED', 'REJECTED', 'WITHDRAWN', 'DIED', 'UNREGISTERED')"
)


def _place(row: Row) -> tuple[str, int, int]:
    return row["office"], row["year"], row["sequence"]


def _skipped(row: Row) -> list[tuple[str, int, int]]:
    ranges = parsed(row["detail"])["skipped_numbers"]
    return [(office, year, sequence) for office, year, first, last in ranges for sequence in range(first, last + 1)]
