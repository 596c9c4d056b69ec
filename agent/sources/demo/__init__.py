"""The demo: a small made-up cluster whose traffic shows what an observer can show."""
