"""Run the command line as `python -m tokenquote`."""

from __future__ import annotations

from tokenquote.cli import main

if __name__ == "__main__":
    main(prog_name="tokenquote")
