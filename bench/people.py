"""A made-up city from a seed: residents and members as the files that Dukcapil and BPJS send, with faults planted."""

import csv
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from schemas.population.region_file import shipped_regions
from tests.office import MORNING
from workflows.population.regions import Level

REGION = "3673"
NAMES = ("SITI CONTOH", "BUDI CONTOH", "ANI UJI", "TONO CONTOH", "RINA UJI CONTOH")
RESIDENT_TITLES = ("NIK", "NAMA", "TGL_LHR", "KODE_WILAYAH", "NO_KK", "ALAMAT")
MEMBER_TITLES = ("PSNOKA", "NIK", "NAMA", "SEGMEN", "BULAN", "TAHUN")
SEGMENTS = ("PBI (APBN)", "PBI (APBD)", "PPU", "PBPU")
FAULTS = ("NIK_KOSONG", "NIK_ILMIAH", "NIK_15_ANGKA", "NAMA_KOSONG", "WILAYAH_SALAH")
COVERED, SPOILT = 0.98, 0.01


@dataclass(slots=True)
class City:
    """Files, and what is true of them: good rows, bad ones by code, residents and covered ones by village."""

    residents: Path
    members: Path
    good: int = 0
    bad: dict[str, int] = field(default_factory=dict)
    living: dict[str, int] = field(default_factory=dict)
    covered: dict[str, int] = field(default_factory=dict)


def nik(number: int) -> str:
    """A different, possible NIK of province 99 for every number below ten million."""
    serial, rest = number % 9_999 + 1, number // 9_999
    day, rest = rest % 28 + 1, rest // 28
    month, rest = rest % 12 + 1, rest // 12
    return f"990101{day:02d}{month:02d}{rest % 100:02d}{serial:04d}"


def born(number: int) -> str:
    """The birth date in that NIK, as Dukcapil writes it."""
    text = nik(number)
    year = int(text[10:12])
    return f"{text[6:8]}-{text[8:10]}-{2000 + year if year <= MORNING.year - 2000 - 1 else 1900 + year}"


def make_city(folder: Path, people: int, seed: int = 1) -> City:
    """Write both files; one resident of a hundred has a fault that must be reported."""
    random, city = Random(seed), City(folder / "penduduk.csv", folder / "anggota.csv")
    villages = sorted(place.code for place in shipped_regions().inside(REGION, MORNING.date()) if place.level == Level.VILLAGE)
    with city.residents.open("w", newline="", encoding="utf-8") as first, city.members.open("w", newline="", encoding="utf-8") as second:
        residents, members = csv.writer(first, delimiter=";"), csv.writer(second, delimiter=";")
        residents.writerow(RESIDENT_TITLES)
        members.writerow(MEMBER_TITLES)
        for number in range(people):
            village = villages[int(random.random() ** 1.5 * len(villages))]
            spoilt = random.random() < SPOILT
            covered = random.random() < COVERED
            residents.writerow(_row(number, village, FAULTS[number % len(FAULTS)] if spoilt else "", city))
            if not spoilt:
                city.good += 1
                city.living[village] = city.living.get(village, 0) + 1
                city.covered[village] = city.covered.get(village, 0) + covered
            if covered:
                members.writerow((f"{number:013d}", nik(number), NAMES[number % len(NAMES)], SEGMENTS[number % 4], "11", "2026"))
    return city


def _row(number: int, village: str, fault: str, city: City) -> tuple[str, ...]:
    if fault:
        city.bad[fault] = city.bad.get(fault, 0) + 1
    known = nik(number)
    spelt = {"NIK_KOSONG": "", "NIK_ILMIAH": f"9,{known[1:4]}E+15", "NIK_15_ANGKA": known[:15]}.get(fault, known)
    name = "" if fault == "NAMA_KOSONG" else NAMES[number % len(NAMES)]
    place = "0000000000" if fault == "WILAYAH_SALAH" else village
    return (spelt, name, born(number), place, nik(number // 4), f"Kampung Contoh RT {number % 20:03d}")
