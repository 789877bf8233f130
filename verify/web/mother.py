"""What a newborn's page says of the mother's cover."""

from schemas.desk_check import local_time
from verify.web.words import RESULT, SEGMENT_SHORT
from workflows.mothers import MothersCover
from workflows.saying import joined, say
from workflows.states import Job

UNKNOWN = say("Belum diketahui. Tanyakan kepada BPJS Kesehatan dengan NIK ibu, lalu tulis di penilaian.")


def mother_words(cover: MothersCover | None, timezone: str) -> str:
    """Her membership, whose word that is and as of when."""
    if cover is None:
        return UNKNOWN
    found = [RESULT[Job.MEMBERSHIP][cover.outcome], *([SEGMENT_SHORT.get(cover.segment, cover.segment)] if cover.segment else [])]
    return say(
        "{result}. Menurut {source}, {as_of}.",
        result=joined(found, ", "),
        source=cover.source,
        as_of=local_time(cover.as_of, timezone),
    )
