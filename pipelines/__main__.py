"""``python -m pipelines`` is the ``emergence`` command."""

from pipelines.cli import main

main(prog_name="emergence")
