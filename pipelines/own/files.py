"""Finds the files of a user below a folder: regular ones, in order, none from outside it."""

import os
import re
import stat
from dataclasses import dataclass, field
from pathlib import Path

from emergence.errors import InputError
from pipelines.intake.safe_text import is_safe, safe_text
from pipelines.own.reading.found import Broken, OwnFile

MAX_FILES = 200_000
CARD = "emergence.toml"
_LFS = b"version https://git-lfs.github.com/spec/v1"
# Never results, and often large: what version control, an editor, a notebook or a system keeps for itself.
# Other names with a dot are read: the harness names a folder after `./checkpoint` as `.__checkpoint`.
_SKIPPED_FOLDERS = {
    *("__pycache__", "node_modules", ".venv", ".tox", ".nox", ".eggs", ".conda", ".cache", ".triton", ".nv"),
    *(".git", ".hg", ".svn", ".dvc", ".idea", ".vscode", ".ipynb_checkpoints", ".hydra"),
    *(".mypy_cache", ".pytest_cache", ".ruff_cache", ".Trash", ".Trashes", ".Spotlight-V100", ".fseventsd"),
}
_SKIPPED_FILES = re.compile(
    r"\._.*|\.~.*|\..*\.sw[a-z]|\.nfs.*|\.DS_Store|\.git\w+|\.env|\.directory|\.localized"
)


@dataclass
class Found:
    """The files below a folder, and those refused."""

    files: list[OwnFile] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)


def find_files(root: Path) -> Found:
    """Return the files below ``root`` (or that one file), links, pipes and unprintable names refused.

    Raises InputError where there is nothing at ``root``, or more files than a folder of results holds.
    """
    found = Found()
    if root.is_file():
        _take(root, root.name, found)
        return found
    if not root.is_dir():
        raise InputError(f"{root} is no file and no folder")
    for folder, names, files in os.walk(root):
        names[:] = sorted(n for n in names if n not in _SKIPPED_FOLDERS)
        inside = Path(folder).relative_to(root).as_posix()
        linked = [n for n in names if (Path(folder) / n).is_symlink()]
        for name in sorted([*files, *linked]):
            if not _SKIPPED_FILES.fullmatch(name):
                _take(Path(folder) / name, name if inside == "." else f"{inside}/{name}", found)
        if len(found.files) > MAX_FILES:
            raise InputError(f"{root} holds more than {MAX_FILES:,} files: name the folders of results")
    return found


def _take(local: Path, path: str, found: Found) -> None:
    if not is_safe(path):
        fix = "rename the file: its name cannot be printed, or is too long"
        found.broken.append(Broken(safe_text(path)[:200], "", "unsafe_name", None, fix))
        return
    try:
        kind = local.lstat()
    except OSError as error:
        found.broken.append(Broken(path, "", "unreadable_file", None, str(error.strerror)))
        return
    if stat.S_ISLNK(kind.st_mode):
        fix = "a link is not followed: copy the file itself here, or add the folder that it lies in"
        found.broken.append(Broken(path, "", "link", None, fix))
    elif not stat.S_ISREG(kind.st_mode):
        found.broken.append(
            Broken(path, "", "no_regular_file", None, "a pipe or a device: copy the results to a file")
        )
    elif kind.st_size == 0:
        found.broken.append(
            Broken(path, "", "empty_file", None, "the file is empty: it was not written, or not copied")
        )
    else:
        _look(OwnFile(local, path, kind.st_size), found)


def _look(file: OwnFile, found: Found) -> None:
    try:
        head = file.head
        # Ten thousand beginnings are more than a folder's worth of memory.
        file.forget()
    except OSError as error:
        found.broken.append(Broken(file.path, "", "unreadable_file", None, str(error.strerror)))
        return
    if head.startswith(_LFS):
        fix = "a pointer of Git LFS stands in place of the file: run `git lfs pull`"
        found.broken.append(Broken(file.path, "", "lfs_pointer", None, fix))
    else:
        found.files.append(file)
