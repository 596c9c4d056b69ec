"""Counts, for the metrics page and the status."""
