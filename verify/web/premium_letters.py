"""The letter to BPJS on the page of its bill: proposed, signed or sent back, printed, withdrawn."""

from collections.abc import Callable

from flask import Blueprint, Response, request, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response as Answer

from schemas.forms import plain
from schemas.premium import EndSchema
from verify.auth import me, parts, requires
from verify.counter import as_pdf
from verify.documents.dispute_letter import Terms, set_dispute
from verify.population.bill_check import REASON
from verify.web.form import tried
from verify.web.once import once
from verify.web.premium import ONE, page
from workflows import audit
from workflows.permissions import Permission
from workflows.population import premium_letters, premium_lines
from workflows.population.premium import subject
from workflows.records.premium import PremiumBill
from workflows.records.premium_letter import PremiumLetter
from workflows.saying import say

blueprint = Blueprint("premium_letters", __name__)

LETTER = f"{ONE}/surat/<int(max=2147483647):letter_id>"
Step = Callable[[Session, PremiumLetter], None]


@blueprint.post(f"{ONE}/surat")
@requires(Permission.CHECK_PREMIUM)
def propose(bill_id: int) -> Answer | tuple[str, int]:
    """Ask for a letter with every line that is disputed and on no letter yet."""

    def effect(session: Session) -> str:
        bill = premium_lines.find_standing(session, bill_id, me())
        premium_letters.propose(session, bill, me(), now=parts().clock())
        return _place(bill_id)

    return tried(lambda: once(effect, say("Surat sanggahan disusun. Kepala Dinas menandatanganinya.")), lambda form: page(bill_id, form))


@blueprint.post(f"{LETTER}/tanda-tangan")
@requires(Permission.DECIDE)
def sign(bill_id: int, letter_id: int) -> Answer | tuple[str, int]:
    """Give the number; the paper is signed in ink."""

    def step(session: Session, letter: PremiumLetter) -> None:
        premium_letters.sign(session, letter, parts().policy_today(me().region_code), me(), now=parts().clock())

    return _do(bill_id, letter_id, step, say("Surat bernomor dan masuk buku iuran. Cetak, tanda tangani, lalu kirim ke BPJS Kesehatan."))


@blueprint.post(f"{LETTER}/kembalikan")
@requires(Permission.CHECK_PREMIUM)
def send_back(bill_id: int, letter_id: int) -> Answer | tuple[str, int]:
    """End a proposal."""

    def step(session: Session, letter: PremiumLetter) -> None:
        premium_letters.send_back(session, letter, _why(), me(), now=parts().clock())

    return _do(bill_id, letter_id, step, say("Usulan surat dikembalikan. Barisnya boleh masuk surat lain."))


@blueprint.post(f"{LETTER}/tarik")
@requires(Permission.DECIDE)
def withdraw(bill_id: int, letter_id: int) -> Answer | tuple[str, int]:
    """Take a numbered letter back: a decision of its own, so it asks for a fresh second factor as signing does."""

    def step(session: Session, letter: PremiumLetter) -> None:
        premium_letters.withdraw(session, letter, _why(), parts().policy_today(me().region_code), me(), now=parts().clock())

    return _do(bill_id, letter_id, step, say("Surat sanggahan ditarik, juga di buku iuran. Barisnya boleh masuk surat lain."))


@blueprint.post(f"{LETTER}.pdf")
@requires(Permission.CHECK_PREMIUM)
def paper(bill_id: int, letter_id: int) -> Response | tuple[str, int]:
    """The letter with its list, to be printed; each print is written down, and the paper is set after that."""

    def load() -> Response:
        with parts().database.write() as session:
            bill = premium_lines.find(session, bill_id, me(), lock=True)
            said = premium_letters.paper(session, premium_letters.find(session, bill, letter_id), bill)
            letter = said.letter
            assert letter.policy_valid_from and letter.policy_sha256 and letter.decided_at
            policy = parts().policies.unedited(me().region_code, letter.policy_valid_from, letter.policy_sha256)
            told = {"letter": letter.number, "lines": letter.lines}
            audit.record(session, subject(bill), "PRINT_DISPUTE", actor=me(), now=parts().clock(), **told)
        rule = premium_letters.rule_of(policy, letter.decided_at)
        return as_pdf(set_dispute(said, Terms(policy, rule, REASON, parts().settings.practice)), f"sanggahan-{letter_id}.pdf")

    return tried(load, lambda form: page(bill_id, form))


def _why() -> str:
    return str(EndSchema().load(plain(request.form, zone="UTC"))["end_why"])


def _do(bill_id: int, letter_id: int, step: Step, said: str) -> Answer | tuple[str, int]:
    def effect(session: Session) -> str:
        bill: PremiumBill = premium_lines.find(session, bill_id, me(), lock=True)
        step(session, premium_letters.find(session, bill, letter_id))
        return _place(bill_id)

    return tried(lambda: once(effect, said), lambda form: page(bill_id, form))


def _place(bill_id: int) -> str:
    return url_for("premium.show", bill_id=bill_id, _anchor="surat")
