"""The case: one person's way from the KTP to a letter that a hospital accepted."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, false, text
from sqlmodel import Field, SQLModel

from workflows.nik import Nik
from workflows.records.base import digested_check, sealed_check, sql_list, text_enum
from workflows.sealed import Digest, Sealed
from workflows.states import FINAL, State
from workflows.vocabulary import Channel, DocumentType, LetterType, NoNik, ProxyKin, Sex, Urgency


def _open_without_nik(why: NoNik, *columns: str) -> Index:
    """One open case for whoever has no NIK, told apart by what stands in its place."""
    where = text(f"closed_at IS NULL AND nik IS NULL AND no_nik = '{why.value}'")
    return Index(f"uq_case_file_open_{why.value.lower()}", *columns, unique=True, sqlite_where=where, postgresql_where=where)


def _sealed(name: str, domain: str | None = None) -> Sealed:
    return Sealed(f"case_file.{name}", ("ticket",), domain)


class Case(SQLModel, table=True):
    """What the applicant says, where the case stands, and the policy block it is pinned to.

    A person has one open case at most (partial unique index on the NIK's digest). Numbers, address and diagnosis lie sealed.
    Without a NIK the reason stands, and a child of a mother, a hospital's unknown patient and a passport have one each;
    ``birth_estimated`` says that the date is guessed from the age. ``(id, opened_by)`` is unique so that a decision can point
    at both and four eyes hold in the database; likewise ``(id, letter_type)``, so that what was decided stays.
    ``letter_chosen_by`` chose another letter than the path, with a reason; ``diagnosis`` is for letter C alone. Where
    ``separate_intake`` holds, triggers keep whoever opened the case from assessing and validating it.
    """

    __tablename__ = "case_file"
    __table_args__ = (
        Index(
            "uq_case_file_open_nik",
            "nik_digest",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        _open_without_nik(NoNik.NEWBORN, "mother_nik_digest", "name"),
        _open_without_nik(NoNik.UNIDENTIFIED, "hospital_code", "other_number_digest"),
        _open_without_nik(NoNik.FOREIGNER, "other_number_digest"),
        UniqueConstraint("id", "opened_by"),
        Index("uq_case_file_id_letter_type", "id", "letter_type", unique=True),
        CheckConstraint(f"(closed_at IS NOT NULL) = (state IN ({sql_list(FINAL)}))", name="closed_when_final"),
        *(sealed_check(name) for name in ("kk", "address", "proxy_phone", "diagnosis")),
        *(check for name in ("nik", "mother_nik", "other_number", "phone") for check in (sealed_check(name), digested_check(name))),
        CheckConstraint("nik IS NOT NULL OR no_nik IS NOT NULL", name="nik_or_why_not"),
        CheckConstraint("nik IS NOT NULL OR sex IS NOT NULL", name="sex_without_nik"),
        CheckConstraint("no_nik <> 'NEWBORN' OR mother_nik IS NOT NULL", name="newborn_has_mother"),
        CheckConstraint(
            "nik IS NOT NULL OR no_nik <> 'UNIDENTIFIED' OR (hospital_code IS NOT NULL AND other_number IS NOT NULL)",
            name="unidentified_is_in_hospital",
        ),
        CheckConstraint("nik IS NOT NULL OR no_nik <> 'FOREIGNER' OR other_number IS NOT NULL", name="foreigner_has_passport"),
        CheckConstraint("(letter_chosen_by IS NULL) = (letter_chosen_reason IS NULL)", name="choice_paired"),
        CheckConstraint("diagnosis IS NULL OR letter_type = 'JAMINAN_PELAYANAN'", name="diagnosis_only_in_guarantee"),
        CheckConstraint("(proxy_name IS NULL) = (proxy_relation IS NULL)", name="proxy_paired"),
        CheckConstraint("proxy_kin IS NULL OR proxy_name IS NOT NULL", name="proxy_kin_of_somebody"),
        CheckConstraint("proxy_paper IS NULL OR coalesce(proxy_kin = 'THIRD_PARTY', false)", name="authority_of_third_party"),
    )

    id: int | None = Field(default=None, primary_key=True)
    ticket: str = Field(max_length=9, unique=True)
    version: int = 1
    state: State = Field(sa_type=text_enum(State), index=True)
    state_since: datetime
    letter_type: LetterType = Field(sa_type=text_enum(LetterType))
    letter_chosen_by: int | None = Field(default=None, foreign_key="staff.id")
    letter_chosen_reason: str | None = Field(default=None, max_length=500)
    region_code: str = Field(max_length=4, index=True)
    timezone: str = Field(max_length=32)
    policy_valid_from: date
    policy_sha256: str = Field(max_length=64)

    nik: str | None = Field(default=None, sa_type=_sealed("nik", "nik"))
    nik_digest: str | None = Field(default=None, sa_type=Digest("nik"))
    no_nik: NoNik | None = Field(default=None, sa_type=text_enum(NoNik))
    mother_nik: str | None = Field(default=None, sa_type=_sealed("mother_nik", "nik"))
    mother_nik_digest: str | None = Field(default=None, sa_type=Digest("nik"))
    other_number: str | None = Field(default=None, sa_type=_sealed("other_number", "number"))
    other_number_digest: str | None = Field(default=None, sa_type=Digest("number"))
    sex: Sex | None = Field(default=None, sa_type=text_enum(Sex))
    name: str = Field(max_length=200)
    birth_date: date
    birth_estimated: bool = False
    phone: str = Field(sa_type=_sealed("phone", "phone"))
    phone_digest: str | None = Field(default=None, sa_type=Digest("phone"), index=True)
    kk: str | None = Field(default=None, sa_type=_sealed("kk"))
    address: str | None = Field(default=None, sa_type=_sealed("address"))
    domicile_code: str | None = Field(default=None, max_length=10)
    resident_since: date | None = None
    hospital_code: str | None = Field(default=None, foreign_key="hospital.code", max_length=32)
    admitted_at: datetime | None = None
    diagnosis: str | None = Field(default=None, sa_type=_sealed("diagnosis"))
    urgency: Urgency = Field(sa_type=text_enum(Urgency))
    channel: Channel = Field(sa_type=text_enum(Channel))
    proxy_name: str | None = Field(default=None, max_length=200)
    proxy_relation: str | None = Field(default=None, max_length=50)
    proxy_phone: str | None = Field(default=None, sa_type=_sealed("proxy_phone"))
    proxy_kin: ProxyKin | None = Field(default=None, sa_type=text_enum(ProxyKin))
    proxy_paper: str | None = Field(default=None, max_length=100)

    separate_intake: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    opened_by: int = Field(foreign_key="staff.id")
    opened_at: datetime = Field(index=True)
    closed_at: datetime | None = Field(default=None, index=True)

    @property
    def lane(self) -> NoNik | None:
        """The lane of whoever still has no NIK."""
        return self.no_nik if self.no_nik and self.nik is None else None  # in this order: a sealed NIK stays sealed

    @property
    def by_third_party(self) -> bool:
        """Whether somebody outside the family acts, who needs a letter of authority."""
        return self.proxy_kin is ProxyKin.THIRD_PARTY

    @property
    def female(self) -> bool:
        """By the NIK where there is one, else as stated."""
        return Nik(self.nik).female if self.nik else self.sex is Sex.FEMALE

    @property
    def known_by(self) -> str | None:
        """The NIK a desk may ask for: the person's own, for a newborn the mother's; None where there is neither."""
        return self.nik or self.mother_nik


class CaseDocument(SQLModel, table=True):
    """A paper the office has seen for a case."""

    __tablename__ = "case_document"

    case_id: int = Field(foreign_key="case_file.id", primary_key=True)
    type: DocumentType = Field(sa_type=text_enum(DocumentType), primary_key=True)
    received_at: datetime
    received_by: int = Field(foreign_key="staff.id")
