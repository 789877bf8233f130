"""Cards of new members on their way to people: a village's list for whoever hands them over, and what came of each card.

Neither table names anybody. A card holds the keyed digest of a NIK; names and addresses are read from the residents' extract for as
long as one stands.
"""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from workflows.records.base import text_enum
from workflows.sealed import DIGEST_LENGTH, Digest

WAITS = text("waits")
NEWEST = text("newest")
MOST = 2_000
"""Cards on one list: more than a large kelurahan gets in a month."""


class CardSource(StrEnum):
    """How we know of a new member: by the member file, or by a registration of ours that became active."""

    MEMBER_FILE = "MEMBER_FILE"
    REGISTRATION = "REGISTRATION"


class CardAnswer(StrEnum):
    """What came of a card."""

    HANDED_OVER = "HANDED_OVER"
    NOT_FOUND = "NOT_FOUND"
    MOVED = "MOVED"
    DIED = "DIED"


class CardReceiver(StrEnum):
    """Who took a card: the member, somebody of the family, or the head of the neighbourhood."""

    MEMBER = "MEMBER"
    FAMILY = "FAMILY"
    RT_RW = "RT_RW"


class CardList(SQLModel, table=True):
    """One list of one village, given to somebody for a purpose; answers are taken before ``ends_at``.

    New are members of ``members_id``, or of the newest member file of that day where ``members_id`` is an older one of everybody, who
    are not in ``before_id``. Without two member files both are NULL, and only registrations that became active are listed.
    """

    __tablename__ = "card_list"
    __table_args__ = (
        CheckConstraint("length(village_code) = 10", name="village_length"),
        CheckConstraint("(members_id IS NULL) = (before_id IS NULL)", name="files_paired"),
        CheckConstraint("members_id <> before_id", name="files_differ"),
        CheckConstraint("ends_at > made_at", name="ends_later"),
    )

    id: int | None = Field(default=None, primary_key=True)
    region_code: str = Field(max_length=4)
    village_code: str = Field(max_length=10)
    residents_id: int = Field(foreign_key="extract.id")
    members_id: int | None = Field(default=None, foreign_key="extract.id")
    before_id: int | None = Field(default=None, foreign_key="extract.id")
    purpose: str = Field(max_length=200)
    given_to: str = Field(max_length=200)
    made_at: datetime
    made_by: str = Field(max_length=200)
    ends_at: datetime


class Card(SQLModel, table=True):
    """One member's card on one list. ``code`` is random and stands on the list.

    While its list runs a card without an answer ``waits``, and no other card of that person does. ``newest`` is the person's last
    card, the one that counts. An answer given by the code alone has no ``answered_by``.
    """

    __tablename__ = "card"
    __table_args__ = (
        UniqueConstraint("list_id", "position"),
        Index("uq_card_waiting_person", "nik_digest", unique=True, sqlite_where=WAITS, postgresql_where=WAITS),
        Index("uq_card_newest_person", "nik_digest", unique=True, sqlite_where=NEWEST, postgresql_where=NEWEST),
        CheckConstraint("length(code) = 9", name="code_length"),
        CheckConstraint(f"length(nik_digest) = {DIGEST_LENGTH}", name="person_digested"),
        CheckConstraint(f"position BETWEEN 1 AND {MOST}", name="position_on_the_list"),
        CheckConstraint("(answer IS NULL) = (answered_at IS NULL) AND (answer IS NOT NULL OR answered_by IS NULL)", name="answer_whole"),
        CheckConstraint("answer IS NULL OR NOT waits", name="answered_waits_no_more"),
        CheckConstraint("newest OR NOT waits", name="the_newest_waits"),
        CheckConstraint(
            "(receiver IS NULL) = (handed_on IS NULL) AND (receiver IS NULL) = (answer IS NULL OR answer <> 'HANDED_OVER')",
            name="handed_over_to_somebody_on_a_day",
        ),
    )

    code: str = Field(primary_key=True, max_length=9)
    list_id: int = Field(foreign_key="card_list.id", index=True)
    position: int
    nik_digest: str = Field(sa_type=Digest("nik"), index=True)
    source: CardSource = Field(sa_type=text_enum(CardSource))
    waits: bool = True
    newest: bool = True
    answer: CardAnswer | None = Field(default=None, sa_type=text_enum(CardAnswer))
    receiver: CardReceiver | None = Field(default=None, sa_type=text_enum(CardReceiver))
    handed_on: date | None = None
    answered_at: datetime | None = None
    answered_by: str | None = Field(default=None, max_length=200)
