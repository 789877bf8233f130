"""``rekom doctor``: what an installation needs to be well, asked one by one; whatever is wrong comes with its cure."""

import shutil
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, or_, select

from verify import collector, vault_rotation
from verify.backup.receipt import last_backup
from verify.clock import kernel_synchronised
from verify.composition import Rekom
from verify.documents.pades import office_signer
from verify.health import relay_lives, worker_lives
from verify.keys import KeyFileError
from verify.ktp_photos import present, trouble
from workflows import checkpoints
from workflows.errors import PolicyRefused, RekomError
from workflows.records.signing_authority import SigningAuthority
from workflows.records.staff import Staff
from workflows.vital_signs import vital_signs


class Grade(StrEnum):
    """How serious a finding is: WELL needs nothing, WATCH soon, ILL now."""

    WELL = "WELL"
    WATCH = "WATCH"
    ILL = "ILL"


@dataclass(frozen=True, slots=True)
class Finding:
    """One question's answer; ``cure`` is what to do, empty where nothing is to be done."""

    about: str
    grade: Grade
    says: str
    cure: str = ""


CLOCK_DIFFERENCE = timedelta(seconds=5)
LEAST_DISK, WATCHED_DISK = 1 << 30, 5 << 30
"""Bytes."""
BACKUP_EVERY, CHECK_EVERY = timedelta(hours=26), timedelta(days=31)
"""A daily copy with two hours of patience; a tried restore each month."""
REACHED_WITHIN = 3.0
"""Seconds for a connection to one address of a registry; to find its addresses the resolver takes its own time."""
LONGEST_WAIT = timedelta(seconds=60)
CERTIFICATE_LEFT = timedelta(days=30)


def examine(rekom: Rekom) -> Iterator[Finding]:
    """Ask everything, also after something was found ill; a question that breaks is an ill answer."""
    for about, question in QUESTIONS.items():
        try:
            grade, says, cure = question(rekom)
        except (RekomError, SQLAlchemyError, RedisError, OSError) as error:
            grade, says, cure = Grade.ILL, f"tidak dapat diperiksa ({type(error).__name__})", CURE_FIRST
        yield Finding(about, grade, says, cure)


CURE_FIRST = "Perbaiki dulu basis data, Redis, dan kunci, lalu jalankan rekom doctor lagi."
Answer = tuple[Grade, str, str]


def _well(says: str) -> Answer:
    return Grade.WELL, says, ""


def _settings(rekom: Rekom) -> Answer:
    settings = rekom.settings
    if settings.production and not settings.public_url.startswith("https://"):
        return Grade.ILL, "alamat umum bukan https", "Isi REKOM_PUBLIC_URL dengan alamat https yang dicapai rumah sakit."
    return _well(f"{settings.environment}, daerah {settings.region}")


def _database(rekom: Rekom) -> Answer:
    if rekom.database.ready():
        return _well(f"{rekom.database.engine.dialect.name}, skema terbaru")
    return Grade.ILL, "skema belum terbaru", "Jalankan: rekom migrate"


def _clock(rekom: Rekom) -> Answer:
    other = _others_time(rekom)
    apart = abs(rekom.clock() - other)
    if apart > CLOCK_DIFFERENCE:
        return (
            Grade.ILL,
            f"jam server berbeda {apart.total_seconds():.0f} detik",
            "Nyalakan NTP di semua server (timedatectl set-ntp true).",
        )
    if kernel_synchronised() is False:
        return Grade.WATCH, "sistem operasi tidak menyetel jam ini", "Nyalakan NTP di server ini (timedatectl set-ntp true)."
    return _well(f"berbeda {apart.total_seconds():.1f} detik")


def _others_time(rekom: Rekom) -> datetime:
    """By another server's clock: PostgreSQL's, else that of Redis."""
    if rekom.database.engine.dialect.name == "postgresql":
        with rekom.database.engine.connect() as connection:
            told: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
            return told
    seconds, microseconds = rekom.doorbell.impatient.time()
    return datetime.fromtimestamp(seconds + microseconds / 1_000_000, rekom.clock().tzinfo)


def _disk(rekom: Rekom) -> Answer:
    free = shutil.disk_usage(rekom.settings.folder).free
    says = f"{free / (1 << 30):.1f} GiB bebas"
    if free < WATCHED_DISK:
        return Grade.ILL if free < LEAST_DISK else Grade.WATCH, says, "Kosongkan atau tambah ruang di tempat REKOM_DATA_DIR."
    return _well(says)


def _keys(rekom: Rekom) -> Answer:
    try:
        ring = rekom.keys
    except KeyFileError as error:
        return Grade.ILL, "tidak terbaca", str(error)
    if ring.current.key_id in ring.withdrawn:
        return Grade.ILL, f"kunci {ring.current.key_id} ditarik", "Jalankan: rekom keys rotate"
    return _well(f"menandatangani dengan {ring.current.key_id}, {len(ring.verifying)} dipercaya")


