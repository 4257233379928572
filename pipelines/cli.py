"""The ``emergence`` command: arguments in, the same definitions run, a table out.

Nothing heavy is imported here: a command imports what it needs when it runs.
"""

from dataclasses import replace
from pathlib import Path

import click

from pipelines import __version__
from pipelines.commands import ask, fit, listings, machine, query, releases, run, serve, updates
from pipelines.commands.base import WRONG_USAGE, fail


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="emergence")
@click.option("--debug", is_flag=True, help="Show the trace of an error.")
@click.option(
    "--home", type=click.Path(path_type=Path), help="Home folder (EMERGENCE_HOME, else ./warehouse)."
)
@click.pass_context
def main(context: click.Context, debug: bool, home: Path | None) -> None:
    """Published losses and scores in one warehouse, with the loss threshold at which each task emerges."""
    from emergence.errors import InputError
    from pipelines.settings import Settings

    try:
        settings = Settings.from_environment()
    except InputError as error:
        fail(error, debug, WRONG_USAGE)
    context.obj = replace(settings, home=home.absolute()) if home else settings
    context.meta["debug"] = debug


main.add_command(run.run)
main.add_command(run.add)
main.add_command(query.query)
main.add_command(query.show)
main.add_command(ask.ask)
main.add_command(ask.compare)
main.add_command(fit.fit)
main.add_command(listings.sources)
main.add_command(listings.tasks)
main.add_command(listings.corpora)
main.add_command(updates.check_updates)
main.add_command(releases.verify)
main.add_command(releases.diff)
main.add_command(releases.export)
main.add_command(serve.serve)
main.add_command(machine.doctor)
