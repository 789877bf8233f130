"""What is asked at once is done at once: everybody's own answer, one round of work for many, faults for all it concerns."""

import threading
from collections.abc import Sequence

import pytest

from verify.together import Together

ASKERS = 24


def all_at_once(together: Together[int, int]) -> dict[int, int | BaseException]:
    heard: dict[int, int | BaseException] = {}
    start = threading.Barrier(ASKERS)

    def ask(number: int) -> None:
        start.wait()
        try:
            heard[number] = together.ask(number)
        except ValueError as error:
            heard[number] = error

    askers = [threading.Thread(target=ask, args=(number,)) for number in range(ASKERS)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join(30)
    return heard


def test_everybody_gets_their_own_answer_and_nobody_works_beside_another() -> None:
    rounds: list[int] = []
    alone = threading.Lock()

    def double(numbers: Sequence[int]) -> list[int]:
        assert alone.acquire(blocking=False), "two at work"
        rounds.append(len(numbers))
        threading.Event().wait(0.02)
        alone.release()
        return [2 * number for number in numbers]

    together = Together(double)
    for _ in range(3):
        assert all_at_once(together) == {number: 2 * number for number in range(ASKERS)}
    assert sum(rounds) == 3 * ASKERS and len(rounds) < ASKERS, "who comes meanwhile is served together"


def test_a_fault_is_told_to_all_it_concerns_and_work_goes_on() -> None:
    def refuse(numbers: Sequence[int]) -> list[int]:
        threading.Event().wait(0.005)
        if 7 in numbers:
            raise ValueError(len(numbers))
        return list(numbers)

    together = Together(refuse)
    heard = all_at_once(together)
    faults = [number for number, answer in heard.items() if isinstance(answer, ValueError)]
    assert 7 in faults and len(heard) == ASKERS
    assert all(heard[number] == number for number in range(ASKERS) if number not in faults)
    assert together.ask(3) == 3


def test_a_work_that_forgets_somebody_is_a_fault() -> None:
    with pytest.raises(ValueError, match="shorter"):
        Together(lambda numbers: list(numbers)[1:]).ask(1)
