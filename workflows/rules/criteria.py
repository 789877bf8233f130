"""``kriteria``: what the assessment says. A score is shown and advises; where the text sets no threshold, only a person judges."""

from collections.abc import Mapping

from workflows.rules.facts import Answer, EligibilityFacts
from workflows.rules.finding import Advice, Finding, Outcome, Read, Referenced, finding
from workflows.rules.policy import CriteriaSet, EligibilityBasis, RegionPolicy

RULE = "kriteria"


def weigh_criteria(facts: EligibilityFacts, policy: RegionPolicy, criteria: CriteriaSet) -> Finding:
    """Yes is a sign of poverty. A region that takes everyone keeps the score as a note only."""
    asked = len(criteria.criteria)
    threshold = f"{criteria.threshold} dari {asked}" if criteria.threshold else "tanpa ambang, petugas menilai"
    advice, rests_on = _advice(facts.answers, policy, criteria)
    value, origin = f"{_count(facts.answers, criteria, Answer.YES)} dari {asked}", Read("Penilaian petugas", facts.on)
    return finding(RULE, advice, rests_on, value=value, threshold=threshold, origin=origin)


def _advice(answers: Mapping[str, Answer], policy: RegionPolicy, criteria: CriteriaSet) -> tuple[Advice, Referenced]:
    if policy.eligibility.value is EligibilityBasis.UNIVERSAL:
        return Advice(Outcome.MEETS, "Daerah ini menerima semua warganya. Jawaban kriteria hanya catatan."), policy.eligibility
    if any(answers.get(criterion.key) == Answer.YES for criterion in criteria.criteria if criterion.decisive):
        return Advice(Outcome.MEETS, "Kriteria penentu terpenuhi: keluarga ini termasuk miskin."), criteria
    return _by_score(answers, criteria), criteria


def _by_score(answers: Mapping[str, Answer], criteria: CriteriaSet) -> Advice:
    score, asked = _count(answers, criteria, Answer.YES), len(criteria.criteria)
    open_questions = asked - score - _count(answers, criteria, Answer.NO)
    if criteria.threshold and score >= criteria.threshold:
        return Advice(Outcome.MEETS, f"{score} dari {asked} kriteria terpenuhi, mencapai ambang {criteria.threshold}.")
    if open_questions:
        return Advice(Outcome.NEEDS_PERSON, f"{open_questions} dari {asked} kriteria belum terjawab.", "Lengkapi penilaian keluarga.")
    if criteria.threshold is None:
        reason = f"{score} dari {asked} kriteria terpenuhi. Aturan ini tidak menetapkan ambang; petugas yang menilai."
        return Advice(Outcome.NEEDS_PERSON, reason, "Petugas menulis alasan penilaiannya.")
    reason = f"{score} dari {asked} kriteria terpenuhi, di bawah ambang {criteria.threshold}."
    return Advice(Outcome.FAILS, reason, "Minta kunjungan rumah atau penilaian ulang, atau ajukan keberatan.")


def _count(answers: Mapping[str, Answer], criteria: CriteriaSet, answer: Answer) -> int:
    return sum(answers.get(criterion.key) == answer for criterion in criteria.criteria)
