"""Live events: who wants them, and who missed them."""
