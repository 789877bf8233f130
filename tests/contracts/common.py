"""What the contract tests share: made-up secrets, short time-outs, and the rule that neither they nor a NIK are written down."""

import re
from dataclasses import replace

from verify.config import Settings
from verify.simulator.signers import load_signers

SIXTEEN_DIGITS = re.compile(r"(?<![0-9])[0-9]{16}(?![0-9])")
SETTINGS = Settings(
    environment="test",
    dukcapil_password="kata-sandi-rahasia",
    bpjs_secret="rahasia-penandatangan",
    bpjs_user_key="kunci-pengguna-rahasia",
    dtsen_key="kunci-dtsen-rahasia",
    bsre_password="kata-sandi-bsre-rahasia",
    registry_connect_seconds=0.5,
    registry_total_seconds=0.6,
)
PATIENT = replace(SETTINGS, registry_total_seconds=5.0, registry_connect_seconds=2.0)
"""For tests whose subject is not time."""
PASSPHRASES = tuple(signer.passphrase for signer in load_signers().everybody)


def assert_discreet(text: str) -> None:
    secrets = (
        SETTINGS.dukcapil_password,
        SETTINGS.bpjs_secret,
        SETTINGS.bpjs_user_key,
        SETTINGS.dtsen_key,
        SETTINGS.bsre_password,
        *PASSPHRASES,
    )
    assert not SIXTEEN_DIGITS.search(text), "a NIK was written down"
    assert not [secret for secret in secrets if secret in text], "a secret was written down"
