"""One flow: its fields, its JSON, and the way of its connection or request."""
