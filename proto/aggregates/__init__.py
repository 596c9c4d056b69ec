"""Counting flows: what they are grouped by, what is counted, and the plain way to do it."""
