"""``rekom bill``: the monthly premium bill, checked before it is paid."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import click
from marshmallow import ValidationError

from schemas.premium import PurposeSchema, WithdrawalSchema
from schemas.spreadsheet import lines
from verify.commands.operator import changing, day_of, installation, looking, operator, write_private
from verify.population import bill_check as bills
from verify.population import reconciling
from verify.population.bill_check import REASON
from verify.population.tables import Value, as_csv, as_xlsx
from workflows.errors import InvalidInput
from workflows.masking import mask_nik
from workflows.population import premium, premium_ledger, premium_lines, reconciliation
from workflows.records.premium import DisputeReason, PremiumBill, PremiumDispute
from workflows.thousands import grouped

SOME_MEMBERS = (
    "Berkas peserta yang dipakai memuat sebagian peserta saja. Orang yang iurannya dibayar pihak lain mungkin tidak ada di dalamnya, "
    "jadi barisnya tidak disanggah. Impor berkas semua peserta, lalu periksa tagihan ini lagi."
)


@click.group("bill")
def bill_group() -> None:
    """The premium bill of BPJS Kesehatan."""


@bill_group.command("check")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--month", required=True, help="month billed, such as 2026-11")
@click.option("--list", "listed", type=click.Path(dir_okay=False, path_type=Path), help="write the disputed lines here, NIKs covered")
def bill_check(file: Path, month: str, listed: Path | None) -> None:
    """Check FILE against residents and members; say which lines to dispute and how many rupiah they are."""
    rekom, first = installation(), day_of(f"{month}-01", "--month")
    bill = bills.read(rekom, file, first)
    with changing(rekom) as session:
        checked = bills.check(rekom, session, bill, operator(rekom))
        disputes = premium.disputes_of(session, checked)
        _say(checked, disputes)
        if not premium.files_of(session, checked).members.complete:
            click.echo(SOME_MEMBERS, err=True)
        if listed:
            _write(listed, disputes)
            click.echo(f"{grouped(len(disputes))} baris ditulis ke {listed}", err=True)


@bill_group.command("list")
def bill_list() -> None:
    """Show the bills that were checked, the newest month first, withdrawn ones too."""
    rekom = installation()
    with looking(rekom) as session:
        for bill in premium_lines.bills(session, rekom.settings.region):
            state = f"ditarik: {bill.withdrawn_reason}" if bill.withdrawn_at else f"disanggah Rp {grouped(bill.disputed)}"
            click.echo(f"#{bill.id} {bill.month:%m-%Y} {bill.file_name}: {grouped(bill.lines)} baris, Rp {grouped(bill.billed)}, {state}")


@bill_group.command("withdraw")
@click.argument("number", type=int)
@click.option("--reason", required=True, help="why, for example that it was filed under another month")
def bill_withdraw(number: int, reason: str) -> None:
    """Take bill NUMBER back, out of the ledger too; its file may then be checked anew."""
    rekom = installation()
    why = _typed(WithdrawalSchema(), withdraw_why=reason)
    with changing(rekom) as session:
        bill = premium_lines.find_standing(session, number, operator(rekom))
        premium_ledger.withdraw(session, bill, why, operator(rekom), now=rekom.clock())
        click.echo(f"Tagihan #{number} bulan {bill.month:%m-%Y} ditarik. Berkasnya boleh diperiksa lagi.")


@bill_group.command("match")
@click.argument("number", type=int)
@click.option(
    "--list", "listed", type=click.Path(dir_okay=False, path_type=Path), help="write whoever is not in all three here (.csv, .xlsx)"
)
@click.option("--purpose", default="", help="what the list is for; it holds whole NIKs")
def bill_match(number: int, listed: Path | None, purpose: str) -> None:
    """Hold letters, the member file and bill NUMBER against each other: who is in which of the three, with rupiah and evidence."""
    rekom = installation()
    why = _typed(PurposeSchema(), purpose=purpose) if listed else ""
    write = _writer(listed) if listed else None
    with looking(rekom) as session:
        bill = premium_lines.find(session, number, operator(rekom))
        counted = reconciliation.count(session, bill, reconciling.sides(rekom, bill, rekom.settings.region), listing=listed is not None)
    for cell, name in reconciling.NAME.items():
        click.echo(f"{name}: {grouped(counted.cells[cell].lines)} orang, Rp {grouped(counted.cells[cell].rupiah)}")
    click.echo(f"Baris ganda atau NIK tidak terbaca: {grouped(counted.beside.lines)} baris, Rp {grouped(counted.beside.rupiah)}")
    if counted.forgotten:
        click.echo(f"Dasar yang sudah lewat masa simpannya: {grouped(counted.forgotten)}, tidak ikut dicocokkan")
    if listed and write:
        with changing(rekom) as session:
            bill = premium_lines.find(session, number, operator(rekom), lock=True)
            reconciliation.take_out(session, bill, why, len(counted.apart), operator(rekom), now=rekom.clock())
        write_private(listed, write(reconciling.sheet(counted.apart)))
        click.echo(f"{grouped(len(counted.apart))} orang ditulis ke {listed}", err=True)


def _writer(file: Path) -> Callable[[Iterable[Sequence[Value]]], bytes]:
    write = {".csv": as_csv, ".xlsx": as_xlsx}.get(file.suffix.lower())
    if write is None:
        raise InvalidInput("Beri nama berkas berakhiran .csv atau .xlsx.")
    return write


def _typed(schema: PurposeSchema | WithdrawalSchema, **typed: str) -> str:
    """The one field of a form, as it was typed after its option."""
    ((name, _),) = typed.items()
    try:
        return str(schema.load(typed)[name])
    except ValidationError as error:
        assert isinstance(error.messages, dict), "a schema names its fields"
        raise InvalidInput(f"{'Keperluan' if name == 'purpose' else 'Alasan'}: {' '.join(error.messages[name])}") from None


def _say(checked: PremiumBill, disputes: Iterable[PremiumDispute]) -> None:
    disputes = list(disputes)
    number, rupiah = Counter(one.reason for one in disputes), Counter[DisputeReason]()
    for one in disputes:
        rupiah[one.reason] += one.amount
    click.echo(f"Tagihan {checked.month:%m-%Y}: {grouped(checked.lines)} baris, Rp {grouped(checked.billed)}.")
    for reason, word in REASON.items():
        if number[reason]:
            click.echo(f"  {word}: {grouped(number[reason])} baris, Rp {grouped(rupiah[reason])}")
    rest = checked.billed - checked.disputed
    click.echo(
        f"Disanggah {grouped(checked.disputed_lines)} baris, Rp {grouped(checked.disputed)}. Dapat dibayar sekarang Rp {grouped(rest)}."
    )


def _write(path: Path, disputes: Iterable[PremiumDispute]) -> None:
    rows = lines([["BARIS", "ALASAN", "NIK", "NAMA", "RUPIAH", "BUKTI"], *map(_row, disputes)])
    write_private(path, rows.encode("utf-8-sig"))


def _row(one: PremiumDispute) -> list[object]:
    return [one.line, one.reason.value, mask_nik(one.nik) if one.nik else "", one.name or "", one.amount, one.evidence]
