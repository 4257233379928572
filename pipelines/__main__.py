"""``python -m pipelines`` is the ``emergence`` command."""

from pipelines.cli import run_command

if __name__ == "__main__":
    run_command()
