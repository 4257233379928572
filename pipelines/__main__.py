"""``python -m pipelines`` is the ``emergence`` command."""

from pipelines.cli import main

if __name__ == "__main__":
    main(prog_name="emergence")
