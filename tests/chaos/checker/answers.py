"""Promises 7 to 10: what clients were told is so, once, and no bad letter was called good."""

from collections import Counter, defaultdict

from tests.chaos.checker.history import History, Line, good, refused
from tests.chaos.checker.proof import Proof
from tests.chaos.checker.store import Row, Store, moment, parsed


def told_is_so(store: Store, history: History) -> Proof:
    """Each 2xx a client saw is in the tables; each refusal left nothing; in a complete history nothing is there unasked."""
    tickets = {row["ticket"] for row in store.rows("SELECT ticket FROM case_file")}
    letters: dict[str, list[str]] = defaultdict(list)
    for row in store.rows("SELECT c.ticket, l.number FROM letter l JOIN case_file c ON c.id = l.case_id"):
        letters[row["ticket"]].append(row["number"])
    keys = {row["key"] for row in store.rows("SELECT key FROM idempotency_record")}
    holders = {
        row["number"]: row["hospital_code"]
        for row in store.rows("SELECT l.number, a.hospital_code FROM acceptance a JOIN letter l ON l.id = a.letter_id")
    }
    faults = []
    for line in history.of("intake", "decide", "accept"):
        faults += _not_so(line, tickets, letters, holders) if good(line) else _left_behind(line, keys) if refused(line) else []
    if history.complete:
        faults += _unasked(history, tickets, letters)
    return Proof(
        7, "what a client was told is so, and a refusal left nothing", len(history.of("intake", "decide", "accept")), tuple(faults)
    )


def _not_so(line: Line, tickets: set[str], letters: dict[str, list[str]], holders: dict[str, str]) -> list[str]:
    if line["op"] == "intake" and line["ticket"] not in tickets:
        return [f"{line['ticket']} was opened by what a client was told, and is not there"]
    if line["op"] == "decide" and line.get("number") and line["number"] not in letters.get(line["ticket"], []):
        return [f"{line['number']} was given to {line['ticket']} by what a client was told, and is not there"]
    if line["op"] == "accept" and holders.get(line["number"]) != line["hospital"]:
        return [f"{line['hospital']} was told it has {line['number']}, and has not"]
    return []


def _left_behind(line: Line, keys: set[str]) -> list[str]:
    # A key that was used before, for something else, is refused and stays as it is.
    if line["op"] == "intake" and line.get("key") in keys and line["status"] not in (409, 422):
        return [f"the refused key {line['key']} was kept"]
    return []


def _unasked(history: History, tickets: set[str], letters: dict[str, list[str]]) -> list[str]:
    """Each case comes from one applicant's key; each letter from an approval that was not refused."""
    keys = {line["key"] for line in history.of("intake") if not refused(line)}
    faults = [f"{len(tickets)} cases from {len(keys)} applicants"] if len(tickets) > len(keys) else []
    asked = {line["ticket"] for line in history.of("decide") if not refused(line)}
    return faults + [f"{ticket} has a letter that nobody was heard to give" for ticket in sorted(letters.keys() - asked)]


def repeats_alike(store: Store, history: History) -> Proof:
    """The same key with the same question gets the same bytes, and they are kept; another question gets none.

    What is kept lies encrypted, and whoever checks holds no key: that it is the same is seen in what clients got.
    """
    kept = {row["key"] for row in store.rows("SELECT key FROM idempotency_record WHERE body IS NOT NULL")}
    answers: dict[str, set[str]] = defaultdict(set)
    lines = [line for line in history.of("intake") if line.get("key") and good(line)]
    for line in lines:
        answers[line["key"]].add(line["body"])
    faults = [f"key {key} got {len(bodies)} different answers" for key, bodies in answers.items() if len(bodies) > 1]
    faults += [f"key {key} was answered and its answer is not kept" for key in answers if key not in kept]
    faults += [f"key {line['key']} was answered for another question" for line in lines if line.get("reused")]
    return Proof(8, "the same key gets the same bytes", len(lines), tuple(dict.fromkeys(faults)))


def accepted_once(store: Store, history: History) -> Proof:
    """One acceptance a letter, told to one hospital; every acceptance sent late is kept, a double one as a conflict."""
    taken = store.rows("SELECT letter_id, hospital_code FROM acceptance")
    told: dict[str, set[str]] = defaultdict(set)
    for line in history.of("accept"):
        if good(line):
            told[line["number"]].add(line["hospital"])
    faults = [f"letter {letter} accepted twice" for letter in _twice(taken)]
    faults += [f"{number} was given to {' and '.join(sorted(who))}" for number, who in told.items() if len(who) > 1]
    late = {row["nonce"]: row for row in store.rows("SELECT nonce, letter_id, hospital_code, outcome FROM late_acceptance")}
    faults += [f"late acceptance {line['nonce']} is gone" for line in history.of("late") if good(line) and line["nonce"] not in late]
    holders = {row["letter_id"]: row["hospital_code"] for row in taken}
    for nonce, row in late.items():
        other = holders.get(row["letter_id"]) not in (None, row["hospital_code"])
        if other and row["outcome"] in ("TAKEN", "OURS"):
            faults.append(f"late acceptance {nonce} took a letter that another hospital has")
    return Proof(9, "a letter is accepted once, and late doubles are kept", len(taken) + len(late), tuple(faults))


def _twice(rows: list[Row]) -> list[int]:
    return [letter for letter, times in Counter(row["letter_id"] for row in rows).items() if times > 1]


def good_only_when_good(store: Store, history: History) -> Proof:
    """No desk was told VALID of a letter that was expired, revoked, used or sealed by a withdrawn key at that moment."""
    letters = {row["number"]: row for row in store.rows(_LETTERS)}
    by_case: dict[str, list[Row]] = defaultdict(list)
    for row in letters.values():
        by_case[f"case:{row['case_id']}"].append(row)
    withdrawn = {row["key_id"]: moment(row["at"]) for row in store.rows("SELECT key_id, at FROM trust_entry WHERE key_id IS NOT NULL")}
    faults, looked = [], 0
    for row in store.rows("SELECT subject, at, detail FROM audit_event WHERE action = 'DESK_CHECK' AND subject LIKE 'case:%'"):
        if parsed(row["detail"]).get("answer") == "VALID":
            looked += 1
            faults += [] if any(_was_good(one, moment(row["at"]), withdrawn) for one in by_case[row["subject"]]) else [row["subject"]]
    for line in history.of("check"):
        if line.get("answer") == "VALID":
            looked += 1
            one = letters.get(line["number"])
            faults += [] if one and _was_good(one, moment(line["at"]), withdrawn) else [line["number"]]
    return Proof(10, "no bad letter was called good", looked, tuple(f"{one} was called good and was not" for one in faults))


_LETTERS = (
    "SELECT l.number, l.case_id, l.valid_from, l.valid_until, l.issued_at, l.revoked_at, l.replaced_at, l.key_id, a.accepted_at"
    " FROM letter l LEFT JOIN acceptance a ON a.letter_id = l.id"
)


def _was_good(letter: Row, at: object, withdrawn: dict[str, object]) -> bool:
    """At the very moment of a change either answer is right."""
    ends = [moment(letter[name]) for name in ("valid_until", "revoked_at", "replaced_at", "accepted_at")]
    ends.append(withdrawn.get(letter["key_id"]))
    issued = moment(letter["issued_at"])
    return issued is not None and issued <= at and all(end is None or at <= end for end in ends)
