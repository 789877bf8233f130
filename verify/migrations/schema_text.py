"""Changing the constraints of a table that others point at, on both kinds of database.

PostgreSQL alters them. SQLite cannot, and a copy of the table would break what points at it; its documentation's way for
this is to write the schema's text (https://sqlite.org/lang_altertable.html, "Making Other Kinds Of Table Schema Changes").
"""

import re
from collections.abc import Callable

import sqlalchemy as sa
from alembic import op


def is_postgresql() -> bool:
    """Which of the two databases this is."""
    return bool(op.get_bind().dialect.name == "postgresql")


def add_check(table: str, name: str, condition: str) -> None:
    """A named CHECK that rows already there are known to keep."""
    if is_postgresql():
        op.create_check_constraint(op.f(name), table, condition)
    else:
        _rewrite(table, lambda text: _with(text, _spelled(name, condition)))


def drop_check(table: str, name: str, condition: str) -> None:
    """Take back what ``add_check`` added."""
    if is_postgresql():
        op.drop_constraint(op.f(name), table, type_="check")
    else:
        _rewrite(table, lambda text: text.replace(f", \n\t{_spelled(name, condition)}", ""))


def add_foreign_key(table: str, name: str, columns: list[str], target: str, wanted: list[str]) -> None:
    """A named foreign key that rows already there are known to keep."""
    if is_postgresql():
        op.create_foreign_key(op.f(name), table, target, columns, wanted)
    else:
        _rewrite(table, lambda text: _with(text, _pointing(name, columns, target, wanted)))


def drop_foreign_key(table: str, name: str, columns: list[str], target: str, wanted: list[str]) -> None:
    """Take back what ``add_foreign_key`` added."""
    if is_postgresql():
        op.drop_constraint(op.f(name), table, type_="foreignkey")
    else:
        _rewrite(table, lambda text: text.replace(f", \n\t{_pointing(name, columns, target, wanted)}", ""))


def add_unique(table: str, name: str, columns: list[str]) -> None:
    """A named UNIQUE that rows already there are known to keep."""
    if is_postgresql():
        op.create_unique_constraint(op.f(name), table, columns)
    else:
        _rebuild(table, lambda text: _with(text, f"CONSTRAINT {name} UNIQUE ({', '.join(columns)})"))


def drop_unique(table: str, name: str, columns: list[str]) -> None:
    """Take back a named UNIQUE."""
    if is_postgresql():
        op.drop_constraint(op.f(name), table, type_="unique")
    else:
        _rebuild(table, lambda text: text.replace(f", \n\tCONSTRAINT {name} UNIQUE ({', '.join(columns)})", ""))


def add_filled(table: str, column: str, kind: str, value: str) -> None:
    """A column that may not be empty, filled in the rows there are; new rows name it themselves."""
    op.execute(f"ALTER TABLE {table} ADD COLUMN {column} {kind} DEFAULT '{value}' NOT NULL")
    if is_postgresql():
        op.alter_column(table, column, server_default=None)
    else:
        _rewrite(table, lambda text: text.replace(f"{column} {kind} DEFAULT '{value}' NOT NULL", f"{column} {kind} NOT NULL"))


def relist(table: str, name: str, condition: str, *, add: tuple[str, ...] = (), remove: tuple[str, ...] = ()) -> None:
    """Change the list of words in a CHECK; ``condition`` is its text with ``{}`` where the list stands."""
    before = _words(table, name, condition)
    after = ", ".join(f"'{word}'" for word in [*(word for word in before if word not in remove), *add])
    if is_postgresql():
        op.drop_constraint(op.f(name), table, type_="check")
        op.create_check_constraint(op.f(name), table, condition.format(after))
    else:
        _rewrite(table, lambda text: _listed(name, condition).sub(lambda _: _spelled(name, condition.format(after)), text))


def nullable(table: str, column: str, kind: str, *, may_be_empty: bool) -> None:
    """Let a column be empty, or no longer."""
    if is_postgresql():
        op.alter_column(table, column, nullable=may_be_empty)
        return
    filled, empty = f"\t{column} {kind} NOT NULL,", f"\t{column} {kind},"
    _rewrite(table, lambda text: text.replace(filled, empty) if may_be_empty else text.replace(empty, filled))


