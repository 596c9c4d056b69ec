"""Reserved security identities: numbers that mean the same everywhere, and their names."""

RESERVED = {
    "host": 1,
    "world": 2,
    "unmanaged": 3,
    "health": 4,
    "init": 5,
    "remote-node": 6,
    "kube-apiserver": 7,
    "ingress": 8,
    "world-ipv4": 9,
    "world-ipv6": 10,
}
"""The number of each reserved identity, by name."""

NAMES = {number: name for name, number in RESERVED.items()}
"""The name of each reserved identity, by number."""
