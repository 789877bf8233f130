"""Policy files: TOML by a lawyer's hand in, frozen policy out, or a refusal that names file, line and cure."""

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from marshmallow import ValidationError

from schemas.policy_shape import NationalShape, RegionShape
from schemas.toml_lines import Path as KeyPath
from schemas.toml_lines import key_lines, line_of
from workflows import rules
from workflows.errors import PolicyFileError
from workflows.rules.letter_terms import LetterRule, LetterRules, LetterTerms
from workflows.rules.policy import REMOVAL_QUESTIONS, NationalPolicy, PolicyBook, RegionPolicy
from workflows.vocabulary import LetterType

NATIONAL = NationalShape()
REGION = RegionShape()


def policies_folder() -> Path:
    """The folder of the policies that come with the package: ``national.toml`` and ``regions/``."""
    return Path(next(iter(rules.__path__)))


def load_policies(folder: Path | None = None) -> PolicyBook:
    """All policies of ``folder``, checked; the packaged ones by default.

    Raises ``PolicyFileError``: every fault of the first faulty file, each with file, line and what to do.
    """
    folder = folder or policies_folder()
    national = _national(_read(folder, "national.toml"))
    names = sorted(path.name for path in (folder / "regions").glob("*.toml"))
    regions: dict[str, tuple[RegionPolicy, ...]] = {}
    for name in names:
        source = _read(folder, f"regions/{name}")
        blocks = _region(source, national)
        if blocks[0].region_code in regions:
            raise _refusal(source, [(("region_code",), "Daerah ini sudah punya berkas lain. Satukan keduanya.")])
        regions[blocks[0].region_code] = blocks
    return PolicyBook(national=national, regions=regions)


def policy_faults(folder: Path) -> tuple[str, ...]:
    """Everything that is wrong in any file of ``folder``, a line each, with file and line; empty where all can be used."""
    faults, national = [], None
    try:
        national = _national(_read(folder, "national.toml"))
    except PolicyFileError as error:
        faults.append(str(error))
    for path in sorted((folder / "regions").glob("*.toml")):
        try:
            source = _read(folder, f"regions/{path.name}")
            if national is None:
                _load(REGION, source)
            else:
                _region(source, national)
        except PolicyFileError as error:
            faults.append(str(error))
    if not faults:
        try:
            load_policies(folder)
        except PolicyFileError as error:  # what only shows between files
            faults.append(str(error))
    return tuple(line for fault in faults for line in fault.splitlines())


def load_draft(path: Path, national: NationalPolicy) -> tuple[RegionPolicy, ...]:
    """The blocks of one region file that is not in use yet, whatever its name; ``PolicyFileError`` as for any other."""
    source = _read(path.parent, path.name)
    data = _load(REGION, source)
    faults = [*_criteria_faults(data, national), *_quorum_faults(data)]
    if faults:
        raise _refusal(source, faults)
    return _blocks(source, data, national)


@dataclass(frozen=True, slots=True)
class _Source:
    name: str
    text: str
    raw: dict[str, Any]


