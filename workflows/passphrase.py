"""A signer's passphrase: typed for one batch, held in memory, shown by nothing.

It belongs to the person, not to the office. No setting, table, queue, address or log line may hold it, so the type
refuses to be printed, pickled, copied and turned into JSON; only an adapter that sends it calls ``reveal``.
"""

from typing import NoReturn

from workflows.errors import InvalidInput
from workflows.saying import say

HIDDEN = "•••"
LONGEST = 200


class Passphrase:
    """What a signer typed. ``InvalidInput`` for nothing, for more than ``LONGEST`` characters and for control characters."""

    __slots__ = ("__text",)

    def __init__(self, text: str) -> None:
        if not 0 < len(text) <= LONGEST or not text.isprintable():
            raise InvalidInput(say("Passphrase kosong atau berisi tanda yang tidak dapat diketik. Ketik lagi."))
        self.__text = text

    def reveal(self) -> str:
        """The text, for the wire only."""
        return self.__text

    def __repr__(self) -> str:
        return f"Passphrase({HIDDEN})"

    def __str__(self) -> str:
        return HIDDEN

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a passphrase is never written down")
