"""Parafs: in order, by different people, each on what is true now; held by the database whatever hand writes there."""

from collections.abc import Mapping
from typing import Any

import pytest
from alembic import command
from sqlalchemy import inspect, text
from sqlalchemy.exc import DatabaseError, IntegrityError

from schemas.policy_file import load_policies, policies_folder
from tests.approval_office import give, to_paraf, with_chain, with_policy
from tests.office import GROUNDS, Office
from verify.db import _alembic, connect, migrate
from workflows import advance, decision, four_eyes, parafs
from workflows.errors import FourEyes, NotAllowed, TransitionRefused
from workflows.records import ApprovalStep, Paraf
from workflows.rules.policy import ApprovalChain
from workflows.states import Role, State
from workflows.vocabulary import DocumentType, LetterType

KASI, KABID, SEKRETARIS, KADIS = Role.KASI, Role.KABID, Role.SEKRETARIS, Role.KADIS


def state(office: Office, ticket: str) -> State:
    return office.case(ticket).state


# --- the way up


def test_each_post_in_its_order_and_then_the_head(office: Office) -> None:
    with_chain(office, KASI, KABID, SEKRETARIS)
    ticket = to_paraf(office)
    seen = []
    for post in ("kasi", "kabid", "sekretaris"):
        seen.append((state(office, ticket), office.case(ticket).version))
        with pytest.raises(TransitionRefused, match="Langkah ini tidak ada saat berkas berstatus"):
            office.approve(ticket)
        paraf = give(office, ticket, post)
        assert (paraf.role, paraf.case_version, paraf.given_at) == (post.upper(), seen[-1][1], office.clock())
    assert [one[0] for one in seen] == [State.PARAF_KASI, State.PARAF_KABID, State.PARAF_SEKRETARIS]
    assert state(office, ticket) == State.DECISION
    assert office.approve(ticket).startswith("400.9/001")
    told = [event.detail["post"] for event in office.events(ticket) if event.action == "PARAF"]
    assert told == ["KASI", "KABID", "SEKRETARIS"]


def test_a_region_without_a_chain_goes_straight_to_the_head(office: Office) -> None:
    assert office.posts == ()
    assert state(office, office.to_decision()) == State.DECISION
    assert office.count(ApprovalStep) == 0


@pytest.mark.parametrize("posts", [(KASI,), (KABID,), (KABID, SEKRETARIS), (KASI, SEKRETARIS)])
def test_a_chain_may_be_short(sqlite_office: Office, posts: tuple[Role, ...]) -> None:
    with_chain(sqlite_office, *posts)
    ticket = to_paraf(sqlite_office)
    for post in posts:
        give(sqlite_office, ticket, post.lower())
    assert state(sqlite_office, ticket) == State.DECISION


def test_only_the_post_whose_turn_it_is(sqlite_office: Office) -> None:
    with_chain(sqlite_office, KASI, KABID)
    ticket = to_paraf(sqlite_office)
    with pytest.raises(NotAllowed, match=r"^Berkas ini menunggu paraf pejabat lain\. Tunggu giliran Anda\.$"):
        give(sqlite_office, ticket, "kabid")
    with pytest.raises(NotAllowed, match=r"^Peran Anda tidak boleh melakukan ini\."):
        give(sqlite_office, ticket, "kadis")
    assert sqlite_office.count(Paraf) == 0


def test_a_post_may_send_back_and_the_next_round_asks_everybody_again(sqlite_office: Office) -> None:
    with_chain(sqlite_office, KASI, KABID)
    ticket = to_paraf(sqlite_office)
    give(sqlite_office, ticket, "kasi")
    sqlite_office.send_back(ticket, by="kabid")
    assert state(sqlite_office, ticket) == State.ASSESSMENT
    sqlite_office.drain()
    sqlite_office.assess(ticket)
    sqlite_office.drain()
    sqlite_office.validate(ticket)
    assert state(sqlite_office, ticket) == State.PARAF_KASI
    for post in ("kasi", "kabid"):
        give(sqlite_office, ticket, post)
    assert state(sqlite_office, ticket) == State.DECISION


def test_new_findings_ask_for_new_parafs(sqlite_office: Office) -> None:
    """A paraf stands for what its giver saw: a paper that comes on the way changes the findings."""
    with_chain(sqlite_office, KASI, KABID)
    ticket = to_paraf(sqlite_office, documents=frozenset({DocumentType.KTP}))
    give(sqlite_office, ticket, "kasi")
    sqlite_office.amend(ticket, documents=frozenset({DocumentType.KK}))
    with pytest.raises(TransitionRefused, match="Temuan sedang dihitung ulang"):
        give(sqlite_office, ticket, "kabid")
    sqlite_office.drain()
    assert state(sqlite_office, ticket) == State.PARAF_KASI
    for post in ("kasi", "kabid"):
        give(sqlite_office, ticket, post)
    assert state(sqlite_office, ticket) == State.DECISION
    assert sqlite_office.count(Paraf) == 3


