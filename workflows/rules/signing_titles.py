"""Which titles may stand above a signature: those the region's dated rule names, whatever the capacity before them."""

import re

from workflows.rules.policy import RegionPolicy

CAPACITY = re.compile(r"^(plt|plh|a\.n)\.?\s+")


def may_sign_as(policy: RegionPolicy, title: str) -> bool:
    """Whether the region lets this title sign; capitals, spaces and Plt., Plh. or a.n. in front do not count."""
    return _plain(title) in map(_plain, policy.signer_titles.value)


def _plain(title: str) -> str:
    return CAPACITY.sub("", " ".join(title.casefold().split()))
