"""Every example of docs/query.md and docs/serve.md, run as it stands with the clients that it names."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from filelock import FileLock

ROOT = Path(__file__).parents[3]
EXAMPLE = re.compile(r"<!-- client: ([\w-]+) ?([\d., ]*) -->\n```(python|sh)\n(.*?)```", re.DOTALL)
MODULES = {
    "pandas": "pandas",
    "polars": "polars",
    "sqlalchemy": "duckdb_engine",
    "adbc": "adbc_driver_manager",
    "duckdb-cli": "duckdb_cli",
    "psycopg": "psycopg",
}


@dataclass(frozen=True)
class Example:
    page: str
    client: str
    versions: tuple[str, ...]
    language: str
    code: str


def examples(page: str) -> list[Example]:
    text = (ROOT / "docs" / page).read_text()
    found = EXAMPLE.findall(text)
    assert len(found) == text.count("```python") + text.count("```sh"), (
        f"an example of {page} names no client"
    )
    return [
        Example(page, client, tuple(filter(None, versions.replace(" ", "").split(","))), language, code)
        for client, versions, language, code in found
    ]


def cases() -> Iterator[object]:
    for page in ("query.md", "serve.md"):
        for number, example in enumerate(examples(page), start=1):
            for version in example.versions or ("",):
                name = f"{page}-{number}-{example.client}{version and '-' + version}"
                yield pytest.param(example, version, id=name)


def package_folder(version: str) -> Path:
    """A folder with that version of duckdb alone, installed once a machine; skips where no index answers."""
    folder = Path(tempfile.gettempdir()) / f"emergence-clients-{os.getuid()}" / f"duckdb-{version}"
    folder.parent.mkdir(exist_ok=True, mode=0o700)
    with FileLock(folder.with_suffix(".lock")):
        if not (folder / "duckdb").is_dir():
            wanted = ["install", "-q", "--no-deps", "--target", str(folder), f"duckdb=={version}"]
            uv = shutil.which(
                "uv", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
            )
            command = [uv, "pip"] if uv else [sys.executable, "-m", "pip"]
            done = subprocess.run([*command, *wanted], capture_output=True, text=True, timeout=120)
            if done.returncode:
                shutil.rmtree(folder, ignore_errors=True)
                pytest.skip(f"duckdb {version} cannot be installed here: {done.stderr[-200:]}")
    return folder


def run(example: Example, home: Path, version: str = "", port: int = 5433) -> str:
    code = example.code.replace("5433", str(port))
    environment = dict(os.environ, PYTHONWARNINGS="ignore", PSQLRC=os.devnull)
    environment["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    if version and version != duckdb.__version__:
        environment["PYTHONPATH"] = str(package_folder(version))
        code = f"import duckdb; assert duckdb.__version__ == {version!r}, duckdb.__version__\n{code}"
    command = [sys.executable, "-c", code] if example.language == "python" else ["sh", "-ec", code]
    done = subprocess.run(command, cwd=home, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


EVERYTHING = """
import duckdb, sys
con = duckdb.connect(sys.argv[1], read_only=True)
views = con.sql("select view_name from duckdb_views() where not internal").fetchall()
asked = [f'"{name}"' for (name,) in views]
macros = con.sql(
    "select function_name, len(parameters) from duckdb_functions() where function_type = 'table_macro' and not internal"
).fetchall()
asked += [f"{name}({', '.join(['1e9'] * n)})" for name, n in macros]
assert views and macros
for relation in asked:
    con.sql(f"select * from {relation} limit 1").fetchall()
print(duckdb.__version__)
"""


@pytest.mark.parametrize(
    "version", sorted({version for example in examples("query.md") for version in example.versions})
)
def test_every_view_and_macro_answers_in_every_version(version: str, release: Path) -> None:
    """What a newer DuckDB wrote into a view or macro, an older one may not know."""
    environment = dict(os.environ)
    if version != duckdb.__version__:
        environment["PYTHONPATH"] = str(package_folder(version))
    command = [sys.executable, "-c", EVERYTHING, str(release / "emergence.duckdb")]
    done = subprocess.run(command, env=environment, cwd="/", capture_output=True, text=True, timeout=60)
    assert (done.stdout.strip(), done.returncode) == (version, 0), done.stderr


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, small_database: Path) -> Path:
    home = tmp_path_factory.mktemp("client")
    (home / "warehouse").mkdir()
    (home / "warehouse" / "emergence.duckdb").symlink_to(small_database)
    (home / "warehouse" / "latest").write_text("first")
    return home


@pytest.mark.parametrize(("example", "version"), list(cases()))
def test_example(example: Example, version: str, home: Path, request: pytest.FixtureRequest) -> None:
    if example.client == "psql" and shutil.which("psql") is None:
        pytest.skip("psql is not installed")
    if example.client in MODULES:
        pytest.importorskip(MODULES[example.client])
    port = request.getfixturevalue("door") if example.page == "serve.md" else 5433
    said = run(example, home, version, port)
    assert re.search(r"task_|smooth|eta|\(20,\)", said), said


def test_the_pages_show_every_client_that_they_promise() -> None:
    shown = {example.client for page in ("query.md", "serve.md") for example in examples(page)}
    assert shown == {"duckdb", "psql", *MODULES}
    versions = {version for example in examples("query.md") for version in example.versions}
    assert {version.rsplit(".", 1)[0] for version in versions} == {"2.0", "1.5", "1.4"}


def test_the_locked_example_refuses_files(home: Path) -> None:
    locked = next(example for example in examples("query.md") if "lock_configuration" in example.code)
    assert "refused: Permission Error" in run(locked, home)


def test_the_examples_work_on_a_real_release(release: Path, tmp_path: Path) -> None:
    (tmp_path / "warehouse").symlink_to(release.parent.parent)
    for example in examples("query.md"):
        if example.client in ("duckdb", "polars"):
            assert run(example, tmp_path).strip()
