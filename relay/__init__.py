"""The relay: takes events from agents, keeps them in SQLite rings, and serves them."""
