"""Counts many flows at once: over columns of what is stored, and per minute as flows come."""
