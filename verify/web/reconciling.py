"""Letters, member file and bill of a month beside each other, and the file of whoever is not in all three."""

from flask import Blueprint, Response, render_template, request

from schemas.forms import plain
from schemas.premium import PurposeSchema
from verify.auth import me, parts, requires
from verify.population import reconciling as words
from verify.web.form import Form, blank, tried
from verify.web.premium import FILES, ONE
from workflows.errors import NotFound
from workflows.permissions import Permission
from workflows.population import premium_lines, reconciliation
from workflows.population.reconciliation import Cell, Counted
from workflows.records.premium import PremiumBill
from workflows.saying import say

blueprint = Blueprint("reconciling", __name__)


@blueprint.get(f"{ONE}/cocok")
@requires(Permission.CHECK_PREMIUM)
def show(bill_id: int) -> str:
    """How many people and rupiah stand in which of the three; nobody is named."""
    return page(bill_id, blank())


@blueprint.post(f"{ONE}/cocok/<kind>")
@requires(Permission.CHECK_PREMIUM)
def download(bill_id: int, kind: str) -> Response | tuple[str, int]:
    """Everybody who is not in all three, with whole NIKs, once it is said what for."""

    def load() -> Response:
        if kind not in FILES:
            raise NotFound(say("Berkas ini tidak ada. Pilih {files}.", files=", ".join(FILES)))
        purpose = PurposeSchema().load(plain(request.form, zone="UTC"))["purpose"]
        bill, found = _held(bill_id, listing=True)
        with parts().database.write() as session:
            locked = premium_lines.find(session, bill_id, me(), lock=True)
            reconciliation.take_out(session, locked, purpose, len(found.apart), me(), now=parts().clock())
        write, mimetype = FILES[kind]
        headers = {"Content-Disposition": f'attachment; filename="pencocokan-{bill.month:%Y-%m}-{bill_id}.{kind}"'}
        return Response(write(words.sheet(found.apart)), mimetype=mimetype, headers=headers)

    return tried(load, lambda form: page(bill_id, form))


def page(bill_id: int, form: Form) -> str:
    """The cells of a bill."""
    bill, counted = _held(bill_id)
    shown = {"bill": bill, "counted": counted, "cells": Cell, "name": words.NAME, "following": words.NEXT}
    return render_template("reconciliation.html", form=form, **shown)


def _held(bill_id: int, *, listing: bool = False) -> tuple[PremiumBill, Counted]:
    """A look, under nobody's lock: it reads a whole city."""
    with parts().database.read() as session:
        bill = premium_lines.find(session, bill_id, me())
        return bill, reconciliation.count(session, bill, words.sides(parts(), bill, me().region_code), listing=listing)