def test_whoever_gave_a_paraf_does_not_decide(sqlite_office: Office) -> None:
    office = with_chain(sqlite_office, KASI)
    ticket = to_paraf(office)
    give(office, ticket, "kasi")
    office.let_sign(office.actor("kasi").person_id, office.clock().date(), office.clock().date())
    with pytest.raises(FourEyes, match="Penanda tangan lain harus memutuskan"):
        office.approve(ticket, by="kasi")
    office.approve(ticket)


@pytest.mark.parametrize("hand", ["open", "assess", "validate"])
def test_whoever_had_a_hand_in_it_gives_no_paraf(sqlite_office: Office, hand: str) -> None:
    office = with_chain(sqlite_office, KASI)
    office.hire("serba", Role.LOKET, Role.CASEWORKER, Role.VALIDATOR, Role.KASI)
    ticket = office.open(by="serba" if hand == "open" else "loket")
    office.drain()
    office.assess(ticket, by="serba" if hand == "assess" else "peksos")
    office.drain()
    office.validate(ticket, by="serba" if hand == "validate" else "validator")
    with pytest.raises(FourEyes, match="Pejabat lain harus memberi paraf"):
        give(office, ticket, "serba")
    give(office, ticket, "kasi")


def test_where_intake_is_apart_who_opened_neither_assesses_nor_validates(office: Office) -> None:
    with_policy(office, separate_intake=True)
    office.hire("serba", Role.LOKET, Role.CASEWORKER, Role.VALIDATOR)
    actor = office.actor("serba")
    ticket = office.open(by=actor)
    office.drain()
    with pytest.raises(FourEyes, match="Anda yang membuka berkas ini"):
        office.assess(ticket, by=actor)
    office.assess(ticket)
    office.drain()
    with pytest.raises(FourEyes, match="Anda yang membuka berkas ini"):
        office.validate(ticket, by=actor)
    for column in ("assessed_by", "validated_by"):
        refused(office, f"UPDATE assessment SET {column} = {actor.id}, validated_at = assessed_at", "assessment_apart_from_intake")
    refused(office, "UPDATE case_file SET opened_by = (SELECT assessed_by FROM assessment)", "case_file_intake_apart")


# --- the database


HONEST = {
    "case_id": 1,
    "assessment_id": 1,
    "finding_set_id": 2,
    "position": 1,
    "previous": None,
    "role": "KASI",
    "case_version": 3,
    "opened_by": 1,
    "assessed_by": 2,
    "validated_by": 3,
}
LIES: Mapping[str, tuple[dict[str, Any], str]] = {
    "out of turn": ({"position": 2, "role": "KABID"}, "ck_paraf_in_order"),
    "before the one below": ({"position": 2, "role": "KABID", "previous": 1}, "fk_paraf_previous"),
    "of a post not asked": ({"role": "SEKRETARIS"}, "fk_paraf_step"),
    "by who opened": ({"given_by": 1}, "ck_paraf_four_eyes"),
    "by who assessed": ({"given_by": 2}, "ck_paraf_four_eyes"),
    "by who validated": ({"given_by": 3}, "ck_paraf_four_eyes"),
    "lying about who opened": ({"opened_by": 5, "given_by": 1}, "fk_paraf_opened"),
    "lying about who assessed": ({"assessed_by": 5, "given_by": 2}, "fk_paraf_assessed"),
    "on no findings": ({"finding_set_id": 999}, "fk_paraf_finding_set_id"),
    "by nobody": ({"given_by": 999}, "fk_paraf_given_by"),
}


def insert(row: Mapping[str, Any]) -> str:
    return f"INSERT INTO paraf ({', '.join(row)}) VALUES ({', '.join(':' + name for name in row)})"


def refused(office: Office, statement: str, said: str, values: Mapping[str, Any] | None = None) -> None:
    """The database refuses, naming the rule where it can (SQLite names no foreign key)."""
    with pytest.raises(DatabaseError) as refusal, office.write() as session:
        session.connection().execute(text(statement), dict(values or {}))
    told = str(refusal.value.orig)
    foreign = said.startswith("fk_") and "FOREIGN KEY constraint failed" in told
    assert foreign or any(name in told for name in said.split("|")), told


def findings_id(office: Office) -> int:
    with office.read() as session:
        return session.connection().execute(text("SELECT max(id) FROM finding_set")).scalar_one()  # type: ignore[no-any-return]


