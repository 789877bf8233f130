"""Which addresses in the world outside may be told news: those anybody on the internet could reach anyway.

Whoever may enter an address for news must not be able to make this server ask its own network (SSRF): loopback,
private and link-local addresses are refused in each of their spellings.
"""

import ipaddress

INSIDE_IPV6 = tuple(map(ipaddress.IPv6Network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96")))
"""Ranges of IPv6 that carry an IPv4 address inside (NAT64, 6to4, Teredo, compatible): it could be a private one."""


def is_public(address: str) -> bool:
    """Whether an address as text belongs to the public internet."""
    try:
        known = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(known, ipaddress.IPv6Address):
        if known.ipv4_mapped is not None:
            return is_public(str(known.ipv4_mapped))
        if any(known in network for network in INSIDE_IPV6):
            return False
    return known.is_global and not (known.is_multicast or known.is_reserved or known.is_unspecified)


def listed(hosts: str) -> frozenset[str]:
    """``REKOM_WEBHOOK_PRIVATE_HOSTS`` as names."""
    return frozenset(host.strip().lower() for host in hosts.split(",") if host.strip())
