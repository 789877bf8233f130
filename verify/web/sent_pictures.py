"""What a form for photographs sends: one, or several of the same paper, each read and judged on its own."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Request
from werkzeug.datastructures import FileStorage

from workflows.errors import InvalidInput
from workflows.papers import LARGEST
from workflows.revealing import LONG_NUMBER
from workflows.saying import joined, say
from workflows.vocabulary import DocumentType

TOGETHER = 5
"""Photographs in one send: both sides of a card and the pages of a statement."""
LONGEST_NAME = 80
TOO_LARGE = say("Foto ini lebih besar dari 10 MB. Perkecil, lalu kirim lagi.")


@dataclass(frozen=True, slots=True)
class Sent:
    """A paper and its files as the browser named them."""

    paper: DocumentType
    files: tuple[FileStorage, ...]


def sent_picture(request: Request) -> tuple[DocumentType, bytes]:
    """The paper and the one file that a telephone sends with it."""
    sent = sent_pictures(request)
    with sent.files[0].stream as content:
        return sent.paper, content.read()


def sent_pictures(request: Request) -> Sent:
    """The paper chosen and the files sent with it; ``InvalidInput`` where there is none, or too many."""
    files, paper = tuple(one for one in request.files.getlist("picture") if one.filename), request.form.get("paper", "")
    if paper not in set(DocumentType):
        raise InvalidInput(say("Pilih dulu berkas apa yang difoto."))
    if not files:
        raise InvalidInput(say("Pilih atau ambil foto dulu, lalu simpan."))
    if len(files) > TOGETHER:
        raise InvalidInput(say("Pilih paling banyak {most} foto sekali kirim. Belum ada yang tersimpan.", most=TOGETHER))
    return Sent(DocumentType(paper), files)


def keep_each(sent: Sent, keep: Callable[[bytes], None]) -> int:
    """Keep each file on its own and return how many; ``InvalidInput`` names those that could not be, and says what was kept."""
    faults = [(one, fault) for one in sent.files if (fault := _fault(one, keep))]
    kept = len(sent.files) - len(faults)
    if len(sent.files) == 1 and faults:
        raise InvalidInput(faults[0][1])
    if faults:
        said = joined((joined((_named(one), fault), ": ") for one, fault in faults), " ")
        raise InvalidInput(say("{kept} foto tersimpan, {left} tidak. {said}", kept=kept, left=len(faults), said=said))
    return kept


def _named(file: FileStorage) -> str:
    """The file's own name, short and without a number that may be somebody's."""
    return LONG_NUMBER.sub("•", str(file.filename))[:LONGEST_NAME]


def _fault(file: FileStorage, keep: Callable[[bytes], None]) -> str | None:
    with file.stream as stream:
        content = stream.read()
    if len(content) > LARGEST:
        return TOO_LARGE
    try:
        keep(content)
    except InvalidInput as error:
        return str(error)
    return None
