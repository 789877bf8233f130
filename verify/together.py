"""What threads ask at the same time is done as one: one transaction, and one write to the disk, for all of them."""

import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

Asked = TypeVar("Asked")
Answered = TypeVar("Answered")


class Together(Generic[Asked, Answered]):
    """Nobody waits for company. Whoever finds nobody at work begins at once; what comes meanwhile is done next, as one.

    ``do`` answers questions in their order, in the thread of one of those who asked; what it raises is raised to each of them.
    """

    def __init__(self, do: Callable[[Sequence[Asked]], Sequence[Answered]]) -> None:
        self._do = do
        self._lock = threading.Lock()
        self._waiting: list[_Turn[Asked, Answered]] = []
        self._at_work = False

    def ask(self, asked: Asked) -> Answered:
        """The answer, once it is there."""
        mine: _Turn[Asked, Answered] = _Turn(asked)
        with self._lock:
            self._waiting.append(mine)
            leads, self._at_work = not self._at_work, True
        if not leads:
            mine.called.acquire()
        if not mine.done:
            self._serve()
        if mine.fault is not None:
            raise mine.fault
        return mine.answer

    def _serve(self) -> None:
        with self._lock:
            turns, self._waiting = self._waiting, []
        try:
            for turn, answer in zip(turns, self._do([turn.asked for turn in turns]), strict=True):
                turn.answer = answer
        except BaseException as error:
            for turn in turns:
                turn.fault = error
        finally:
            self._call(turns)

    def _call(self, turns: "Sequence[_Turn[Asked, Answered]]") -> None:
        """Give the work to one of those who came meanwhile, and the answers to their askers."""
        with self._lock:
            self._at_work = bool(self._waiting)
            following = self._waiting[0] if self._waiting else None
        if following is not None:
            following.called.release()
        for turn in turns:
            turn.done = True
            turn.called.release()


class _Turn(Generic[Asked, Answered]):
    """One question; ``called`` is open to its asker when it is answered, or when it is on them to work."""

    answer: Answered

    def __init__(self, asked: Asked) -> None:
        self.asked, self.done = asked, False
        self.fault: BaseException | None = None
        self.called = threading.Semaphore(0)
