"""What the office tells of a person before a case is opened: counted as a search by NIK is, once a form, and written down at the case.

Where no more may be told, a case is opened all the same, with what the NIK's own digits say: an emergency waits for nobody's guesses.
"""

import hmac

from flask import g

from verify import lookups
from verify.access_log import shows
from verify.auth import me, parts
from verify.web.answers import kept_key
from verify.web.identity_card import IdentityCard
from verify.web.once import form_key, signed
from workflows import looked
from workflows.errors import TooMany

MARK = "~"
"""Between what is random in a form's key and the sign that its look at a NIK is counted."""


def counted_key(nik: str, key: str = "") -> str:
    """The key of a form, a new one where none is given, that says: its look at this NIK is counted."""
    rest, _, owner = (key or form_key()).rpartition(".")
    form = rest.partition(MARK)[0]
    return f"{form}{MARK}{_sign(form, nik)}.{owner}"


def is_counted(nik: str) -> bool:
    """Whether the look of the form that was sent at this NIK is counted: by its key, or since it was sent."""
    form, _, sign = kept_key().rpartition(".")[0].partition(MARK)
    return g.get("counted_look") == nik or hmac.compare_digest(sign, _sign(form, nik))


def count(nik: str) -> bool:
    """Count the look of the form that was sent; False where no more may be told."""
    try:
        lookups.admit(nik)
    except TooMany:
        return False
    g.counted_look = nik
    return True


def give_back(nik: str) -> None:
    """The look that was counted just now led somewhere: the form owes for it no more, and holds no other look at it free."""
    lookups.found(nik)
    g.pop("counted_look")


def shown(card: IdentityCard) -> None:
    """Write down whose card stands on the page: at the person's case, else in the reader's own trail where anything is told at all."""
    if card.known is not None:
        shows([card.known])
    elif any(words is not None for _, words, _ in card.told):
        with parts().database.write() as session:
            looked.note_person(session, card.nik, me(), now=parts().clock())


def _sign(form: str, nik: str) -> str:
    said = f"counted {me().person_id} {form} {nik}"
    return signed(said)
