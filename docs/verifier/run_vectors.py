"""Run the Python verifier on every vector of vectors.json: ``python run_vectors.py``."""

import base64
import json
import sys
from pathlib import Path

from rekom_verifier import Refused, check, open_bundle


def answer(vector, bundles):
    """What the verifier says to one vector."""
    try:
        kept = open_bundle(bundles[vector["kept"]]) if vector["kept"] else None
        bundle = open_bundle(bundles[vector["bundle"]], vector["now"], vector["trust"], kept)
    except Refused as refused:
        return refused.args[0]
    return check(vector["code"], bundle, vector["now"], vector["hospital"])[0]


def main():
    """Exit code 1 where one answer differs."""
    content = json.loads(Path(__file__).with_name("vectors.json").read_text(encoding="utf-8"))
    bundles = {name: base64.b64decode(text) for name, text in content["bundles"].items()}
    wrong = [vector["id"] for vector in content["vectors"] if answer(vector, bundles) != vector["answer"]]
    sys.stdout.write(f"python: {len(content['vectors'])} vectors, {len(wrong)} wrong {wrong}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
