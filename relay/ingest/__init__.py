"""From batches to committed transactions, by the one thread that writes."""
