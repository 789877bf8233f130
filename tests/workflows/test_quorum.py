"""A quorum: one signature is not enough above the quota; two of three posts agree first, and the database counts them."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError, IntegrityError
from sqlmodel import select, update

from schemas.policy_file import load_policies, policies_folder
from tests.approval_office import give, to_paraf, with_chain, with_policy
from tests.office import Office
from tests.seat_office import approve, make_decidable, quota, with_seats
from tests.workflows.test_letter_types import approve as guarantee
from tests.workflows.test_letter_types import guaranteed
from workflows import advance, quorum
from workflows.errors import FourEyes, InvalidInput, NotAllowed, TransitionRefused
from workflows.quorum import QuorumMissing
from workflows.records import Agreement, CheckResult, Decision
from workflows.rules.policy import QuorumRule
from workflows.states import POSTS, Role
from workflows.vocabulary import DocumentType, LetterType, Urgency

RULE = QuorumRule(None, True, 0, 2, POSTS)


@pytest.fixture
def full(office: Office) -> Office:
    """One seat a year, taken; emergencies may go above it where two of three posts agree."""
    return ready(office)


@pytest.fixture
def sqlite_full(sqlite_office: Office) -> Office:
    return ready(sqlite_office)


def ready(office: Office) -> Office:
    with_policy(with_seats(office, 1, over_cap=True), quorum=(RULE,))
    for post in POSTS:
        office.hire(post.lower(), post)
    (first,) = make_decidable(office, 1)
    approve(office, first)
    return office


def emergency(office: Office, number: int = 2) -> str:
    (ticket,) = make_decidable(office, 1, Urgency.EMERGENCY, first=number)
    return ticket


def agree(office: Office, ticket: str, by: str) -> Agreement:
    actor = office.actor(by)
    with office.write() as session:
        return quorum.agree(session, advance.lock(session, ticket, actor), office.policy, actor, now=office.clock())


def test_above_the_quota_two_of_three_agree_first(full: Office) -> None:
    ticket = emergency(full)
    for given, post in enumerate(("kasi", "sekretaris")):
        with pytest.raises(QuorumMissing, match=rf"persetujuan 2 dari 3 pejabat \(Kasi, Kabid, Sekretaris\)\. Baru ada {given}\."):
            approve(full, ticket)
        assert quota(full).used == 1, "what was refused took no seat"
        agreement = agree(full, ticket, post)
        assert (agreement.role, agreement.case_version, agreement.given_at) == (post.upper(), full.case(ticket).version, full.clock())
    approve(full, ticket)
    assert (quota(full).used, quota(full).extra) == (2, 1)
    assert [event.action for event in full.events(ticket)] == ["AGREE", "AGREE", "APPROVE"]


def test_within_the_quota_the_head_alone_is_enough(sqlite_office: Office) -> None:
    with_policy(with_seats(sqlite_office, 5, over_cap=True), quorum=(RULE,))
    approve(sqlite_office, emergency(sqlite_office, 1))
    with sqlite_office.read() as session:
        assert session.get_one(Decision, 1).quorum == 0


def test_an_agreement_stands_for_what_was_seen(sqlite_full: Office) -> None:
    ticket = emergency(sqlite_full)
    for post in ("kasi", "kabid"):
        agree(sqlite_full, ticket, post)
    sqlite_full.amend(ticket, documents=frozenset({DocumentType.KTP}))
    sqlite_full.drain()
    with pytest.raises(QuorumMissing, match="Baru ada 0"):
        approve(sqlite_full, ticket)


def test_who_cannot_agree(sqlite_full: Office) -> None:
    ticket = emergency(sqlite_full)
    agree(sqlite_full, ticket, "kasi")
    with pytest.raises(InvalidInput, match="sudah tercatat"):
        agree(sqlite_full, ticket, "kasi")
    with pytest.raises(NotAllowed, match="Peran Anda tidak boleh"):
        agree(sqlite_full, ticket, "kadis")
    with_policy(sqlite_full, quorum=(QuorumRule(None, True, 0, 1, (Role.KASI,)),))
    with pytest.raises(NotAllowed, match="tidak meminta persetujuan Anda"):
        agree(sqlite_full, ticket, "kabid")
    sqlite_full.withdraw(ticket)
    with pytest.raises(TransitionRefused, match="berstatus “Dibatalkan”"):
        agree(sqlite_full, ticket, "kasi")


def test_an_earlier_hand_does_not_agree(sqlite_full: Office) -> None:
    with sqlite_full.write() as session:
        session.connection().execute(text("INSERT INTO staff_role (staff_id, role) VALUES (2, 'KABID')"))  # who assessed
    with pytest.raises(FourEyes, match="Pejabat lain harus menyetujui"):
        agree(sqlite_full, emergency(sqlite_full), "peksos")


def test_a_paraf_keeps_nobody_from_agreeing_and_a_check_by_hand_does(sqlite_office: Office) -> None:
    office = with_chain(sqlite_office, Role.KASI)
    with_policy(office, quorum=(RULE,))
    ticket, kabid = to_paraf(office), office.actor("kabid").person_id
    loket = office.actor("loket")
    with office.write() as session:
        session.exec(update(CheckResult).values(recorded_by=kabid, task_id=None, note="Uji."))
        advance.weigh_again(session, advance.lock(session, ticket, loket), now=office.clock())
    office.drain()
    give(office, ticket, "kasi")
    assert agree(office, ticket, "kasi").role is Role.KASI
    with pytest.raises(FourEyes, match="Pejabat lain harus menyetujui"):
        agree(office, ticket, "kabid")


def test_rupiah_above_an_amount_ask_for_a_quorum(sqlite_full: Office) -> None:
    with_policy(sqlite_full, quorum=(QuorumRule(None, False, 3_000_000, 1, (Role.SEKRETARIS,)),))
    kadis, ticket = sqlite_full.actor("kadis"), emergency(sqlite_full)
    with sqlite_full.write() as session:
        case = advance.lock(session, ticket, kadis)
        findings = quorum.guards.current_findings(session, case)
        assert findings is not None
        asked = {"above_quota": False}
        assert quorum.check_met(session, case, findings, sqlite_full.policy, kadis, **asked, rupiah=3_000_000) == 0
        with pytest.raises(QuorumMissing, match="1 dari 1 pejabat"):
            quorum.check_met(session, case, findings, sqlite_full.policy, kadis, **asked, rupiah=3_000_001)


def test_a_guarantee_above_the_amount_waits_for_two_posts_and_one_below_does_not(office: Office) -> None:
    with_policy(office, quorum=(QuorumRule(LetterType.JAMINAN_PELAYANAN, False, 2_000_000, 2, POSTS),))
    for post in POSTS:
        office.hire(post.lower(), post)
    dear, cheap = guaranteed(office, 1), guaranteed(office, 2)
    assert guarantee(office, cheap, cap=2_000_000).number
    with pytest.raises(QuorumMissing, match="2 dari 3 pejabat"):
        guarantee(office, dear, cap=2_000_001)
    agree(office, dear, "kasi")
    with pytest.raises(QuorumMissing, match="Baru ada 1"):
        guarantee(office, dear)
    agree(office, dear, "kabid")
    assert guarantee(office, dear).type == LetterType.JAMINAN_PELAYANAN
    with office.read() as session:
        decided = session.exec(select(Decision).where(Decision.case_id == office.case(dear).id)).one()
    assert (decided.cap_rupiah, decided.quorum) == (3_000_000, 2)


def test_the_database_counts_them(full: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    ticket = emergency(full)
    agree(full, ticket, "kasi")
    monkeypatch.setattr(quorum, "_missing", lambda *_: "x.")
    monkeypatch.setattr(quorum, "given_on", lambda *_: [Agreement(role=post, given_by=0) for post in POSTS])  # a hand that lies
    with pytest.raises(IntegrityError, match="decision_quorum_met"):
        approve(full, ticket)


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        ("UPDATE agreement SET given_at = given_at", "append-only"),
        ("DELETE FROM agreement", "append-only"),
        (
            "INSERT INTO agreement (case_id, assessment_id, finding_set_id, role, case_version, opened_by, assessed_by, validated_by,"
            " given_by, given_at) SELECT case_id, assessment_id, finding_set_id, 'KABID', case_version, opened_by, assessed_by,"
            " validated_by, assessed_by, given_at FROM agreement",
            "ck_agreement_four_eyes",
        ),
        (
            "INSERT INTO agreement (case_id, assessment_id, finding_set_id, role, case_version, opened_by, assessed_by, validated_by,"
            " given_by, given_at) SELECT case_id, assessment_id, finding_set_id, 'KABID', case_version, opened_by, assessed_by,"
            " validated_by, given_by, given_at FROM agreement",
            "uq_agreement_assessment_id_finding_set_id_given_by|append-only",
        ),
    ],
    ids=["changed", "taken back", "by who assessed", "the same person twice"],
)
def test_the_database_refuses_a_false_agreement(full: Office, statement: str, rule: str) -> None:
    agree(full, emergency(full), "kasi")
    with pytest.raises(DatabaseError, match=rule), full.write() as session:
        session.connection().execute(text(statement))


def test_banyuasin_asks_for_two_of_three_above_the_quota_and_for_a_large_guarantee() -> None:
    book = load_policies(policies_folder())
    policy = book.regions["1607"][-1]
    assert policy.quorum
    assert policy.quorum.value == (RULE, QuorumRule(LetterType.JAMINAN_PELAYANAN, False, 2_000_000, 2, POSTS))
