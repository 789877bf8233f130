"""Every page there is, opened once: no fault by axe-core in light, dark or print, strict HTML, light, and nothing from elsewhere."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import html5lib
import pytest
from sqlmodel import select

from tests.collective_office import issued
from tests.journeys.axe import faults
from tests.journeys.looks import OPEN_FOLDS
from tests.journeys.site import DESKTOP, PHONE, Person, Site
from tests.journeys.weight import HEAVIEST, KEPT_FOR_LATER, compressed
from tests.office import LONG, Office
from tests.verify.made_scans import a_pdf, a_scan
from tests.verify.web.test_bedside_page import admit
from tests.verify.web.test_household_pages import CARD, member
from tests.verify.web.visitor import Visitor
from tests.workflows.test_papers import keep, remove
from tests.workflows.test_refusals import object_to, to_refusal
from verify import auth
from verify.paper_files import picture_in
from verify.seeds import DEMO_PASSWORD
from workflows import advance, phone_links
from workflows.records import Case
from workflows.states import Role
from workflows.vocabulary import DocumentType, Urgency

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PLACES: dict[str | None, tuple[str, ...]] = {
    None: ("/masuk", "/status", "/tidak-ada", "/masalah/berubah", "/bantuan", "/s/abc", "/s/{token}", "/t/{provisional}", "/foto/{phone}"),
    "loket": (
        *("/", "/?siapa=saya", "/?status=semua", "/berkas/baru", "/keluarga/baru", "/jalur", "/menunggu", "/janji", "/kuota", "/kewajiban"),
        *("/berkas/{received}", "/berkas/{letter}", "/berkas/{assessment}/lengkapi", "/berkas/{assessment}/batalkan"),
        *("/berkas/{refused}/penolakan", "/berkas/{refused}/penolakan/lembar", "/berkas/{refused}/keberatan"),
        *("/berkas/{objected}/keberatan/cabut", "/berkas/{assessment}/wafat", "/berkas/{assessment}/tanda-terima"),
        *("/berkas/{assessment}/data-lengkap", "/berkas/{letter}/pendaftaran", "/pendaftaran", "/pengantar", "/pengantar/1", "/sementara"),
        *("/berkas/{bedside}/nik", "/berkas/{bedside}/gugur", "/akun", "/keluarga/{household}"),
        *("/berkas/{assessment}/foto", "/berkas/{assessment}/foto/{picture}/hapus", "/berkas/{withdrawn}/foto"),
    ),
    "peksos": (
        *("/", "/berkas/{silent}", "/berkas/{assessment}/nilai", "/berkas/{silent}/cek-manual/dtsen", "/tugas", "/pencabutan"),
        *("/berkas/{silent}/cek-manual/dtsen/alihkan", "/berkas/{assessment}/jenis-surat", "/berkas/{assessment}/serahkan"),
        *("/penerimaan", "/cocokkan", "/cakupan", "/iuran"),
    ),
    "validator": ("/berkas/{validation}/validasi", "/?status=rejected"),
    "kadis": (
        *("/", "/setuju", "/wakil", "/tanda-tangan", "/berkas/{decision}", "/berkas/{decision}/putusan"),
        *("/berkas/{letter}/cabut", "/berkas/{letter}/ganti-surat", "/berkas/{objected}/keberatan/jawaban"),
    ),
    "kasi": ("/paraf",),
    "rs": ("/periksa", "/sep", "/periksa/hari-ini", "/periksa/ajukan", "/periksa/sementara", "/berkas/baru"),
    "admin": ("/", "/kunci", "/kabar"),
}

NO_PAGE = re.compile(
    r"/(\.well-known|healthz|readyz|metrics|openapi\.json|dokumen-api|static|api/|fhir/|oauth/)|\.(pdf|csv|svg|js|webmanifest)$|/grafik\.<kind>$|/unduh/|/cari$|/langsung$"
)
"""For programs, files, somebody else's page, and what only leads elsewhere."""
ELSEWHERE = {
    *("/periksa/luring", "/periksa/meja", "/T/<token_id>", "/S/<token>", "/masuk/bersama", "/masuk/bersama/kembali"),
    "/pendaftaran/kiriman/<int(max=2147483647):number>/berkas",
}
"""The same page by another address, or an address that only leads on."""
NOT_MADE = {
    "/ktp": "there with an extra alone: tests/journeys/test_ktp.py",
    "/masuk/kode": "tests/journeys/test_faulty_pages.py",
    "/berkas/<ticket>/koreksi/<int(max=2147483647):correction_id>": "tests/journeys/test_faulty_pages.py",
    "/berkas/<ticket>/paraf": "tests/journeys/test_faulty_pages.py",
    "/berkas/<ticket>/pencabutan": "tests/journeys/test_faulty_pages.py",
    "/berkas/<ticket>/tanda-tangan": "tests/journeys/test_faulty_pages.py",
    "/cakupan/<code>": "tests/journeys/test_faulty_pages.py",
    "/cakupan/<code>/kartu": "tests/journeys/test_campaign_pages.py",
    "/cakupan/<code>/kartu/sisa": "tests/journeys/test_campaign_pages.py",
    "/cakupan/kartu": "tests/journeys/test_campaign_pages.py",
    "/cakupan/kartu/<int(max=2147483647):number>": "tests/journeys/test_campaign_pages.py",
    "/kartu": "tests/journeys/test_campaign_pages.py",
    "/cakupan/<code>/pintu": "tests/journeys/test_faulty_pages.py",
    "/cakupan/pintu": "tests/journeys/test_faulty_pages.py",
    "/cakupan/pintu/<int(max=2147483647):number>": "tests/journeys/test_faulty_pages.py",
    "/iuran/<int(max=2147483647):bill_id>": "tests/journeys/test_faulty_pages.py",
    "/iuran/<int(max=2147483647):bill_id>/cocok": "tests/journeys/test_faulty_pages.py",
    "/pintu": "tests/journeys/test_faulty_pages.py",
    "/data": "tests/verify/web/test_imports_page.py",
    "/data/<int(max=2147483647):number>": "tests/verify/web/test_imports_page.py",
}
"""Pages that no case here comes to; each is looked at, wide and small, and weighed where it says."""