def _read(folder: Path, name: str) -> _Source:
    try:
        text = (folder / name).read_text(encoding="utf-8")
    except OSError:
        raise PolicyFileError(f"Berkas aturan {name} tidak dapat dibaca di {folder}. Letakkan berkasnya di sana.", file=name) from None
    except UnicodeDecodeError:
        raise PolicyFileError(f"Berkas aturan {name} bukan teks UTF-8. Simpan ulang sebagai UTF-8.", file=name) from None
    try:
        return _Source(name, text, tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise _unreadable(name, text, str(error)) from None


def _unreadable(name: str, text: str, reason: str) -> PolicyFileError:
    found = re.search(r"at line (\d+)", reason)
    line = found[1] if found else str(len(text.splitlines()) or 1)
    return PolicyFileError(f"{name} baris {line}: Ini bukan TOML yang benar. Betulkan penulisannya ({reason}).", file=name, line=line)


def _national(source: _Source) -> NationalPolicy:
    data = _load(NATIONAL, source)
    sets = {one.code: one for one in data.pop("criteria_sets")}
    digests = {raw["code"]: _digest(raw) for raw in source.raw["criteria_sets"]}
    rows = {key: tuple(value) for key, value in data.items()}
    return NationalPolicy(sha256=_digest(source.raw), criteria_sets=sets, criteria_sha256=digests, **rows)


def _region(source: _Source, national: NationalPolicy) -> tuple[RegionPolicy, ...]:
    data = _load(REGION, source)
    faults = list(_region_faults(source, data, national))
    if faults:
        raise _refusal(source, faults)
    return _blocks(source, data, national)


def _blocks(source: _Source, data: dict[str, Any], national: NationalPolicy) -> tuple[RegionPolicy, ...]:
    head: dict[str, Any] = {key: data[key] for key in ("region_code", "region_name", "timezone")}
    return tuple(_block(head, block, raw, national) for block, raw in zip(data["blocks"], source.raw["blocks"], strict=True))


def _block(head: dict[str, Any], block: dict[str, Any], raw: dict[str, Any], national: NationalPolicy) -> RegionPolicy:
    content = {key: value for key, value in raw.items() if key != "valid_to"}
    letters = {kind: _letter_rules(kind, block["letters"][kind.value], national) for kind in LetterType}
    asked = [national.criteria_sha256.get(code) for code in (block["criteria_set"].value, REMOVAL_QUESTIONS)]
    whole, alone = _digest({**head, **content, "national_criteria": asked}), _digest({**head, **content})
    return RegionPolicy(**head, **{"valid_to": None, **block, "letters": letters}, sha256=whole, block_sha256=alone)


def _letter_rules(kind: LetterType, terms: LetterTerms, national: NationalPolicy) -> LetterRules:
    return tuple((since, LetterRule(form, terms)) for since, form in national.letter_forms if form.type is kind)


def _region_faults(source: _Source, data: dict[str, Any], national: NationalPolicy) -> Iterator[tuple[KeyPath, str]]:
    if not Path(source.name).name.startswith(f"{data['region_code']}-"):
        yield ("region_code",), "Nama berkas harus dimulai dengan kode daerah ini dan tanda hubung."
    yield from _criteria_faults(data, national)
    yield from _quorum_faults(data)


def _quorum_faults(data: dict[str, Any]) -> Iterator[tuple[KeyPath, str]]:
    """Only letter C names rupiah, and never more than the block's cap: an amount from there on asks nobody."""
    for at, block in enumerate(data["blocks"]):
        cap, quorum = block["letters"][LetterType.JAMINAN_PELAYANAN.value].cap_rupiah or 0, block.get("quorum")
        for rule in quorum.value if quorum else ():
            if not rule.above_quota and (rule.letter_type not in (None, LetterType.JAMINAN_PELAYANAN) or rule.above_rupiah >= cap):
                yield (
                    ("blocks", at, "quorum"),
                    f"Kuorum ini tidak pernah diminta. Sebut surat jaminan, dan rupiah di bawah batasnya ({cap}).",
                )


def _criteria_faults(data: dict[str, Any], national: NationalPolicy) -> Iterator[tuple[KeyPath, str]]:
    for at, block in enumerate(data["blocks"]):
        own, wanted = block.get("own_criteria"), block["criteria_set"].value
        if own and own.code in national.criteria_sets:
            yield ("blocks", at, "own_criteria", "code"), "Kode ini milik daftar nasional. Beri daftar sendiri kode lain."
        elif own and own.code != wanted:
            yield ("blocks", at, "own_criteria", "code"), f"Daftar ini tidak dipakai. Isi criteria_set dengan {own.code}, atau hapus."
        elif own is None and wanted not in national.criteria_sets:
            known = ", ".join(national.criteria_sets)
            yield ("blocks", at, "criteria_set", "value"), f"Daftar kriteria ini tidak ada di national.toml. Pilih: {known}."


def _load(shape: NationalShape | RegionShape, source: _Source) -> dict[str, Any]:
    try:
        return dict(shape.load(source.raw))
    except ValidationError as error:
        raise _refusal(source, list(_flat({"_schema": error.messages}))) from None


def _flat(messages: dict[Any, Any], path: KeyPath = ()) -> Iterator[tuple[KeyPath, str]]:
    for key, value in messages.items():
        below = path if key == "_schema" else (*path, key)
        if isinstance(value, dict):
            yield from _flat(value, below)
        else:
            yield from ((below, str(message)) for message in value)


def _refusal(source: _Source, faults: list[tuple[KeyPath, str]]) -> PolicyFileError:
    lines = key_lines(source.text)
    placed = sorted((line_of(lines, path), _spoken(path), message) for path, message in faults)
    text = "\n".join(f"{source.name} baris {line}: {key}: {message}" for line, key, message in placed)
    return PolicyFileError(text, file=source.name, line=str(placed[0][0]))


def _spoken(path: KeyPath) -> str:
    return ".".join(part for part in path if isinstance(part, str))


def _digest(content: dict[str, Any]) -> str:
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return sha256(canonical.encode()).hexdigest()