def test_no_dishonest_paraf_enters(office: Office, subtests: pytest.Subtests) -> None:
    with_chain(office, KASI, KABID)
    to_paraf(office)
    kasi = office.actor("kasi").id
    row = HONEST | {"finding_set_id": findings_id(office), "given_by": kasi, "given_at": office.clock()}
    for name, (lie, rule) in LIES.items():
        with subtests.test(name):
            refused(office, insert(row | lie), rule, row | lie)
    with office.write() as session:
        session.connection().execute(text(insert(row)), row)
    second = row | {"position": 2, "role": "KABID", "previous": 1}
    with subtests.test("the same person twice"):
        refused(office, insert(second), "uq_paraf_assessment_id_finding_set_id_given_by|append-only", second)
    with subtests.test("the same place twice"):
        again = row | {"given_by": office.actor("sekretaris").id}
        refused(office, insert(again), "uq_paraf_assessment_id_finding_set_id_position|append-only", again)


def test_what_was_given_and_asked_stays(office: Office, subtests: pytest.Subtests) -> None:
    with_chain(office, KASI)
    give(office, to_paraf(office), "kasi")
    for statement in ("UPDATE paraf SET given_at = given_at", "DELETE FROM paraf", "UPDATE approval_step SET role = 'KABID'"):
        with subtests.test(statement):
            refused(office, statement, "append-only")
    with subtests.test("DELETE FROM approval_step"):
        refused(office, "DELETE FROM approval_step", "append-only|fk_paraf_step")


def test_the_database_lets_nobody_approve_on_an_unfinished_chain(
    office: Office, monkeypatch: pytest.MonkeyPatch, subtests: pytest.Subtests
) -> None:
    with_chain(office, KASI)
    ticket = to_paraf(office)
    give(office, ticket, "kasi")
    other = to_paraf(office, 2)
    with office.write() as session:  # a hand that forgets the chain
        session.connection().execute(text("UPDATE case_file SET state = 'DECISION'"))
    monkeypatch.setattr(parafs, "check_complete", lambda *_: None)
    with subtests.test("without the paraf"), pytest.raises(IntegrityError, match="decision_paraf_complete"):
        office.approve(other)
    office.let_sign(office.actor("kasi").person_id, office.clock().date(), office.clock().date())
    monkeypatch.setattr(four_eyes, "kept_from", lambda *_: frozenset())
    with subtests.test("by who gave it"), pytest.raises(IntegrityError, match="decision_not_by_paraf"):
        office.approve(ticket, by="kasi")
    office.approve(ticket)
    row = HONEST | {"finding_set_id": findings_id(office), "given_by": 4, "given_at": office.clock()}
    with subtests.test("a paraf by who decided"):
        refused(office, insert(row), "paraf_not_by_decider", row)
    with subtests.test("one more post afterwards"):
        refused(office, "INSERT INTO approval_step (assessment_id, position, role) VALUES (1, 2, 'KABID')", "approval_step_before_decision")


def test_a_refusal_needs_no_paraf_on_newer_findings(sqlite_office: Office) -> None:
    with_chain(sqlite_office, KASI)
    ticket = to_paraf(sqlite_office)
    give(sqlite_office, ticket, "kasi")
    kadis = sqlite_office.actor("kadis")
    with sqlite_office.write() as session:
        decision.reject(session, advance.lock(session, ticket, kadis), GROUNDS, "Uji.", kadis, now=sqlite_office.clock())
    assert state(sqlite_office, ticket) == State.REJECTED


def test_the_migration_goes_back_and_forth(office: Office) -> None:
    with_chain(office, KASI)
    ticket = to_paraf(office)
    url = office.rekom.settings.database_url
    office.rekom.database.close()
    command.downgrade(_alembic(url, office.rekom.new_vault()), "0005")
    engine = connect(url)
    assert not {"paraf", "approval_step"} & set(inspect(engine).get_table_names())
    with engine.connect() as connection:
        assert connection.execute(text("SELECT state FROM case_file WHERE ticket = :ticket"), {"ticket": ticket}).scalar_one() == "DECISION"
        assert connection.execute(text("SELECT count(*) FROM staff_role WHERE role = 'KASI'")).scalar_one() == 0
    engine.dispose()
    migrate(url, office.rekom.new_vault())
    assert state(office, ticket) == State.DECISION


# --- the policy


def test_banyuasin_asks_for_two_parafs_and_serang_for_none() -> None:
    book = load_policies(policies_folder())
    letter = LetterType.REKOM_PBPU_PEMDA
    assert book.regions["1607"][-1].posts_before(letter) == (KASI, KABID)
    assert book.regions["1607"][-1].separate_intake
    assert book.regions["3673"][-1].posts_before(letter) == ()


def test_a_letter_type_of_its_own_has_a_chain_of_its_own(sqlite_office: Office) -> None:
    chains = (ApprovalChain(None, (KASI,)), ApprovalChain(LetterType.REKOM_PBPU_PEMDA, (KABID, SEKRETARIS)))
    with_policy(sqlite_office, approval_chain=chains)
    assert sqlite_office.posts == (KABID, SEKRETARIS)
