"""The premium bill on pages: a month's bill checked before it is paid, its disputed lines, and the ledger."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, redirect, render_template, request, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response as Answer

from schemas.forms import plain
from schemas.premium import ENTERED, AccountSchema, BillSchema, CorrectionSchema, EntrySchema, LinesSchema, PurposeSchema, WithdrawalSchema
from verify.auth import me, parts, requires
from verify.language import tell
from verify.population import bill_check as bills
from verify.population.tables import as_csv, as_xlsx
from verify.web.form import Form, blank, tried
from verify.web.once import SEE_OTHER, once
from workflows.errors import InvalidInput, NotFound
from workflows.permissions import Permission, can
from workflows.population import premium as checked_bills
from workflows.population import premium_ledger, premium_letters, premium_lines
from workflows.population.premium_ledger import Correction, Move
from workflows.population.premium_lines import Sheet
from workflows.population.targets import Finding, Verdict
from workflows.records.premium import DisputeReason, LineWord, PremiumBill
from workflows.records.premium_ledger import PremiumEntryKind
from workflows.rules.policy import in_force
from workflows.saying import say

blueprint = Blueprint("premium", __name__)

ONE = "/iuran/<int(max=2147483647):bill_id>"
LOOKED_AT = ("alasan", "lembar")
"""Which lines are looked at: by reason, and which page of them."""
ENDING = ("premium_letters.send_back", "premium_letters.withdraw")
"""Where one of these is refused, the letter's own form to end it stays open."""
PAGE = 50
"""Lines on one page."""
FILES = {
    "csv": (as_csv, "text/csv; charset=utf-8"),
    "xlsx": (as_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
WORD: Mapping[LineWord, str] = {
    LineWord.DISPUTED: say("Disanggah"),
    LineWord.WITHDRAWN: say("Tidak jadi disanggah"),
    LineWord.ACCEPTED: say("Diterima BPJS"),
    LineWord.REFUSED: say("Ditolak BPJS"),
}
ENTRY: Mapping[PremiumEntryKind, str] = {
    PremiumEntryKind.BILLED: say("Tagihan"),
    PremiumEntryKind.DISPUTED: say("Sanggahan"),
    PremiumEntryKind.ACCEPTED: say("Nota kredit BPJS"),
    PremiumEntryKind.PAID: say("Pembayaran"),
    PremiumEntryKind.CORRECTED: say("Koreksi"),
}
TONE: Mapping[Verdict, str] = {Verdict.MET: "good", Verdict.AT_RISK: "warn", Verdict.FAILED: "warn", Verdict.UNKNOWN: "info"}


@blueprint.get("/iuran")
@requires(Permission.CHECK_PREMIUM)
def show_all() -> str:
    """Every month's bill and account, and whether the region is in arrears."""
    return list_page(blank())


@blueprint.post("/iuran")
@requires(Permission.CHECK_PREMIUM)
def take() -> Answer | tuple[str, int]:
    """A bill that was uploaded is read before the transaction begins, and checked in it."""

    def load() -> Answer:
        month = BillSchema().load(plain(request.form, zone="UTC"))["month"]
        sent = request.files.get("bill_file")
        if sent is None or not sent.filename:
            raise InvalidInput(say("Pilih berkas tagihan dulu, lalu unggah."))
        with sent.stream as stream:
            bill = bills.read_sent(parts(), stream.read(), sent.filename, month)
        with parts().database.write() as session:
            number = bills.check(parts(), session, bill, me()).id
        tell(say("Tagihan diperiksa. Lihat baris yang dapat disanggah."))
        return redirect(url_for("premium.show", bill_id=number), SEE_OTHER)

    return tried(load, list_page)


@blueprint.get(ONE)
@requires(Permission.CHECK_PREMIUM)
def show(bill_id: int) -> str:
    """One bill."""
    return page(bill_id, blank())


@blueprint.post(f"{ONE}/baris")
@requires(Permission.CHECK_PREMIUM)
def say_of_lines(bill_id: int) -> Answer | tuple[str, int]:
    """Leave lines out, take them up again, or write down what BPJS answered."""

    def effect(session: Session) -> str:
        typed = plain(request.form, zone="UTC", many=("lines",))
        given = LinesSchema().load({name: value for name, value in typed.items() if name not in LOOKED_AT})
        bill = premium_lines.find_standing(session, bill_id, me())
        chosen = frozenset(given["lines"])
        premium_lines.say_of(session, bill, chosen, given["word"], given["reason"], me(), now=parts().clock())
        return _place(bill_id)

    return _done(bill_id, effect, say("Catatan baris tersimpan."))


@blueprint.post(f"{ONE}/buku")
@requires(Permission.CHECK_PREMIUM)
def open_account(bill_id: int) -> Answer | tuple[str, int]:
    """Enter the bill as what is owed for its month."""

    def effect(session: Session) -> str:
        due = AccountSchema().load(plain(request.form, zone="UTC"))["due_on"]
        premium_ledger.open_account(session, premium_lines.find_standing(session, bill_id, me()), due, me(), now=parts().clock())
        return _ledger(bill_id)

    return _done(bill_id, effect, say("Tagihan dicatat di buku iuran."))


@blueprint.post(f"{ONE}/buku/catat")
@requires(Permission.CHECK_PREMIUM)
def enter(bill_id: int) -> Answer | tuple[str, int]:
    """A payment, a credit note, or what is disputed by now."""

    def effect(session: Session) -> str:
        given = EntrySchema().load(plain(request.form, zone="UTC"))
        account = premium_ledger.lock(session, premium_lines.find_standing(session, bill_id, me()), me())
        move = Move(given["kind"], given["amount"], given["happened_on"], given["reference"])
        premium_ledger.enter(session, account, move, me(), now=parts().clock())
        return _ledger(bill_id)

    return _done(bill_id, effect, say("Buku iuran bertambah satu baris."))


@blueprint.post(f"{ONE}/buku/koreksi")
@requires(Permission.CHECK_PREMIUM)
def correct(bill_id: int) -> Answer | tuple[str, int]:
    """Figures as they should have been, in a new row."""

    def effect(session: Session) -> str:
        given = CorrectionSchema().load(plain(request.form, zone="UTC"))
        account = premium_ledger.lock(session, premium_lines.find_standing(session, bill_id, me()), me())
        reason = given.pop("why")
        premium_ledger.correct(session, account, Correction(**given, reason=reason), me(), now=parts().clock())
        return _ledger(bill_id)

    return _done(bill_id, effect, say("Koreksi tercatat. Baris lama tetap terbaca."))


@blueprint.post(f"{ONE}/tarik")
@requires(Permission.CHECK_PREMIUM)
def withdraw(bill_id: int) -> Answer | tuple[str, int]:
    """Take a bill back that was filed wrongly, under another month say."""

    def effect(session: Session) -> str:
        reason = WithdrawalSchema().load(plain(request.form, zone="UTC"))["withdraw_why"]
        premium_ledger.withdraw(session, premium_lines.find_standing(session, bill_id, me()), reason, me(), now=parts().clock())
        return url_for("premium.show", bill_id=bill_id)

    return _done(bill_id, effect, say("Tagihan ditarik. Berkasnya boleh diperiksa lagi dengan bulan yang benar."))


@blueprint.post(f"{ONE}/unduh/<kind>")
@requires(Permission.CHECK_PREMIUM)
def download(bill_id: int, kind: str) -> Response | tuple[str, int]:
    """The disputed lines with whole NIKs, once it is said what for."""

    def load() -> Response:
        if kind not in FILES:
            raise NotFound(say("Berkas ini tidak ada. Pilih {files}.", files=", ".join(FILES)))
        purpose = PurposeSchema().load(plain(request.form, zone="UTC"))["purpose"]
        with parts().database.write() as session:
            bill = premium_lines.find(session, bill_id, me(), lock=True)
            lines = premium_lines.take_out(session, bill, purpose, me(), now=parts().clock())
        write, mimetype = FILES[kind]
        headers = {"Content-Disposition": f'attachment; filename="sanggahan-{bill.month:%Y-%m}-{bill_id}.{kind}"'}
        return Response(write(bills.sheet(lines, WORD)), mimetype=mimetype, headers=headers)

    return tried(load, lambda form: page(bill_id, form))


def list_page(form: Form) -> str:
    """All bills of the region, a month's newest check first."""
    region = me().region_code
    with parts().database.read() as session:
        found = premium_lines.bills(session, region)
        accounts = {one.account.month: one for one in premium_ledger.standings(session, region)}
        sums = premium_lines.summaries(session, found)
        arrears = _arrears(session)
    return render_template(
        "premium_list.html", form=form, bills=found, accounts=accounts, sums=sums, arrears=arrears, tone=TONE, today=this_day()
    )


def page(bill_id: int, form: Form) -> str:
    """One bill: what it comes to, its disputed lines, its account."""
    with parts().database.read() as session:
        bill = premium_lines.find(session, bill_id, me())
        sums = premium_lines.summary(session, bill)
        account = premium_ledger.of_month(session, me().region_code, bill.month)
        letters = premium_letters.of_bill(session, bill)
        entries = premium_ledger.entries(session, account.account) if account else []
        against = checked_bills.files_of(session, bill)
        reason = DisputeReason(_looked_at()["alasan"]) if "alasan" in _looked_at() else None
        found = sums.by_reason[reason].lines if reason else bill.disputed_lines
        pages = max(1, -(-found // PAGE))
        number = min(int(_looked_at().get("lembar", "1")), pages)
        lines = premium_lines.views(session, bill, reason=reason, sheet=Sheet((number - 1) * PAGE, PAGE))
    with parts().database.write() as session:
        premium_lines.note_look(session, bill, lines, me(), now=parts().clock())
    facts: dict[str, object] = {
        "sums": sums,
        "lines": lines,
        "found": found,
        "reason": reason,
        "number": number,
        "pages": pages,
        "account": account,
        "against": against,
        "entries": entries,
        "letters": letters,
        "ending": (request.view_args or {}).get("letter_id") if request.endpoint in ENDING else None,
        "may_sign": can(me(), Permission.DECIDE),
        "due": premium_ledger.due_on(bill.month, _due_day(bill)),
    }
    words = {"why": bills.REASON, "word": WORD, "entry": ENTRY, "entered": ENTERED, "reasons": DisputeReason, "words": LineWord}
    return render_template(
        "premium_bill.html",
        form=form,
        empty=blank(),
        bill=bill,
        files=FILES,
        today=this_day(),
        zone=parts().zone(me().region_code),
        **facts,
        **words,
    )


def _done(bill_id: int, effect: Callable[[Session], str], said: str) -> Answer | tuple[str, int]:
    return tried(lambda: once(effect, said), lambda form: page(bill_id, form))


def _looked_at() -> dict[str, str]:
    """Which lines are looked at, from the address or the form; what is no reason and no page is left aside."""
    asked: dict[str, str] = {}
    if request.values.get("alasan") in {one.value for one in DisputeReason}:
        asked["alasan"] = request.values["alasan"]
    lembar = request.values.get("lembar", "")
    if lembar.isascii() and lembar.isdigit() and 0 < len(lembar) < 6 and int(lembar) > 1:
        asked["lembar"] = lembar
    return asked


def _place(bill_id: int) -> str:
    values: dict[str, Any] = {"bill_id": bill_id, "_anchor": "baris", **_looked_at()}
    return url_for("premium.show", **values)


def _ledger(bill_id: int) -> str:
    return url_for("premium.show", bill_id=bill_id, _anchor="buku")


def _arrears(session: Session) -> Finding:
    today = this_day()
    warn = in_force(parts().policies.national.premium_warn_days, today).value
    return premium_ledger.arrears(premium_ledger.standings(session, me().region_code), today, warn)


def _due_day(bill: PremiumBill) -> int:
    return in_force(parts().policies.national.premium_due_day, bill.month).value


def this_day() -> date:
    """Today by the office's own calendar."""
    return parts().clock().astimezone(ZoneInfo(parts().zone(me().region_code))).date()
