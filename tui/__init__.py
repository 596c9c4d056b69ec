"""The live dashboard: a terminal that shows what flows, what is counted and who talks to whom."""
