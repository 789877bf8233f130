"""``python -m tests.chaos.checker DATABASE_URL [history.jsonl]``: ends with 1 where a promise is broken."""

import sys
from pathlib import Path

from tests.chaos.checker.history import read
from tests.chaos.checker.proof import wrong
from tests.chaos.checker.proving import prove

if __name__ == "__main__":
    proofs = prove(sys.argv[1], read(Path(sys.argv[2]) if len(sys.argv) > 2 else None))
    sys.stdout.write("\n".join(map(str, proofs)) + "\n")
    sys.exit(1 if wrong(proofs) else 0)
