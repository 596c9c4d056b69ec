"""The sources an agent can read, behind one interface."""
