"""What hospitals reported from their own VClaim, behind the port ``MembershipRegistry``."""

from verify.registries.extract import Reads
from verify.registries.http import Clock, utc_now
from workflows import membership_reports
from workflows.errors import Unavailable
from workflows.ports import MembershipEvidence, MembershipOutcome, MembershipQuestion, Segment


class ReportedMembership:
    """The newest fresh report on a NIK; ``Unavailable`` where no hospital reported lately."""

    def __init__(self, database: Reads, clock: Clock = utc_now) -> None:
        self._database, self._clock = database, clock

    def membership(self, question: MembershipQuestion) -> MembershipEvidence:
        """See ``MembershipRegistry``."""
        with self._database.read() as session:
            found = membership_reports.newest(session, question.nik, now=self._clock())
        if found is None or found[0].asked_for != question.on:
            raise Unavailable("Belum ada rumah sakit yang melaporkan kepesertaan orang ini.", registry="VClaim rumah sakit")
        report, hospital = found
        return MembershipEvidence(
            outcome=MembershipOutcome(report.outcome),
            segment=Segment(report.segment) if report.segment else None,
            status_code=report.status_code,
            status_text=report.status_text,
            segment_code=report.segment_code,
            segment_text=report.segment_text,
            card=report.card,
            cover_from=report.cover_from,
            cover_until=report.cover_until,
            asked_for=report.asked_for,
            source=f"VClaim {hospital.name}",
            as_of=report.reported_at,
        )
