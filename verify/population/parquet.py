"""Tables as Parquet, for programs that calculate; written by DuckDB, so it needs the extra ``link``."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

Value = str | int | float

TYPES: dict[type, str] = {str: "VARCHAR", int: "BIGINT", float: "DOUBLE"}


def as_parquet(rows: Sequence[Sequence[Value]]) -> bytes:
    """Titles first, then rows of one shape; codes stay text and numbers stay numbers."""
    titles, first = rows[0], rows[1]
    columns = ", ".join(f'"{title}" {TYPES[type(value)]}' for title, value in zip(titles, first, strict=True))
    places = ", ".join("?" for _ in titles)
    with TemporaryDirectory() as folder, duckdb.connect() as database:
        path = Path(folder) / "table.parquet"
        database.execute(f"CREATE TABLE told ({columns})")
        database.executemany(f"INSERT INTO told VALUES ({places})", [list(row) for row in rows[1:]])  # noqa: S608 -- question marks only
        database.table("told").write_parquet(str(path))
        return path.read_bytes()
