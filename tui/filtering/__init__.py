"""The filter bar: its text, what completes it, and how cells change it."""
