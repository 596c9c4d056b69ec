"""Benchmarks: each prints figures of a real relay, agent or command; `python -m bench` runs all."""
