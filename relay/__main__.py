"""`python -m relay` is `palomar relay`."""

from relay.cli import main

if __name__ == "__main__":
    main(prog_name="palomar relay")
