"""Agents: each reads one kind of source and streams its events to a relay."""
