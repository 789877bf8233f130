"""Answers that must not differ do the same work, statement by statement; how long it takes is measured by hand."""

import pytest

from tests.load.alike import a_patient_office, ask, people


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
