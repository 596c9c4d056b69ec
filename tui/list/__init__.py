"""The list of flows: what is in memory, how it is read, and how it is drawn."""