def retype(table: str, column: str, before: str, after: str, *, using: str | None = None) -> None:
    """Give a column another type; ``using`` is PostgreSQL's expression for the values there are."""
    if is_postgresql():
        op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} TYPE {after}" + (f" USING {using}" if using else ""))
    else:
        column_of_type = re.compile(rf"(?<=[\s,]){column} {re.escape(before)}")
        _rewrite(table, lambda text: column_of_type.sub(f"{column} {after}", text))


def rename_constraint(table: str, before: str, after: str) -> None:
    """Give a constraint another name."""
    if is_postgresql():
        op.execute(f"ALTER TABLE {table} RENAME CONSTRAINT {before} TO {after}")
    else:
        _rewrite(table, lambda text: text.replace(f"CONSTRAINT {before} ", f"CONSTRAINT {after} "))


def refuse(name: str, table: str, verb: str, when: str) -> None:
    """A trigger of this name that refuses rows before ``verb``: for what no CHECK can say, because it looks at another table."""
    if not is_postgresql():
        op.execute(f"CREATE TRIGGER {name} BEFORE {verb} ON {table} WHEN {when} BEGIN SELECT RAISE(ABORT, '{name}'); END")
        return
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {when} THEN RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', MESSAGE = '{name}'; END IF; "
        f"RETURN NEW; END $$; CREATE TRIGGER {name} BEFORE {verb} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"
    )


def allow(name: str, table: str) -> None:
    """Take back what ``refuse`` added."""
    op.execute(f"DROP TRIGGER {name}" + (f" ON {table}; DROP FUNCTION {name}" if is_postgresql() else ""))


def _words(table: str, name: str, condition: str) -> list[str]:
    if is_postgresql():
        query = sa.text("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = :name AND conrelid = CAST(:t AS regclass)")
        return re.findall(r"'([^']*)'", str(op.get_bind().execute(query, {"name": name, "t": table}).scalar_one()))
    found = _listed(name, condition).search(_text(table))
    assert found, name
    return re.findall(r"'([^']*)'", found[1])


def _listed(name: str, condition: str) -> re.Pattern[str]:
    before, after = condition.split("{}")
    return re.compile(rf"CONSTRAINT {name} CHECK \({re.escape(before)}([^)]*){re.escape(after)}\)")


def _spelled(name: str, condition: str) -> str:
    return f"CONSTRAINT {name} CHECK ({condition})"


def _pointing(name: str, columns: list[str], target: str, wanted: list[str]) -> str:
    return f"CONSTRAINT {name} FOREIGN KEY({', '.join(columns)}) REFERENCES {target} ({', '.join(wanted)})"


def _with(text: str, constraint: str) -> str:
    return f"{text.rstrip().removesuffix(')').rstrip()}, \n\t{constraint}\n)"


def _text(table: str) -> str:
    query = sa.text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = :name")
    return str(op.get_bind().execute(query, {"name": table}).scalar_one())


def _rewrite(table: str, edit: Callable[[str], str]) -> None:
    before = _text(table)
    after = edit(before)
    assert after != before, f"nothing to change in {table}"
    version = op.get_bind().exec_driver_sql("PRAGMA schema_version").scalar_one()
    op.execute("PRAGMA writable_schema = ON")
    changed = sa.text("UPDATE sqlite_master SET sql = :sql WHERE type = 'table' AND name = :name")
    op.execute(changed.bindparams(sql=after, name=table))
    op.execute(f"PRAGMA schema_version = {version + 1}")
    op.execute("PRAGMA writable_schema = OFF")


def _rebuild(table: str, edit: Callable[[str], str]) -> None:
    """Another table of the same name: behind a UNIQUE stands an index that no change of the text takes away.

    The rows go out and come back within the transaction, so that the deferred foreign keys which point at them are whole at its end.
    """
    before = _text(table)
    after = edit(before)
    assert after != before, f"nothing to change in {table}"
    of_it = sa.text("SELECT sql FROM sqlite_master WHERE tbl_name = :name AND type <> 'table' AND sql IS NOT NULL")
    beside = [str(sql) for (sql,) in op.get_bind().execute(of_it, {"name": table})]
    op.execute("PRAGMA defer_foreign_keys = ON")
    out, back = f"CREATE TEMPORARY TABLE moving AS SELECT * FROM {table}", f"INSERT INTO {table} SELECT * FROM moving"  # noqa: S608  # our names
    for statement in (out, f"DROP TABLE {table}", after, *beside, back, "DROP TABLE moving"):
        op.get_bind().exec_driver_sql(statement)