def _vault(rekom: Rekom) -> Answer:
    master = rekom.master_key
    try:
        secret = master.secret
        with rekom.database.read() as session:
            plain = sum(number for (_, key), number in vault_rotation.count(session).items() if not key)
            ours = rekom.vault.lies_under(session.connection(), secret)
    except KeyFileError as error:
        return Grade.ILL, "data pribadi tidak terbaca", str(error)
    if plain:
        return Grade.ILL, f"{plain} isian belum tersegel", "Jalankan: rekom migrate"
    if not ours or (master.next_path.exists() and not master.given):
        return Grade.WATCH, "penggantian kunci induk belum selesai", "Jalankan: rekom vault rewrap"
    if master.former_paths:
        return (
            Grade.WATCH,
            "kunci induk lama masih di server",
            f"Pindahkan {master.former_paths[0].name} ke tempat aman, bersama cadangan lama.",
        )
    return _well(f"kunci induk {master.sign}; simpan salinannya terpisah dari cadangan basis data")


def _redis(rekom: Rekom) -> Answer:
    rekom.doorbell.impatient.ping()
    policy = _configured(rekom, "maxmemory-policy")
    if policy not in ("", "noeviction"):
        return Grade.ILL, f"membuang data ({policy})", "Atur maxmemory-policy noeviction: antrean tidak boleh dibuang."
    if _configured(rekom, "appendonly") == "no" and _configured(rekom, "save") == "":
        return Grade.WATCH, "tidak menyimpan ke disk", "Atur appendonly yes, supaya hitungan percobaan masuk tidak mulai dari nol."
    return _well("menjawab")


def _configured(rekom: Rekom, name: str) -> str:
    try:
        said = rekom.doorbell.impatient.config_get(name)
    except RedisError:  # a managed server may keep its configuration to itself
        return ""
    return str(said.get(name, ""))


def _relay(rekom: Rekom) -> Answer:
    return _well("hidup") if relay_lives(rekom.settings) else (Grade.ILL, "tidak memberi tanda", "Jalankan: rekom relay")


def _worker(rekom: Rekom) -> Answer:
    if worker_lives(rekom.settings):
        return _well("hidup")
    return Grade.WATCH, "tidak ada di server ini", "Jalankan rekom worker di sini, kecuali pekerja ada di server lain."


def _queue(rekom: Rekom) -> Answer:
    with rekom.database.read() as session:
        signs = vital_signs(session, now=rekom.clock())
    oldest = max(line.oldest for line in signs.lines.values())
    waiting = sum(line.waiting for line in signs.lines.values())
    if oldest > LONGEST_WAIT:
        return Grade.ILL, f"{waiting} tugas, tertua {oldest.total_seconds():.0f} detik", "Periksa relay dan pekerja; tambah rekom worker."
    return _well(f"{waiting} tugas menunggu")


def _witness(rekom: Rekom) -> Answer:
    with rekom.database.read() as session:
        newest, last = checkpoints.newest(session), checkpoints.newest_event(session)
    if last == (newest.last_event if newest else 0):
        return _well("tidak ada yang baru")
    old = timedelta(minutes=2 * rekom.settings.witness_minutes)
    if newest is None or rekom.clock() - newest.at > old:
        return Grade.WATCH, "lama tidak diambil", "Periksa rekom relay: saksi diambil olehnya."
    return _well(f"{newest.chains} rantai")


def _backup(rekom: Rekom) -> Answer:
    last = last_backup(rekom.settings)
    if last is None:
        return Grade.ILL, "belum pernah", "Jalankan setiap hari: rekom backup now --to FOLDER"
    age = rekom.clock() - last.made_at
    if age > BACKUP_EVERY:
        return Grade.ILL, f"terakhir {age.days} hari {age.seconds // 3600} jam lalu", "Jalankan setiap hari: rekom backup now --to FOLDER"
    if last.checked_at is None or rekom.clock() - last.checked_at > CHECK_EVERY:
        return Grade.WATCH, "sebulan tidak dicoba", "Jalankan setiap bulan: rekom backup check"
    return _well(f"{age.seconds // 3600} jam lalu, dicoba {(rekom.clock() - last.checked_at).days} hari lalu")


def _rules(rekom: Rekom) -> Answer:
    region = rekom.settings.region
    try:
        policy = rekom.policy_today(region)
    except PolicyRefused:
        return Grade.ILL, f"daerah {region} tidak punya aturan hari ini", "Tambahkan blok aturan, lalu: rekom policies check"
    return _well(f"{policy.region_name}, sejak {policy.valid_from.isoformat()}")


