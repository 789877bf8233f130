"""Lists that tell more of people than what waits for the reader's own hands leave a look at each case they show."""

from collections.abc import Callable

from sqlmodel import select

from tests.office import Office, person
from tests.verify.web.test_bedside_page import admit
from tests.verify.web.test_household_pages import KK, member
from tests.verify.web.test_reception import qr, scan
from tests.verify.web.visitor import Visitor
from workflows import exposure
from workflows.records import Case
from workflows.records.case_reading import CaseReading

Visit = Callable[[str], Visitor]


def looks(office: Office, username: str) -> dict[int, int]:
    """How often an account looked, by case."""
    with office.read() as session:
        reader = exposure.account(session, username)
        assert reader
        rows = session.exec(select(CaseReading).where(CaseReading.staff_id == reader.id))
        return {row.case_id: row.times for row in rows}


def number_of(office: Office, ticket: str) -> int:
    return office.case(ticket).id or 0


def test_a_hospitals_lists_on_pages_and_as_a_file(visit: Visit, sqlite_office: Office) -> None:
    ticket, other = sqlite_office.to_letter(1), sqlite_office.to_letter(2)
    rs, case = visit("rs"), number_of(sqlite_office, ticket)
    rs.send(scan(rs, qr(sqlite_office, ticket)), "/periksa/terima", registration_number="IGD-1")
    before = looks(sqlite_office, "rs").get(case, 0)
    for times, path in enumerate(("/periksa/hari-ini", "/periksa/hari-ini.csv", "/sep"), 1):
        with rs.client.get(path) as answer:
            assert answer.status_code == 200 and person(1)["name"] in answer.get_data(as_text=True)
        assert looks(sqlite_office, "rs") == {case: before + times}, path
    assert number_of(sqlite_office, other) not in looks(sqlite_office, "rs")


def test_a_search_by_name_and_the_list_of_programs(visit: Visit, sqlite_office: Office) -> None:
    ticket = sqlite_office.open(1)
    case, loket = number_of(sqlite_office, ticket), visit("loket")
    assert loket.get("/").status == 200 and looks(sqlite_office, "loket") == {}
    assert person(1)["name"] in loket.fill("/", "/cari", q=person(1)["name"]).main()
    assert looks(sqlite_office, "loket") == {case: 1}
    assert "Tidak ada berkas dengan nama ini" in loket.fill("/", "/cari", q="Tiada Orangnya").main()
    assert looks(sqlite_office, "loket") == {case: 1}
    assert sqlite_office.api("kadis").get("/applications").status_code == 200
    assert looks(sqlite_office, "kadis") == {case: 1}


def test_what_is_settled_between_hospitals(visit: Visit, sqlite_office: Office) -> None:
    ticket, office = sqlite_office.to_letter(hospital_code="RS-CONTOH-1"), visit("peksos")
    asking = visit("rs2")
    asking.send(scan(asking, qr(sqlite_office, ticket)), "/periksa/pindah", transfer_reason="Dirujuk.")
    before = looks(sqlite_office, "peksos").get(number_of(sqlite_office, ticket), 0)
    assert office.get("/penerimaan").status == 200
    assert looks(sqlite_office, "peksos") == {number_of(sqlite_office, ticket): before + 1}


def test_provisional_tokens_on_both_sides(visit: Visit, sqlite_office: Office) -> None:
    rs, office = visit("rs"), visit("loket")
    rs.follow(admit(rs))
    with sqlite_office.read() as session:
        case = session.exec(select(Case.id)).one()
    before = looks(sqlite_office, "rs").get(case or 0, 0)
    assert rs.get("/periksa/sementara").status == office.get("/sementara").status == 200
    assert (looks(sqlite_office, "rs"), looks(sqlite_office, "loket")) == ({case: before + 1}, {case: 1})


def test_what_is_the_matter_with_cases_whosever_turn_it_is(visit: Visit, sqlite_office: Office) -> None:
    lacking = number_of(sqlite_office, sqlite_office.open(1, documents=frozenset()))
    sqlite_office.clock.pass_by(days=30)
    kadis = visit("kadis")
    for times, path in enumerate(("/?hal=berkas&status=semua", "/?hal=lewat&status=semua"), 1):
        assert person(1)["name"] in kadis.get(path).main()
        assert looks(sqlite_office, "kadis") == {lacking: times}, path
    assert kadis.get("/?status=semua").status == 200 and looks(sqlite_office, "kadis") == {lacking: 2}


def test_a_family(visit: Visit, sqlite_office: Office) -> None:
    made = sqlite_office.api("loket").post("/households", {"kk": KK, "phone": "081200000001", "members": [member(1), member(2)]})
    assert made.status_code == 201
    reader = visit("validator")
    assert reader.get(f"/keluarga/{made.get_json()['code']}").status == 200
    assert sorted(looks(sqlite_office, "validator").values()) == [1, 1]