def cases(office: Office) -> dict[str, str]:
    """A case for each page, the longest name among them."""
    issued(office, 21, 22)
    made = {"decision": office.to_decision(3, name=LONG, urgency=Urgency.EMERGENCY, admitted_at=office.clock() - timedelta(hours=9))}
    made["letter"] = office.to_letter(1, name=LONG, hospital_code="RS-CONTOH-1")
    made["token"] = str(office.letter(made["letter"]).token)
    made["assessment"] = office.open(5, name=LONG, urgency=Urgency.EMERGENCY, documents=frozenset())
    made["validation"] = office.open(6, name=LONG)
    office.drain()
    office.assess(made["validation"])
    made |= {"refused": to_refusal(office, 9), "objected": to_refusal(office, 10)}
    object_to(office, made["objected"])
    office.drain()
    office.fakes.switch.off()
    made["silent"] = office.open(7, name=LONG, urgency=Urgency.EMERGENCY)
    office.drain()
    office.fakes.switch.on()
    office.hire("kasi", Role.KASI)
    made["received"] = office.open(8, name=LONG)
    made |= at_the_bedside(office) | photographed(office, made["assessment"])
    office.clock.pass_by(minutes=3)
    return made


def photographed(office: Office, ticket: str) -> dict[str, str]:
    """Papers of an open case as pictures, one of them removed, with a telephone's link; and a closed case."""
    loket, signed_in = office.actor("loket"), office.token("loket")
    picture = keep(office, ticket, picture=picture_in(a_scan()))
    remove(office, ticket, keep(office, ticket, DocumentType.KK))
    withdrawn = office.open(11, name=LONG)
    keep(office, withdrawn, picture=picture_in(a_pdf()))
    office.withdraw(withdrawn)
    with office.write() as session:
        case = advance.lock(session, ticket, loket)
        phone_links.make(session, case, "telepon", auth.digest(signed_in), loket, now=office.clock())
    return {"picture": picture, "withdrawn": withdrawn, "phone": "telepon"}


def at_the_bedside(office: Office) -> dict[str, str]:
    """An unknown patient in a hospital, with a provisional token; and a family that came together."""
    clerk = Visitor(office.app.test_client())
    clerk.fill("/masuk", username="rs", password=DEMO_PASSWORD)
    token = str(admit(clerk).location).rsplit("/", 1)[-1]
    family = {**CARD, "domicile_code": "3673", "members": [member(31), member(32)]}
    code = office.api("loket").post("/households", family, key="satu").get_json()["code"]
    (case,) = [case for case in everybody(office) if case.name == "PASIEN TAK DIKENAL"]
    return {"provisional": token, "bedside": case.ticket, "household": code}


def everybody(office: Office) -> list[Case]:
    with office.read() as session:
        return list(session.exec(select(Case)))


class Walk:
    """One walk through the pages; notes which routes were seen and what each page weighed."""

    def __init__(self, site: Site) -> None:
        self.site, self.seen, self.faults = site, set[str](), list[str]()
        self.weights, self.files = dict[str, int](), dict[str, int]()
        self.routes = site.office.app.url_map.bind("")

    def visit(self, someone: Person, path: str) -> None:
        """Open a page and look at it from all sides."""
        someone.asked.clear()
        someone.go(path)
        self.faults += [f"{path}: {fault}" for fault in [*faults(someone), *spilt(someone)]]
        self.faults += [f"{path} asked {address}" for address in someone.asked if not address.startswith((self.site.address, "data:"))]
        answer = someone.page.request.get(self.site.address + path)
        if answer.ok:
            self.seen.add(self.routes.match(urlsplit(path).path, return_rule=True)[0].rule)
        html5lib.HTMLParser(strict=True).parse(answer.text())
        loaded = {address for address in someone.asked if "/static/" in address and not KEPT_FOR_LATER.search(address)}
        self.weights[path] = compressed(answer.body()) + sum(self._weight(someone, address) for address in loaded)

    def _weight(self, someone: Person, address: str) -> int:
        if address not in self.files:
            self.files[address] = compressed(someone.page.request.get(address).body())
        return self.files[address]


def spilt(someone: Person) -> list[str]:
    """What lies beside a telephone 320 pixels wide, all folds open; the window is wide again afterwards."""
    someone.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    someone.page.evaluate(OPEN_FOLDS)
    found = [f"{wide} pixels sideways at 320"] if (wide := someone.too_wide()) else []
    someone.page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    return found


def test_every_page_is_for_everybody(site: Site) -> None:
    made, walk = cases(site.office), Walk(site)
    for username, paths in PLACES.items():
        someone = site.person(username)
        for path in paths:
            walk.visit(someone, path.format(**made))
        assert someone.faults == []
    assert walk.faults == [], "\n".join(walk.faults)
    assert {path: weight for path, weight in walk.weights.items() if weight > HEAVIEST} == {}
    assert walk.seen | ELSEWHERE | set(NOT_MADE) == pages(site.office)


def pages(office: Office) -> set[str]:
    """Every address that shows a page to somebody."""
    rules = [rule for rule in office.app.url_map.iter_rules() if "GET" in (rule.methods or ()) and not NO_PAGE.search(rule.rule)]
    return {rule.rule for rule in rules if auth.declared(office.app.view_functions[rule.endpoint]) is not None}
