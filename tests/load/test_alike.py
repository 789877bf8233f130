"""Answers that must not differ do the same work, statement by statement; how long it takes is measured by hand."""

import pytest

from tests.load.alike import Asked, a_patient_office, alike, ask, people


def test_the_bar_bites() -> None:
    def asked(word: str, *seconds: float) -> Asked:
        return Asked([word], ["SELECT 1"], list(seconds))

    assert alike({"a": asked("UNKNOWN", 0.01, 0.011), "b": asked("UNKNOWN", 0.0115)})
    assert not alike({"a": asked("UNKNOWN", 0.01), "b": asked("UNKNOWN", 0.013)})
    assert not alike({"a": asked("UNKNOWN", 0.01), "b": asked("EXPIRED", 0.01)})


@pytest.mark.slow
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_unknown_refused_and_withdrawn_are_one_answer_by_words_and_work(database: str) -> None:
    with a_patient_office(database) as office:
        for group, questions in people(office).items():
            first, *others = ask(office, questions, 3).values()
            assert first.words[0] == "UNKNOWN"
            for other in others:
                assert other.words == first.words, group
                assert other.statements == first.statements, group
