"""All settings of the service, read once from the environment into one frozen object.

Every field is an environment variable of the same name in upper case, prefixed ``REKOM_`` except for
``DATABASE_URL`` and ``REDIS_URL``; ``docs/settings.md`` is generated from this file.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from workflows.errors import RekomError
from workflows.states import Role

UNPREFIXED = ("database_url", "redis_url")


class SettingsError(RekomError):
    """A setting is missing or cannot be read; the sentence names the variable and what it should hold."""

    slug = "setelan-salah"


def _setting(default: Any, about: str, *, secret: bool = False) -> Any:
    return field(default=default, repr=not secret, metadata={"about": about, "secret": secret})


@dataclass(frozen=True, slots=True)
class Settings:
    """One office's installation."""

    environment: str = _setting("demo", "demo, test or production; production refuses default secrets and the simulator")
    database_url: str = _setting("sqlite:///.rekom/rekom.db", "SQLAlchemy address of SQLite or PostgreSQL (postgresql+psycopg://)")
    redis_url: str = _setting("redis://127.0.0.1:6379/0", "address of Redis or Valkey; unix:///path/to/socket also works")
    secret_key: str = _setting("", "at least 32 random characters; signs cookies", secret=True)
    data_dir: str = _setting(".rekom", "folder for what this installation makes: keys, the embedded database, letters of the demo")
    signing_key_pem: str = _setting("", "the office's signing key as PEM, to keep it out of the key file; empty: it is there", secret=True)
    signing_key_token: str = _setting(
        "", "the office's signing key on a PKCS#11 token, as an RFC 7512 address with module-path and pin-source", secret=True
    )
    master_key: str = _setting(
        "", "64 hexadecimal digits that wrap the keys of personal data; empty: they are in induk.json in the folder of keys", secret=True
    )
    old_master_key: str = _setting(
        "",
        "the one before, while `rekom vault rewrap` puts the keys under the new REKOM_MASTER_KEY, and to restore older copies",
        secret=True,
    )
    office_certificate: str = _setting("", "PKCS#12 file with the office's certificate; sealed letters are then signed by PAdES too")
    office_certificate_password: str = _setting("", "password of that file", secret=True)
    bundle_hours: float = _setting(72.0, "hours after which a verifier without network no longer believes the trust bundle it holds")
    witness_minutes: float = _setting(60.0, "minutes between two witnesses of the audit trail, which leave with the trust bundle")
    public_url: str = _setting("http://127.0.0.1:8000", "address hospitals reach, printed in the QR")
    region: str = _setting("3673", "Kemendagri code of the office's region, with a policy file")
    practice: bool = _setting(True, "admit made-up NIKs of the impossible province 99; false in production")
    metrics_token: str = _setting(
        "", "what a watching program sends as bearer token to /metrics; empty: the address is not there", secret=True
    )
    session_minutes: int = _setting(480, "minutes a sign-in lasts at most")
    lookups_account: int = _setting(100, "questions by NIK one desk account may ask in an hour; QR codes are not counted")
    lookups_address: int = _setting(300, "questions by NIK from one network address in an hour")
    lookups_prefix: int = _setting(20, "questions in an hour by NIKs of one region and birthday, whoever asks")
    trusted_proxies: int = _setting(0, "how many proxies of the office stand in front; each adds one address to X-Forwarded-For")
    sign_in_free_tries: int = _setting(10, "tries to sign in to one account before each further one has to wait, twice as long each time")
    sign_in_lock_tries: int = _setting(20, "tries after which the account is locked until `rekom staff unlock`")
    sign_in_address_tries: int = _setting(100, "failed tries to sign in from one address in an hour before it has to wait")
    second_factor_roles: str = _setting("none", "roles that cannot work without a second factor, such as KADIS,VALIDATOR,ADMIN; or none")
    step_up_minutes: int = _setting(10, "minutes for which a second factor counts for deciding, signing, revoking and revealing")
    oidc_issuer: str = _setting("", "address of the region's account service (OpenID Connect); empty: passwords only")
    oidc_client_id: str = _setting("", "the name under which that service knows Rekom")
    oidc_client_secret: str = _setting("", "the secret that goes with it", secret=True)
    oidc_claim: str = _setting("preferred_username", "which claim of its ID token is the name of the account in Rekom")
    reveals_per_day: int = _setting(60, "how often a person may look behind the masks of NIK, family card and telephone in a day")
    lookup_misses: int = _setting(
        100, "looked-up NIKs that led nowhere, per person and day, after which looking up is locked until `rekom staff unlock`"
    )
    lookup_stretch_misses: int = _setting(
        20, "the same within one region and birth date, whoever asks, before that stretch is closed for the day"
    )
    dukcapil_url: str = _setting("http://127.0.0.1:8010", "base address of Dukcapil's web service; empty where the office has none")
    dukcapil_office: str = _setting("DEMO", "ID_LEMBAGA given by Dukcapil")
    dukcapil_user: str = _setting("demo", "USER_ID given by Dukcapil")
    dukcapil_password: str = _setting("demo", "PASSWORD given by Dukcapil", secret=True)
    dukcapil_client_ip: str = _setting("127.0.0.1", "the fixed address Dukcapil registered for this office (IP_USER)")
    dukcapil_threshold: int = _setting(90, "TRESHOLD, 0-100: score from which Dukcapil calls a name equal")
    bpjs_url: str = _setting("http://127.0.0.1:8010/vclaim-rest", "base address of BPJS VClaim; empty where the office has none")
    bpjs_cons_id: str = _setting("1000", "X-cons-id")
    bpjs_secret: str = _setting("demo-secret", "consumer secret that signs requests", secret=True)
    bpjs_user_key: str = _setting("demo-user-key", "user_key header", secret=True)
    dtsen_url: str = _setting("http://127.0.0.1:8010/dtsen", "base address of the regional DTSEN look-up; empty where there is none")
    dtsen_key: str = _setting("demo-dtsen-key", "key for the regional DTSEN look-up", secret=True)
    bsre_url: str = _setting("http://127.0.0.1:8010/bsre", "base address of the BSrE e-sign service; empty where the office has none")
    bsre_user: str = _setting("demo", "user name of the office's application at BSrE")
    bsre_password: str = _setting("demo-bsre-password", "password of the office's application at BSrE, not a signer's", secret=True)
    bsre_version: str = _setting("2", "which API the e-sign service speaks: 1 (multipart) or 2 (JSON)")
    bsre_total_seconds: float = _setting(150.0, "seconds to wait for a signed paper; signing takes one to two minutes")
    registry_ca: str = _setting("", "file with the CA certificates registries are checked against; empty means the system's")
    registry_connect_seconds: float = _setting(3.0, "seconds to wait for a registry's connection")
    registry_total_seconds: float = _setting(8.0, "seconds to wait for a registry's whole answer")
    registry_name_score: int = _setting(80, "0-100: how alike the name in an answer must be to the one asked about, else a person looks")
    registry_breaker_failures: int = _setting(5, "unanswered questions in a row after which a registry is left alone for a while")
    registry_breaker_seconds: float = _setting(15.0, "seconds it is left alone before one question tries it again")
    dukcapil_keep_seconds: int = _setting(21_600, "seconds a match of Dukcapil is kept, so that nothing asks it twice; 0 keeps none")
    dukcapil_keep_doubt_seconds: int = _setting(900, "seconds any other answer is kept: people go to Disdukcapil and come back")
    members_file_complete: bool = _setting(False, "true where absence from a BPJS member file that holds every member is an answer")
    dtsen_oldest_days: int = _setting(200, "days an extract of DTSEN is used at most; an older one goes to a person")
    webhook_seconds: float = _setting(10.0, "seconds to wait for a hospital's system when news is told to it")
    webhook_private_hosts: str = _setting(
        "", "names, separated by commas, whose private addresses news may go to, and without TLS; empty: public addresses only"
    )
    task_lease_seconds: float = _setting(5.0, "seconds a task belongs to a worker that no longer renews it, before it is handed out again")
    task_attempts: int = _setting(5, "tries at a registry before the check becomes a task for a person")
    recheck_hours: float = _setting(72.0, "hours for which a registry is still asked about a check that a person took over")
    task_backoff_seconds: float = _setting(2.0, "first pause after a failed try; it doubles each time, to 10 minutes at most")
    relay_poll_seconds: float = _setting(1.0, "pause between two looks of the relay when nobody wakes it")

    @property
    def signing_key(self) -> str:
        """The signing key from outside the key file: PEM, or the address of one on a token; empty where the file holds it."""
        return self.signing_key_pem or self.signing_key_token

    @property
    def folder(self) -> Path:
        """``data_dir`` as an absolute path."""
        return Path(self.data_dir).resolve()

    @property
    def factor_roles(self) -> frozenset[Role]:
        """``second_factor_roles`` as roles; ``ValueError`` for a word that is none."""
        words = [word.strip().upper() for word in self.second_factor_roles.split(",")]
        return frozenset(Role(word) for word in words if word not in ("", "NONE"))

    @property
    def production(self) -> bool:
        """Whether real people's data may be in here."""
        return self.environment == "production"