def _signer(rekom: Rekom) -> Answer:
    region = rekom.settings.region
    today = rekom.clock().astimezone(ZoneInfo(rekom.zone(region))).date()
    holds = select(SigningAuthority.id).join(Staff, col(Staff.id) == SigningAuthority.staff_id)
    lasting = or_(col(SigningAuthority.valid_to).is_(None), col(SigningAuthority.valid_to) >= today)
    able = holds.where(
        SigningAuthority.region_code == region, SigningAuthority.valid_from <= today, lasting, col(Staff.disabled_at).is_(None)
    )
    with rekom.database.read() as session:
        number = len(session.exec(able).all())
    if not number:
        return Grade.ILL, "tidak ada yang boleh memutuskan hari ini", "Angkat pejabat: rekom signers appoint"
    return _well(f"{number} kewenangan berlaku")


def _certificate(rekom: Rekom) -> Answer:
    settings = rekom.settings
    if not settings.office_certificate:
        return _well("tidak dipakai")
    certificate = office_signer(Path(settings.office_certificate), settings.office_certificate_password).signing_cert
    if certificate is None:
        return Grade.ILL, "berkasnya tanpa sertifikat", "Pasang berkas PKCS#12 yang utuh di REKOM_OFFICE_CERTIFICATE."
    until = certificate.not_valid_after
    if until - rekom.clock() < CERTIFICATE_LEFT:
        return Grade.ILL, f"berlaku sampai {until:%Y-%m-%d}", "Minta sertifikat baru dan pasang di REKOM_OFFICE_CERTIFICATE."
    return _well(f"berlaku sampai {until:%Y-%m-%d}")


def _registries(rekom: Rekom) -> Answer:
    """An address that is left empty is one this office does not have."""
    settings = rekom.settings
    urls = {"Dukcapil": settings.dukcapil_url, "BPJS": settings.bpjs_url, "DTSEN": settings.dtsen_url, "BSrE": settings.bsre_url}
    urls = {name: url for name, url in urls.items() if url}
    with ThreadPoolExecutor(max(1, len(urls))) as asking:
        reached = dict(zip(urls, asking.map(_reached, urls.values()), strict=True))
    resting = [one.registry for one in rekom.standings() if one.breaker == "open"]
    away, there = [name for name, well in reached.items() if not well], [name for name, well in reached.items() if well]
    wrong = []
    if resting:
        wrong.append((f"{', '.join(resting)} tidak menjawab", "Lihat rekom registries. Berkas jalan terus lewat pemeriksaan petugas."))
    if away:
        wrong.append((f"{', '.join(away)} tidak dapat dihubungi", "Periksa alamat, VPN, dan firewall ke registri itu."))
    if wrong:
        return Grade.WATCH, "; ".join(said for said, _ in wrong), " ".join(cure for _, cure in wrong)
    return _well(f"{', '.join(there)} dapat dihubungi" if there else "tidak ada alamat registri yang diisi")


def _reached(url: str) -> bool:
    """Whether somebody accepts connections there."""
    try:
        address = urlsplit(url)
        if not address.hostname:
            return False
        port = address.port or (443 if address.scheme == "https" else 80)
        socket.create_connection((address.hostname, port), REACHED_WITHIN).close()
    except (OSError, ValueError):
        return False
    return True


def _card_reader(rekom: Rekom) -> Answer:
    if rekom.card_reader is None:
        if present() and (cause := trouble()):
            return (
                Grade.ILL,
                f"tidak dapat dimuat: {cause}",
                "Pasang yang disebut itu di server, lalu mulai ulang Rekom. Lihat docs/ktp.md.",
            )
        return _well("tidak dipasang; bila perlu: pip install --require-hashes -r requirements/ktp.lock")
    return _well("terpasang")


def _traces(_: Rekom) -> Answer:
    if not collector.wanted():
        return _well("tidak dikirim; bila perlu, lihat docs/deploy.md")
    if not collector.installed():
        return Grade.WATCH, "pengumpul diisi, paketnya belum dipasang", HOW_TO_TRACE
    return _well("dikirim ke pengumpul (OpenTelemetry)")


HOW_TO_TRACE = "Jalankan: pip install --require-hashes -r requirements/otel.lock"

QUESTIONS: dict[str, Callable[[Rekom], Answer]] = {
    "Setelan": _settings,
    "Basis data": _database,
    "Jam": _clock,
    "Ruang disk": _disk,
    "Kunci segel": _keys,
    "Segel data pribadi": _vault,
    "Redis": _redis,
    "Relay": _relay,
    "Pekerja": _worker,
    "Antrean": _queue,
    "Saksi jejak audit": _witness,
    "Cadangan": _backup,
    "Aturan daerah": _rules,
    "Pejabat": _signer,
    "Sertifikat kantor": _certificate,
    "Registri": _registries,
    "Foto KTP": _card_reader,
    "Jejak layanan": _traces,
}
"""What is asked, in the order in which one thing rests on another."""
