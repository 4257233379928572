"""The copy to share: a release without the rows that may not be redistributed and without one's own runs."""

import shutil
import tempfile
from pathlib import Path

from emergence.errors import InputError
from pipelines.release import object_store
from pipelines.release.assemble import assemble
from pipelines.release.open_release import Release, newest_release
from pipelines.release.shared_rows import shared_file
from pipelines.release.verify_manifest import HOW_FITTED
from pipelines.warehouse.catalog import public_models


def export(home: Path, target: Path) -> Release:
    """Write the newest release to ``target`` as others may have it.

    Published rows of sources that may not be redistributed are left out, their fits stay; whatever is of
    one's own runs is left out altogether. Raises InputError when ``target`` is there already,
    NoReleaseError before the first release.
    """
    release = newest_release(home)
    manifest = release.manifest()
    if target.exists():
        raise InputError(f"{target} is there already; name a folder that is not")
    target.parent.mkdir(parents=True, exist_ok=True)
    # On the file system of the target, so that the last step is a rename and no part is ever seen.
    aside = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        models = [model for model in public_models() if release.table(model.name).is_file()]
        tables = {model.name: shared_file(model, release, aside / "filtered") for model in models}
        notes = {name: manifest[name] for name in HOW_FITTED if name in manifest}
        assemble(aside / "whole", release.name, models, tables, {"export_of": release.name, **notes})
        (aside / "whole").rename(target)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return Release(target)


def export_to_store(home: Path, address: str) -> Release:
    """Write the newest release to an object store as others may have it, and return the release it is of.

    Raises InputError where one stands at the address, ObjectStoreError where that cannot be written.
    """
    release = newest_release(home)
    object_store.refuse_if_there(address)
    (home / "tmp").mkdir(exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix="export-", dir=home / "tmp"))
    try:
        object_store.upload(export(home, aside / release.name).folder, address)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return release
