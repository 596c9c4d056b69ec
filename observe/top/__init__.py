"""The most frequent of anything: flows counted by dimensions."""
