"""Does every corruption that tests/tools/corruptions.py lists to a release, and asks `verify` each time."""

import shutil
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from pipelines.release.open_release import Release, newest_release
from pipelines.release.publish import point_latest
from pipelines.release.verify import verify_home
from tests.tools.corruptions import CORRUPTIONS, NEED_THE_SITE


def missed(release: Release, name: str) -> str:
    """Return what was wrong with the answer of `verify` to a corruption, or nothing."""
    with tempfile.TemporaryDirectory() as place:
        home = Path(place) / "deep" / "home"
        folder = home / "releases" / release.name
        shutil.copytree(release.folder, folder, copy_function=shutil.copyfile)
        point_latest(home, Release(folder))
        CORRUPTIONS[name](home, folder)
        try:
            findings = verify_home(home, is_quick=name not in NEED_THE_SITE)
        except Exception as error:
            # No release at all is what `verify` says by that error.
            return "" if type(error).__name__ == "NoReleaseError" else f"raised {error!r}"
    return "" if any(not finding.is_good for finding in findings) else "not found"


def main() -> None:
    """Print a line for each corruption that is missed, and how many were found."""
    release = newest_release(Path(sys.argv[1]))
    started, bad = perf_counter(), 0
    for done, name in enumerate(CORRUPTIONS, start=1):
        wrong = missed(release, name)
        bad += bool(wrong)
        if done % 20 == 0:
            print(f"  {done} of {len(CORRUPTIONS)}, {bad} missed", flush=True)
        if wrong:
            print(f"MISSED: {name}: {wrong}", flush=True)
    seconds = perf_counter() - started
    print(f"{len(CORRUPTIONS) - bad} of {len(CORRUPTIONS)} corruptions found, in {seconds:.0f} s")
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
