"""A test office as far as letter E: people in a file, its cover letter proposed, initialled, approved, with its paper."""

from tests.office import Office
from tests.registration_office import make
from verify import collective as edge
from workflows import collective
from workflows.records.collective import CollectiveLetter


def to_file(office: Office, *people: int) -> None:
    """Letters A for these residents, and one export file of them."""
    for number in people:
        office.to_letter(number)
    make(office)


def propose(office: Office, number: int = 1, *, by: str = "loket") -> CollectiveLetter:
    actor = office.actor(by)
    with office.write() as session:
        return collective.propose(session, number, office.policy, actor, now=office.clock())


def act(office: Office, letter: CollectiveLetter, what: str, *given: object, by: str) -> CollectiveLetter:
    """One of the commands on one letter; returns it as it is afterwards, or the one in its place."""
    actor = office.actor(by)
    with office.write() as session:
        locked = collective.lock(session, letter.id or 0, actor)
        made = getattr(collective, what)(session, locked, *given, actor, now=office.clock())
        return made or locked


def approve(office: Office, letter: CollectiveLetter, *, by: str = "kadis") -> CollectiveLetter:
    return act(office, letter, "approve", letter.list_sha256, office.policy, by=by)


def press(office: Office, letter: CollectiveLetter) -> CollectiveLetter:
    """Make the paper, as the service does right after the word is given."""
    edge.press(office.rekom, letter.id or 0)
    return again(office, letter)


def issued(office: Office, *people: int) -> CollectiveLetter:
    """A cover letter that is good."""
    to_file(office, *(people or (1, 2)))
    return press(office, approve(office, propose(office)))


def again(office: Office, letter: CollectiveLetter) -> CollectiveLetter:
    with office.read() as session:
        return session.get_one(CollectiveLetter, letter.id)
