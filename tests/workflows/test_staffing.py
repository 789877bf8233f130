"""Who works here: each rule of accounts, hospitals and signing authorities, and what the audit trail keeps of a change."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import SQLModel, select

from tests.office import POLICIES, Office, person
from tests.workflows.test_refusals import answer, object_to, to_refusal
from verify import auth
from verify.seeds import DEMO_PASSWORD
from workflows import audit, staffing
from workflows.actor import Actor
from workflows.appointments import Appointment
from workflows.errors import Conflict, FourEyes, InvalidInput, NotAllowed, NotFound
from workflows.records import AuditEvent, Hospital, SignIn, SigningAuthority, Staff, StaffRole
from workflows.staffing import NewHospital, NewStaff
from workflows.states import Role, State
from workflows.vocabulary import Capacity, ObjectionOutcome

OPERATOR = Actor(None, "operator: uji", frozenset({Role.ADMIN}), "3673")
HASH = "$argon2id$uji-saja"
TITLE = "Kepala Dinas Sosial Kota Serang"
WEEK = Appointment(Capacity.PLT, "Plt. Kepala Dinas Sosial Kota Serang", date(2026, 11, 23), date(2026, 11, 30))


def new(*roles: Role, username: str = "budi", **facts: Any) -> NewStaff:
    return NewStaff(**{"username": username, "name": "Budi Contoh", "region_code": "3673", "roles": frozenset(roles), **facts})


def hire(office: Office, *roles: Role, **facts: Any) -> int:
    with office.write() as session:
        made = staffing.hire(session, new(*roles, **facts), HASH, OPERATOR, now=office.clock()).id
        assert made is not None
        return made


def change(office: Office, command: Any, username: str, *words: Any, by: Actor = OPERATOR) -> Any:
    with office.write() as session:
        return command(session, staffing.find(session, username), *words, by, now=office.clock())


def end(office: Office, number: int, last_day: date) -> None:
    with office.write() as session:
        staffing.end_authority(session, number, last_day, OPERATOR, timezone="Asia/Jakarta", now=office.clock())


def roles(office: Office, username: str) -> set[Role]:
    with office.read() as session:
        return set(staffing.roles_of(session, staffing.find(session, username)))


def trail(office: Office, subject: str) -> list[tuple[str, str, dict[str, Any]]]:
    with office.read() as session:
        events = audit.events_of(session, subject)
        assert audit.verify_chain(events) is None
        return [(event.action, event.actor_name, event.detail) for event in events]


def test_each_change_of_a_person_is_in_their_trail(office: Office) -> None:
    number = hire(office, Role.VALIDATOR, nip="19800101 200501 1 999", rank="Pembina (IV/a)")
    change(office, staffing.give_role, "budi", Role.CASEWORKER)
    change(office, staffing.take_role, "budi", Role.VALIDATOR)
    authority = change(office, staffing.appoint, "budi", WEEK, POLICIES)
    change(office, staffing.set_password_hash, "budi", "$argon2id$lain")
    end(office, authority.id, date(2026, 11, 25))
    change(office, staffing.disable, "budi")
    days = {"valid_from": "2026-11-23", "valid_to": "2026-11-30"}
    who = "operator: uji"
    assert trail(office, f"staff:{number}") == [
        ("HIRE", who, {"username": "budi", "roles": ["VALIDATOR"], "hospital": None}),
        ("GIVE_ROLE", who, {"role": "CASEWORKER", "sign_ins_ended": 0}),
        ("TAKE_ROLE", who, {"role": "VALIDATOR", "sign_ins_ended": 0}),
        ("APPOINT", who, {"authority": authority.id, "capacity": "PLT", "title": "Plt. Kepala Dinas Sosial Kota Serang", **days}),
        ("SET_PASSWORD", who, {"sign_ins_ended": 0}),
        ("END_AUTHORITY", who, {"authority": authority.id, "last_day": "2026-11-25"}),
        ("DISABLE", who, {"sign_ins_ended": 0}),
    ]
    with office.read() as session:
        kept = str([event.model_dump() for event in session.exec(select(AuditEvent))])
        saved = session.get_one(Staff, number)
    assert "argon2" not in kept
    assert (saved.password_hash, saved.nip, saved.disabled_at) == ("$argon2id$lain", "19800101 200501 1 999", office.clock())


def test_a_hospital_and_its_desk(office: Office) -> None:
    with office.write() as session:
        staffing.open_hospital(session, NewHospital("0301R001", "RS Contoh Baru", "Serang", "3673", "0254 1"), OPERATOR, now=office.clock())
    hire(office, Role.HOSPITAL, hospital_code="0301R001")
    assert trail(office, "office:3673") == [("OPEN_HOSPITAL", "operator: uji", {"code": "0301R001", "name": "RS Contoh Baru"})]
    with office.read() as session:
        assert session.get_one(Hospital, "0301R001").phone == "0254 1"
        assert session.exec(select(Staff.hospital_code).where(Staff.username == "budi")).one() == "0301R001"


NIK = person()["nik"]
REFUSED_HIRES: dict[str, tuple[NewStaff, type[Exception], str]] = {
    "the process itself": (new(Role.SYSTEM), InvalidInput, "Peran SYSTEM milik proses sendiri"),
    "a desk without hospital": (new(Role.HOSPITAL), InvalidInput, "memerlukan kode rumah sakit"),
    "a desk with an office role": (new(Role.HOSPITAL, Role.LOKET, hospital_code="RS-CONTOH-1"), InvalidInput, "tanpa peran kantor"),
    "an office role with a hospital": (new(Role.LOKET, hospital_code="RS-CONTOH-1"), InvalidInput, "tanpa peran kantor"),
    "a hospital without role": (new(hospital_code="RS-CONTOH-1"), InvalidInput, "tanpa peran kantor"),
    "an unknown hospital": (new(Role.HOSPITAL, hospital_code="RS-LAIN"), NotFound, 'Rumah sakit "RS-LAIN" belum terdaftar'),
    "another region's hospital": (
        new(Role.HOSPITAL, hospital_code="RS-CONTOH-1", region_code="3316"),
        NotFound,
        "belum terdaftar di daerah ini",
    ),
    "an admin who also works": (new(Role.ADMIN, Role.LOKET), InvalidInput, "Peran ADMIN dipegang sendiri"),
    "a name that is taken": (new(Role.LOKET, username="loket"), Conflict, "Nama pengguna loket sudah dipakai"),
    "capitals": (new(Role.LOKET, username="Budi"), InvalidInput, "2-64 huruf kecil"),
    "a NIK as account": (new(Role.LOKET, username=NIK), InvalidInput, "bukan NIK"),
    "a NIK in the name": (new(Role.LOKET, name=f"Budi {NIK}"), InvalidInput, "tampak seperti NIK"),
    "a NIK as NIP": (new(Role.LOKET, nip=NIK), InvalidInput, "Isian NIP tampak seperti NIK"),
    "no name": (new(Role.LOKET, name="  "), InvalidInput, "Isi nama dengan"),
    "a name of control signs": (new(Role.LOKET, name="Budi\0"), InvalidInput, "Isi nama dengan"),
    "a name without end": (new(Role.LOKET, name="B" * 201), InvalidInput, "Isi nama dengan 1-200"),
    "a rank without end": (new(Role.LOKET, rank="B" * 101), InvalidInput, "Isi pangkat dengan 1-100"),
}


def test_who_cannot_be_hired(office: Office, subtests: pytest.Subtests) -> None:
    before = office.count(Staff), office.count(StaffRole), office.count(AuditEvent)
    for name, (facts, error, said) in REFUSED_HIRES.items():
        with subtests.test(name):
            with pytest.raises(error, match=said) as refusal, office.write() as session:
                staffing.hire(session, facts, HASH, OPERATOR, now=office.clock())
            assert NIK not in str(refusal.value)
            assert str(refusal.value).count(". ") >= 1  # what is wrong, and what to do
    assert (office.count(Staff), office.count(StaffRole), office.count(AuditEvent)) == before


def test_roles_that_cannot_be_given_or_taken(office: Office, subtests: pytest.Subtests) -> None:
    cases: list[tuple[Any, str, Role, type[Exception], str]] = [
        (staffing.give_role, "loket", Role.SYSTEM, InvalidInput, "Peran SYSTEM"),
        (staffing.give_role, "loket", Role.LOKET, Conflict, "loket sudah memegang peran LOKET"),
        (staffing.give_role, "loket", Role.ADMIN, InvalidInput, "ADMIN dipegang sendiri"),
        (staffing.give_role, "admin", Role.KADIS, InvalidInput, "ADMIN dipegang sendiri"),
        (staffing.give_role, "loket", Role.HOSPITAL, InvalidInput, "memerlukan kode rumah sakit"),
        (staffing.give_role, "rs", Role.VALIDATOR, InvalidInput, "tanpa peran kantor"),
        (staffing.take_role, "loket", Role.KADIS, Conflict, "loket tidak memegang peran KADIS"),
        (staffing.give_role, "tidak-ada", Role.LOKET, NotFound, 'Akun "tidak-ada" tidak ada'),
        (staffing.give_role, NIK, Role.LOKET, NotFound, "^Akun itu tidak ada"),
    ]
    before = office.count(StaffRole), office.count(AuditEvent)
    for command, username, role, error, said in cases:
        with subtests.test(f"{command.__name__} {role} {said}"), pytest.raises(error, match=said):
            change(office, command, username, role)
    assert (office.count(StaffRole), office.count(AuditEvent)) == before


def test_a_role_counts_from_the_next_sign_in_on(office: Office) -> None:
    token = office.token("loket")
    change(office, staffing.take_role, "loket", Role.LOKET)
    assert auth.find_actor(office.rekom, token) is None
    assert office.actor("loket").roles == frozenset()
    change(office, staffing.give_role, "loket", Role.ADMIN)
    assert roles(office, "loket") == {Role.ADMIN}


def test_one_person_with_three_roles_is_still_held_by_four_eyes(office: Office) -> None:
    for role in (Role.VALIDATOR, Role.KADIS):
        change(office, staffing.give_role, "peksos", role)
    change(office, staffing.appoint, "peksos", WEEK, POLICIES)
    ticket = office.open()
    office.drain()
    office.assess(ticket)
    office.drain()
    with pytest.raises(FourEyes):
        office.validate(ticket, by="peksos")
    office.validate(ticket)
    with pytest.raises(FourEyes):
        office.approve(ticket, by="peksos")
    assert office.case(ticket).state == State.DECISION


@pytest.mark.parametrize("command", ["disable", "password", "give", "take"])
def test_signed_in_no_more(office: Office, command: str) -> None:
    tokens, other = [office.token("loket"), office.token("loket")], office.token("peksos")
    if command == "disable":
        change(office, staffing.disable, "loket")
    elif command == "give":
        change(office, staffing.give_role, "loket", Role.CASEWORKER)
    elif command == "take":
        change(office, staffing.take_role, "loket", Role.LOKET)
    else:
        change(office, staffing.set_password_hash, "loket", auth.hash_password("sandi-lain-2026", environment="test"))
    assert [auth.find_actor(office.rekom, token) for token in tokens] == [None, None]
    assert auth.find_actor(office.rekom, other) is not None
    with office.read() as session:
        ended = session.exec(select(SignIn.ended_at).join(Staff).where(Staff.username == "loket")).all()
    assert ended == [office.clock()] * 2
    assert trail(office, "staff:1")[-1][2]["sign_ins_ended"] == 2
    if command in ("give", "take"):
        assert auth.sign_in(office.rekom, "loket", DEMO_PASSWORD)
        return
    with pytest.raises(auth.WrongPassword):
        auth.sign_in(office.rekom, "loket", DEMO_PASSWORD)


def test_a_closed_account_stays_as_it_is(office: Office, subtests: pytest.Subtests) -> None:
    change(office, staffing.disable, "validator")
    cases: list[tuple[Any, ...]] = [
        (staffing.disable,),
        (staffing.give_role, Role.LOKET),
        (staffing.take_role, Role.VALIDATOR),
        (staffing.set_password_hash, HASH),
        (staffing.appoint, WEEK, POLICIES),
    ]
    for command, *words in cases:
        with subtests.test(command.__name__), pytest.raises(Conflict, match="^Akun validator sudah dinonaktifkan"):
            change(office, command, "validator", *words)


def test_only_an_admin_of_the_region_manages(office: Office) -> None:
    admin, loket = office.actor("admin"), office.actor("loket")
    change(office, staffing.give_role, "loket", Role.CASEWORKER, by=admin)
    with pytest.raises(NotAllowed, match="^Peran Anda tidak boleh"):
        change(office, staffing.give_role, "loket", Role.VALIDATOR, by=loket)
    office.hire("tamu", Role.LOKET, region="3316")
    with pytest.raises(NotAllowed, match="daerah Anda sendiri"):
        change(office, staffing.disable, "tamu", by=admin)
    with pytest.raises(NotAllowed, match="daerah Anda sendiri"), office.write() as session:
        staffing.open_hospital(session, NewHospital("X1", "RS Contoh", "Blora", "3316"), admin, now=office.clock())


REFUSED_APPOINTMENTS: dict[str, tuple[str, Appointment, type[Exception], str]] = {
    **{
        f"{capacity} without a last day": (
            "validator",
            Appointment(capacity, TITLE, date(2026, 11, 23)),
            InvalidInput,
            f"^Penunjukan {capacity} harus punya hari terakhir",
        )
        for capacity in (Capacity.PLT, Capacity.PLH, Capacity.AN)
    },
    "backwards": (
        "validator",
        Appointment(Capacity.PLT, TITLE, date(2026, 11, 30), date(2026, 11, 29)),
        InvalidInput,
        "mendahului hari pertama",
    ),
    "in the past": (
        "validator",
        Appointment(Capacity.PLT, TITLE, date(2026, 11, 1), date(2026, 11, 22)),
        InvalidInput,
        "Hari terakhir 22-11-2026 sudah lewat",
    ),
    "without a title": ("validator", Appointment(Capacity.DEFINITIF, " ", date(2026, 11, 23)), InvalidInput, "Isi jabatan dengan"),
    "an admin": ("admin", WEEK, Conflict, "ADMIN tidak boleh menandatangani"),
    "a hospital's desk": ("rs", WEEK, Conflict, "Petugas rumah sakit dan ADMIN tidak boleh"),
    "the head, once more": ("kadis", WEEK, Conflict, r"sudah memegang kewenangan definitif \(nomor 1\) .* tanpa hari terakhir"),
}


def test_who_cannot_be_appointed(office: Office, subtests: pytest.Subtests) -> None:
    for name, (username, facts, error, said) in REFUSED_APPOINTMENTS.items():
        with subtests.test(name), pytest.raises(error, match=said):
            change(office, staffing.appoint, username, facts, POLICIES)
    assert office.count(SigningAuthority) == 1


def test_days_of_one_person_do_not_overlap(office: Office) -> None:
    change(office, staffing.appoint, "validator", WEEK, POLICIES)
    for first, last in ((20, 23), (30, 30), (24, 25), (1, 30)):
        twice = Appointment(Capacity.PLH, TITLE, date(2026, 11, first), date(2026, 11, last))
        with pytest.raises(Conflict, match="dari 23-11-2026 sampai 30-11-2026"):
            change(office, staffing.appoint, "validator", twice, POLICIES)
    with pytest.raises(Conflict, match="sudah memegang kewenangan Plt."):
        change(office, staffing.appoint, "validator", Appointment(Capacity.DEFINITIF, TITLE, date(2026, 11, 1)), POLICIES)
    change(office, staffing.appoint, "validator", Appointment(Capacity.DEFINITIF, TITLE, date(2026, 12, 1)), POLICIES)
    change(office, staffing.appoint, "peksos", WEEK, POLICIES)  # somebody else may act on the same days
    change(office, staffing.take_role, "peksos", Role.CASEWORKER)
    with pytest.raises(Conflict, match="^Penanda tangan tidak boleh menjadi ADMIN"):
        change(office, staffing.give_role, "peksos", Role.ADMIN)


def test_an_acting_signer_decides_on_his_days_and_is_refused_the_day_after(office: Office) -> None:
    change(
        office,
        staffing.appoint,
        "validator",
        Appointment(Capacity.PLT, "Plt. Kepala Dinas Sosial Kota Serang", date(2026, 11, 24), date(2026, 11, 25)),
        POLICIES,
    )
    hire(office, Role.VALIDATOR, username="dua")
    with office.write() as session:
        staffing.set_password_hash(
            session, staffing.find(session, "dua"), auth.hash_password(DEMO_PASSWORD, environment="test"), OPERATOR, now=office.clock()
        )
    first, second = (validated(office, number) for number in (1, 2))
    with pytest.raises(NotAllowed):
        office.approve(first, by="validator")
    office.clock.pass_by(days=1)
    office.approve(first, by="validator")
    office.clock.pass_by(days=2)
    with pytest.raises(NotAllowed):
        office.approve(second, by="validator")
    assert office.case(second).state == State.DECISION


def validated(office: Office, number: int) -> str:
    ticket = office.open(number)
    office.drain()
    office.assess(ticket)
    office.drain()
    office.validate(ticket, by="dua")
    return ticket


def test_an_authority_ends_early_but_never_before_what_was_decided(office: Office) -> None:
    hire_id = office.hire("sekretaris", Role.LOKET)
    number = change(office, staffing.appoint, "sekretaris", WEEK, POLICIES).id
    first, second = office.to_decision(1), office.to_decision(2)
    office.clock.pass_by(days=1)
    office.approve(first, by="sekretaris")
    with pytest.raises(Conflict, match="dipakai memutus pada 24-11-2026"):
        end(office, number, date(2026, 11, 23))
    with pytest.raises(Conflict, match="sudah berakhir pada 30-11-2026"):
        end(office, number, date(2026, 12, 1))
    end(office, number, date(2026, 11, 24))
    office.clock.pass_by(days=1)
    with pytest.raises(NotAllowed):
        office.approve(second, by="sekretaris")
    with pytest.raises(NotFound, match="nomor 99 tidak ada"):
        end(office, 99, date(2026, 11, 24))
    changes = [action for action, _, _ in trail(office, f"staff:{hire_id}") if action != "SIGN_IN"]
    assert changes == ["APPOINT", "END_AUTHORITY"]


def test_whatever_is_signed_by_an_authority_holds_its_last_day() -> None:
    pointing = {
        table
        for table in SQLModel.metadata.tables.values()
        if any(key.column.table.name == "signing_authority" for key in table.foreign_keys)
    }
    assert pointing == {SQLModel.metadata.tables[str(made.__tablename__)] for made in staffing.SIGNED}


def test_an_authority_that_answered_an_objection_stays(office: Office) -> None:
    ticket = to_refusal(office)
    object_to(office, ticket)
    office.hire("plt", Role.LOKET)
    number = change(office, staffing.appoint, "plt", WEEK, POLICIES).id
    answer(office, ticket, ObjectionOutcome.UPHELD, office.actor("plt"))
    with pytest.raises(Conflict, match="dipakai memutus pada 23-11-2026"):
        end(office, number, WEEK.valid_from - timedelta(days=1))


def test_an_authority_that_decided_nothing_can_go_altogether(office: Office) -> None:
    number = change(office, staffing.appoint, "validator", WEEK, POLICIES).id
    end(office, number, WEEK.valid_from - timedelta(days=1))
    assert office.count(SigningAuthority) == 1
    assert Role.KADIS not in office.actor("validator").roles


def test_hospitals_that_cannot_be_opened(office: Office, subtests: pytest.Subtests) -> None:
    cases: list[tuple[dict[str, str], type[Exception], str]] = [
        ({"code": "RS-CONTOH-1"}, Conflict, "Kode RS-CONTOH-1 sudah dipakai"),
        ({"code": "rs kecil"}, InvalidInput, "huruf besar"),
        ({"code": NIK}, InvalidInput, "huruf besar"),
        ({"name": ""}, InvalidInput, "Isi nama rumah sakit"),
        ({"city": "S" * 101}, InvalidInput, "Isi kota dengan 1-100"),
        ({"phone": "0" * 33}, InvalidInput, "Isi telepon dengan 1-32"),
    ]
    for facts, error, said in cases:
        with subtests.test(said), pytest.raises(error, match=said), office.write() as session:
            hospital = NewHospital(**{"code": "BARU", "name": "RS Contoh", "city": "Serang", "region_code": "3673", **facts})
            staffing.open_hospital(session, hospital, OPERATOR, now=office.clock())
    assert office.count(Hospital) == 3


@pytest.mark.parametrize("title", ["Camat Serang", "Kepala Dinas Kesehatan Kota Serang", "Plt. Kepala Dinas Sosial"])
def test_only_a_title_the_regions_rule_names_is_appointed(sqlite_office: Office, title: str) -> None:
    first, last = date(2026, 11, 23), date(2026, 11, 30)
    with pytest.raises(
        InvalidInput, match=r"^Aturan daerah sejak \d\d-\d\d-\d{4} tidak mengenal jabatan .* Pilih dari: Kepala Dinas Sosial Kota Serang\.$"
    ):
        change(sqlite_office, staffing.appoint, "validator", Appointment(Capacity.PLT, title, first, last), POLICIES)
    assert sqlite_office.count(SigningAuthority) == 1
    spoken = Appointment(Capacity.PLT, "plt.  kepala dinas sosial kota serang", first, last)
    change(sqlite_office, staffing.appoint, "validator", spoken, POLICIES)


def test_a_title_is_held_to_the_rule_of_its_own_days(sqlite_office: Office) -> None:
    book = POLICIES.regions["3673"]
    newest = replace(book[-1], signer_titles=replace(book[-1].signer_titles, value=("Kepala Dinas Sosial dan Tenaga Kerja",)))
    rules = replace(POLICIES, regions={"3673": (*book[:-1], newest)})
    day = newest.valid_from
    old = Appointment(Capacity.DEFINITIF, TITLE, day - timedelta(days=30), None)
    with pytest.raises(InvalidInput, match=f"sejak {day:%d-%m-%Y} tidak mengenal"):
        change(sqlite_office, staffing.appoint, "validator", old, rules)
    change(sqlite_office, staffing.appoint, "validator", replace(old, title="Kepala Dinas Sosial dan Tenaga Kerja", valid_from=day), rules)


def test_who_holds_another_title_signs_nothing(sqlite_office: Office) -> None:
    ticket = sqlite_office.to_decision()
    with sqlite_office.write() as session:
        session.get_one(SigningAuthority, 1).title = "Kepala Dinas Kesehatan"
    with pytest.raises(NotAllowed, match=r"^Aturan daerah tidak mengenal jabatan Kepala Dinas Kesehatan\. Minta admin"):
        sqlite_office.approve(ticket)
    assert sqlite_office.case(ticket).state == State.DECISION
