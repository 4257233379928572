"""``serve``: the network door."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines.commands.base import guarded

if TYPE_CHECKING:
    from pipelines.settings import Settings


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=5433, show_default=True, help="Port to listen on.")
@click.option(
    "--password-file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="File with the password; needed beyond this machine.",
)
@click.option("--seconds", default=30.0, show_default=True, help="Longest that a query may take.")
@click.option("--rows", default=1_000_000, show_default=True, help="Most rows that a query may return.")
@click.option("--memory-mb", default=512, show_default=True, help="Most memory that a query may use.")
@click.option("--queries", default=4, show_default=True, help="Queries that run at once.")
@click.option("--connections", default=64, show_default=True, help="Connections that are open at once.")
@click.pass_obj
@guarded
def serve(
    settings: Settings,
    host: str,
    port: int,
    password_file: Path | None,
    seconds: float,
    rows: int,
    memory_mb: int,
    queries: int,
    connections: int,
) -> None:
    """Serve the newest release to PostgreSQL clients: psql, DBeaver, Metabase, any driver."""
    from pipelines.serve.limits import Limits
    from pipelines.serve.server import serve as serve_database

    limits = Limits(seconds=seconds, rows=rows, memory_mb=memory_mb, queries=queries, connections=connections)
    serve_database(
        settings.home / "emergence.duckdb",
        host=host,
        port=port,
        password=password_file.read_text().strip() if password_file else None,
        limits=limits,
        on_ready=lambda opened: click.echo(f"listening on {host}:{opened}; stop with Ctrl-C", err=True),
    )
