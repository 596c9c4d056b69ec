"""What a ranking may be asked for, and what it is where nothing is said."""

TALKERS = ("source.workload", "destination.workload")
"""What flows are grouped by."""

ORDERS = ("flows", "drops", "errors", "requests", "latency", "values")
"""What groups may be ordered by: values of the enum Order, in lower case."""

DEFAULT_LIMIT = 20
"""How many groups are given."""
