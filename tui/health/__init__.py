"""What is known of nodes, rings and the relay, and the tables made of it."""
