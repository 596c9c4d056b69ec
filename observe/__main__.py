"""`python -m observe` is the command `observe`."""

from observe.entry import main

main()
