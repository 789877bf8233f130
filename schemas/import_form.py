"""What is said beside an uploaded file: what it is, and since when its content is true."""

from enum import StrEnum

from schemas.fields import Choice, PastDay, Shape
from workflows.records.extract import ExtractKind


class UploadSchema(Shape):
    """Both may be left out where the file says it itself."""

    kind = Choice(ExtractKind, load_default=None)
    data_on = PastDay(load_default=None)


class Holds(StrEnum):
    """Whom a member file lists: everybody, or some, such as those the region pays for."""

    EVERYBODY = "EVERYBODY"
    SOME = "SOME"


class ApplySchema(Shape):
    """The day of the data, where neither the file nor the upload named one, and whom a member file holds."""

    data_on = PastDay(load_default=None)
    complete = Choice(Holds, load_default=None)
