"""Keep one trust bundle in a file, show its age, and check letters with it.

python rekom_check.py --store kept.cose --bundle NEW [--trust THUMBPRINT]    take a newer bundle
python rekom_check.py --store kept.cose --hospital CODE HTTPS://.../S/...     check a letter
"""

import argparse
import sys
import time
from pathlib import Path

from rekom_verifier import Refused, check, need, open_bundle


def main():
    """Exit code 0 only for VALID and KEPT."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--store", required=True, type=Path, help="file that holds the bundle between two runs")
    options.add_argument("--bundle", type=Path, help="file fetched from https://OFFICE/.well-known/rekom-bundle")
    options.add_argument("--trust", help="thumbprint of the office's key, for the first bundle")
    options.add_argument("--hospital", help="your hospital's code")
    options.add_argument("code", nargs="?", help="what the QR holds")
    asked, now, answer = options.parse_args(), time.time(), "KEPT"
    try:
        bundle = open_bundle(asked.store.read_bytes()) if asked.store.exists() else None
        if asked.bundle:
            raw = asked.bundle.read_bytes()
            bundle = open_bundle(raw, now, asked.trust, bundle)
            asked.store.write_bytes(raw)
        need(bundle, "NO_BUNDLE")
        sys.stdout.write(f"bundle {bundle.counter} of {bundle.issuer}, {(now - bundle.issued_at) / 3600:.1f} hours old\n")
        if asked.code:
            answer, claims = check(asked.code, bundle, now, asked.hospital)
            sys.stdout.write("".join(f"{name}: {value}\n" for name, value in (claims or {}).items() if name != "nik_digest"))
    except Refused as refused:
        answer = refused.args[0]
    sys.stdout.write(f"{answer}\n")
    return 0 if answer in ("VALID", "KEPT") else 1


if __name__ == "__main__":
    sys.exit(main())
