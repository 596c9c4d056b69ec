"""What the overview asks, and the tables that it makes of the answers."""
