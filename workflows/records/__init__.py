"""The tables, one file a noun. Validity comes from marshmallow at the border and from constraints here, nowhere in between."""

import workflows.records.base as base  # first, so that every table gets its constraint names
from workflows.records.acceptance import Acceptance
from workflows.records.agreement import Agreement
from workflows.records.assessment import Assessment
from workflows.records.audit_event import AuditEvent
from workflows.records.bedside import Provisional
from workflows.records.card import Card, CardAnswer, CardList, CardReceiver, CardSource
from workflows.records.case import Case, CaseDocument
from workflows.records.case_paper import CasePaper, PaperKind, PaperWay
from workflows.records.case_reading import CaseReading, Seen
from workflows.records.check_result import CheckResult
from workflows.records.checkpoint import Checkpoint
from workflows.records.collective import CollectiveLetter, CollectiveRow, CollectiveStep
from workflows.records.coverage import CoverageCell, CoverageSnapshot
from workflows.records.decision import Decision
from workflows.records.door import Door, DoorAnswer, DoorList, DoorReason
from workflows.records.duty import Duty
from workflows.records.episode import Episode
from workflows.records.erasure import Erasure, LegalHold
from workflows.records.escalation import Escalation
from workflows.records.extension import Extension, ExtensionOutcome
from workflows.records.extract import DtsenRow, Extract, MemberRow
from workflows.records.finding_set import FindingSet
from workflows.records.hospital import Hospital
from workflows.records.hospital_key import HospitalKey, HospitalKeyScope, UsedSignature
from workflows.records.household import Household, HouseholdMember
from workflows.records.idempotency import IdempotencyRecord
from workflows.records.import_file import ImportFile, ImportPart
from workflows.records.jamkesda import JamkesdaBatch, JamkesdaList, JamkesdaOutcome, JamkesdaPerson
from workflows.records.late_acceptance import LateAcceptance, LateOutcome
from workflows.records.letter import Letter, LetterCounter
from workflows.records.lookup import LookupCount, LookupScope
from workflows.records.manual_check import Correction, ManualCheck
from workflows.records.match import MatchDecision, MatchPair
from workflows.records.membership_report import MembershipReport
from workflows.records.meter import Meter, Purpose
from workflows.records.objection import DeathNotice, DecisionGround, Objection
from workflows.records.paraf import ApprovalStep, Paraf
from workflows.records.phone_link import PhoneLink
from workflows.records.premium import PremiumBill, PremiumDispute, PremiumLine, PremiumLineWord
from workflows.records.premium_ledger import PremiumAccount, PremiumEntry
from workflows.records.premium_letter import PremiumLetter, PremiumLetterLine
from workflows.records.readopted import ReadoptedLetter
from workflows.records.registration import BatchRow, Registration, RegistrationAnswer, RegistrationBatch
from workflows.records.removal import Removal
from workflows.records.reprint import CollectiveReprint, Reprint
from workflows.records.resident import ResidentRow
from workflows.records.seat import LedgerEntry, Seat, SeatQuota, WaitingEntry
from workflows.records.second_factor import Passkey, RecoveryCode, TotpSecret
from workflows.records.sign_in import SignIn
from workflows.records.signing_authority import SigningAuthority
from workflows.records.staff import Staff, StaffRole
from workflows.records.taking import Taking
from workflows.records.task import Task
from workflows.records.transfer import Transfer, TransferOutcome
from workflows.records.trust import TrustCounter, TrustEntry, TrustKind
from workflows.records.vault_key import VaultKey, VaultPurpose
from workflows.records.webhook import News, WebhookAttempt, WebhookDelivery, WebhookEndpoint
from workflows.records.withdrawal import Withdrawal

__all__ = [
    "Acceptance",
    "Agreement",
    "ApprovalStep",
    "Assessment",
    "AuditEvent",
    "BatchRow",
    "Card",
    "CardAnswer",
    "CardList",
    "CardReceiver",
    "CardSource",
    "Case",
    "CaseDocument",
    "CasePaper",
    "CaseReading",
    "CheckResult",
    "Checkpoint",
    "CollectiveLetter",
    "CollectiveReprint",
    "CollectiveRow",
    "CollectiveStep",
    "Correction",
    "CoverageCell",
    "CoverageSnapshot",
    "DeathNotice",
    "Decision",
    "DecisionGround",
    "Door",
    "DoorAnswer",
    "DoorList",
    "DoorReason",
    "DtsenRow",
    "Duty",
    "Episode",
    "Erasure",
    "Escalation",
    "Extension",
    "ExtensionOutcome",
    "Extract",
    "FindingSet",
    "Hospital",
    "HospitalKey",
    "HospitalKeyScope",
    "Household",
    "HouseholdMember",
    "IdempotencyRecord",
    "ImportFile",
    "ImportPart",
    "JamkesdaBatch",
    "JamkesdaList",
    "JamkesdaOutcome",
    "JamkesdaPerson",
    "LateAcceptance",
    "LateOutcome",
    "LedgerEntry",
    "LegalHold",
    "Letter",
    "LetterCounter",
    "LookupCount",
    "LookupScope",
    "ManualCheck",
    "MatchDecision",
    "MatchPair",
    "MemberRow",
    "MembershipReport",
    "Meter",
    "News",
    "Objection",
    "PaperKind",
    "PaperWay",
    "Paraf",
    "Passkey",
    "PhoneLink",
    "PremiumAccount",
    "PremiumBill",
    "PremiumDispute",
    "PremiumEntry",
    "PremiumLetter",
    "PremiumLetterLine",
    "PremiumLine",
    "PremiumLineWord",
    "Provisional",
    "Purpose",
    "ReadoptedLetter",
    "RecoveryCode",
    "Registration",
    "RegistrationAnswer",
    "RegistrationBatch",
    "Removal",
    "Reprint",
    "ResidentRow",
    "Seat",
    "SeatQuota",
    "Seen",
    "SignIn",
    "SigningAuthority",
    "Staff",
    "StaffRole",
    "Taking",
    "Task",
    "TotpSecret",
    "Transfer",
    "TransferOutcome",
    "TrustCounter",
    "TrustEntry",
    "TrustKind",
    "UsedSignature",
    "VaultKey",
    "VaultPurpose",
    "WaitingEntry",
    "WebhookAttempt",
    "WebhookDelivery",
    "WebhookEndpoint",
    "Withdrawal",
    "base",
]