def variable(name: str) -> str:
    """The environment variable behind a field."""
    return name.upper() if name in UNPREFIXED else f"REKOM_{name.upper()}"


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read ``Settings``; ``SettingsError`` names the first variable that cannot be used."""
    environ = os.environ if environ is None else environ
    given = {
        f.name: _convert(variable(f.name), environ[variable(f.name)], f.default) for f in fields(Settings) if variable(f.name) in environ
    }
    settings = Settings(**given)
    _check(settings)
    return settings


def _convert(name: str, text: str, default: Any) -> Any:
    try:
        if isinstance(default, bool):
            return {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}[text.lower()]
        return type(default)(text)
    except (ValueError, KeyError):
        raise SettingsError(f"Variabel {name} harus berisi {type(default).__name__}, misalnya {default!r}.") from None


def _check(settings: Settings) -> None:
    if settings.environment not in ("demo", "test", "production"):
        raise SettingsError("Variabel REKOM_ENVIRONMENT harus demo, test, atau production.")
    if settings.bsre_version not in ("1", "2"):
        raise SettingsError("Variabel REKOM_BSRE_VERSION harus 1 atau 2.")
    _check_factor_roles(settings)
    if settings.oidc_issuer and not (settings.oidc_client_id and settings.oidc_client_secret):
        raise SettingsError("Dengan REKOM_OIDC_ISSUER, isi juga REKOM_OIDC_CLIENT_ID dan REKOM_OIDC_CLIENT_SECRET.")
    if settings.signing_key_pem and settings.signing_key_token:
        raise SettingsError("Isi salah satu saja: REKOM_SIGNING_KEY_PEM atau REKOM_SIGNING_KEY_TOKEN.")
    if not settings.production:
        return
    if settings.oidc_issuer and not settings.oidc_issuer.startswith("https://"):
        raise SettingsError("Di production, REKOM_OIDC_ISSUER harus https.")
    if len(settings.secret_key) < 32:
        raise SettingsError("Variabel REKOM_SECRET_KEY harus berisi paling sedikit 32 karakter acak.")
    if settings.practice:
        raise SettingsError("Di production, REKOM_PRACTICE harus false: NIK latihan tidak boleh masuk.")
    for secret in ("dukcapil_password", "bpjs_secret", "bpjs_user_key", "dtsen_key", "bsre_password"):
        if "demo" in getattr(settings, secret):
            raise SettingsError(f"Di production, {variable(secret)} tidak boleh memakai nilai contoh.")


def _check_factor_roles(settings: Settings) -> None:
    try:
        roles = settings.factor_roles
    except ValueError:
        raise SettingsError("Variabel REKOM_SECOND_FACTOR_ROLES harus berisi nama peran, misalnya KADIS,ADMIN, atau none.") from None
    if settings.production and not {Role.KADIS, Role.ADMIN} <= roles:
        raise SettingsError("Di production, REKOM_SECOND_FACTOR_ROLES harus memuat KADIS dan ADMIN.")
