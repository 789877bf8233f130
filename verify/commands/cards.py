"""``rekom cards``: cards of new members, from the lists to the rest."""

from pathlib import Path
from typing import Any

import click
from marshmallow import ValidationError

from schemas.cards import CardListSchema, PurposeSchema
from schemas.population.region_file import shipped_regions
from verify.commands.operator import changing, installation, looking, operator, write_private
from verify.population import card_files
from verify.population.tables import as_csv, as_xlsx
from verify.web.card_lists import RECEIVED, SAID
from workflows.errors import InvalidInput
from workflows.population import card_rest, cards
from workflows.population.cards import CardWish
from workflows.population.regions import parse_code
from workflows.thousands import grouped

WRITERS = {".csv": as_csv, ".xlsx": as_xlsx}


@click.group("cards")
def cards_group() -> None:
    """Lists of new members' cards, what came of each, and who has none yet."""


@cards_group.command("make")
@click.argument("village")
@click.option("--given-to", required=True, help="who hands the cards over")
@click.option("--purpose", required=True, help="what the list is for; no NIK")
@click.option("--days", default="30", help="how long answers are taken [default: 30]")
def cards_make(village: str, given_to: str, purpose: str, days: str) -> None:
    """Make a list of everybody new in VILLAGE whose card is not handed over."""
    rekom = installation()
    wish = CardWish(parse_code(village), **_loaded(CardListSchema(), given_to=given_to, purpose=purpose, days=days))
    with changing(rekom) as session:
        listed = cards.make(session, rekom.settings.region, wish, operator(rekom), now=rekom.clock())
        number = len(cards.show(session, operator(rekom), listed.id or 0, now=rekom.clock(), why="READ_CARDS")[1])
        click.echo(f"Daftar kartu {listed.id}: {grouped(number)} kartu. Unduh dengan rekom cards export {listed.id} BERKAS.xlsx")


@cards_group.command("list")
def cards_list() -> None:
    """Show all lists."""
    rekom = installation()
    with looking(rekom) as session:
        for one in card_rest.standings(session, rekom.settings.region):
            place = shipped_regions().title(one.listed.village_code)
            answered = grouped(one.cards - one.answers.get(None, 0))
            click.echo(f"#{one.listed.id} {place}: {answered} dari {grouped(one.cards)} dijawab, {one.listed.given_to}")


@cards_group.command("export")
@click.argument("number", type=int)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def cards_export(number: int, file: Path) -> None:
    """Write list NUMBER to FILE (.csv or .xlsx), readable by its owner only."""
    write = _writer(file)
    rekom = installation()
    with changing(rekom) as session:
        _, views = cards.show(session, operator(rekom), number, now=rekom.clock(), why="EXPORT_CARDS")
        content = write(card_files.sheet(views, SAID, RECEIVED))
    write_private(file, content)
    click.echo(f"{grouped(len(views))} kartu ditulis ke {file}")


@cards_group.command("answers")
@click.argument("number", type=int)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def cards_answers(number: int, file: Path) -> None:
    """Take the answers of list NUMBER back from FILE."""
    rekom = installation()
    receipt = card_files.take(rekom, number, file.read_bytes(), operator(rekom))
    click.echo(f"{grouped(receipt.taken)} jawaban tercatat, {grouped(receipt.waiting)} kartu belum dijawab.")
    for fault in receipt.faults:
        click.echo(f"  {fault}", err=True)


@cards_group.command("counts")
def cards_counts() -> None:
    """Show how far each village is."""
    rekom = installation()
    with looking(rekom) as session:
        villages = card_rest.by_village(session, rekom.settings.region)
    for one in (*villages, card_rest.summed(villages, rekom.settings.region)):
        place, share = shipped_regions().title(one.village), f"{one.share.percent} %".replace(".", ",")
        click.echo(f"{place}: {grouped(one.handed)} dari {grouped(one.people)} diserahkan = {share}, sisa {grouped(one.rest)}")


@cards_group.command("rest")
@click.argument("area")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--purpose", required=True, help="what the list is for; no NIK")
def cards_rest(area: str, file: Path, purpose: str) -> None:
    """Write whose card is still to be handed over in AREA, a village or a district, to FILE."""
    write, given = _writer(file), _loaded(PurposeSchema(), purpose=purpose)
    rekom = installation()
    with changing(rekom) as session:
        found = card_rest.rest(session, parse_code(area), given["purpose"], operator(rekom), now=rekom.clock())
        content = write(card_files.rest_sheet(found, shipped_regions().title))
    write_private(file, content)
    click.echo(f"{grouped(len(found))} orang ditulis ke {file}")


def _writer(file: Path) -> Any:
    write = WRITERS.get(file.suffix.lower())
    if write is None:
        raise InvalidInput("Beri nama berkas berakhiran .csv atau .xlsx.")
    return write


def _loaded(schema: CardListSchema | PurposeSchema, **typed: str) -> dict[str, Any]:
    try:
        return dict(schema.load(typed))
    except ValidationError as error:
        assert isinstance(error.messages, dict), "a schema names its fields"
        name, said = next(iter(error.messages.items()))
        raise InvalidInput(f"--{str(name).replace('_', '-')}: {' '.join(said)}") from None
