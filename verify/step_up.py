"""Whether a session has shown its second factor, and freshly enough for what it is about to do."""

from datetime import datetime, timedelta

from verify.composition import Rekom
from workflows.actor import Actor
from workflows.errors import NotAllowed
from workflows.permissions import STEP_UP, Permission
from workflows.records.sign_in import SignIn
from workflows.second_factor import has_one


class FactorNeeded(NotAllowed):
    """The password was right; the second factor is still missing."""

    slug = "kode-kedua-belum"
    sentence = "Kata sandi benar, tetapi kode keamanan belum diisi. Isi kode keamanan, lalu lanjutkan."


class FactorTooOld(FactorNeeded):
    """What comes now is worth asking again."""

    slug = "kode-kedua-lagi"
    sentence = "Langkah ini meminta kode keamanan yang baru. Isi kode keamanan, lalu ulangi langkah ini."


class FactorMissing(NotAllowed):
    """What comes now asks for a second factor, and this account has none to show."""

    slug = "kode-kedua-tidak-ada"
    sentence = "Langkah ini meminta kode keamanan, dan akun Anda belum punya. Pasang dulu di halaman Akun, lalu ulangi langkah ini."


def check_factor(rekom: Rekom, session: SignIn, actor: Actor, permission: Permission, *, now: datetime) -> None:
    """Raise where a factor is owed: by the office's setting for a role, because the person has one, or because real people's data are
    in here and the step asks anew."""
    if session.factor_at is None:
        if owes_one(rekom, actor):
            raise FactorNeeded()
        if permission in STEP_UP and rekom.settings.production:
            raise FactorMissing()
    elif permission in STEP_UP:
        check_fresh(rekom, session, now=now)


def check_fresh(rekom: Rekom, session: SignIn, *, now: datetime) -> None:
    """Raise unless the factor was shown within the last minutes."""
    if session.factor_at is None or now - session.factor_at > timedelta(minutes=rekom.settings.step_up_minutes):
        raise FactorTooOld()


def owes_one(rekom: Rekom, actor: Actor) -> bool:
    """Whether a session of this person counts for nothing before its factor was shown."""
    if actor.roles & rekom.settings.factor_roles:
        return True
    with rekom.database.read() as session:
        return has_one(session, actor.person_id)
