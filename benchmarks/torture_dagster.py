"""Kills a deployment under Dagster, its workers, its daemon or all of it: the next refresh has to succeed.

A home folder of the embedded tables and an instance of its own, with the project's `dagster.yaml`. Each
turn takes all that was made away, releases aside, asks for a refresh, kills something at a random moment of
it, starts the daemon again where it is gone, and waits for a refresh that ended well: this one by itself,
or the next, asked for when it ended badly. Ends with 1 where none did, or where what stands is not as
published.
"""

import argparse
import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from time import monotonic, sleep

import dagster as dg

from pipelines.release.verify import verify_home

ROOT = Path(__file__).parents[1]
LONGEST = 900.0  # seconds that a refresh may take to succeed after a kill
VICTIMS = ("worker", "daemon", "code server", "everything")
MADE = ("staging", "marts", "fits", "reports", "checks")


class Deployment:
    """A daemon over a home folder, in a session of its own, with all that it starts."""

    def __init__(self, folder: Path) -> None:
        self.home, instance = folder / "home", folder / "dagster"
        for made in (self.home, instance):
            made.mkdir()
        shutil.copy(ROOT / "dagster.yaml", instance)
        kept = {name: value for name, value in os.environ.items() if not name.startswith("EMERGENCE_")}
        named = {"DAGSTER_HOME": str(instance), "EMERGENCE_HOME": str(self.home), "EMERGENCE_OFFLINE": "1"}
        self._environment = kept | named | {"EMERGENCE_REPLICATES": "50", "EMERGENCE_KEEP_RELEASES": "2"}
        self._log = (folder / "daemon.log").open("ab")
        self._dagster("instance", "migrate")
        self._instance = dg.DagsterInstance.from_config(str(instance))
        self._sessions: list[int] = []
        self._daemon = self._start()

    def _dagster(self, *words: str) -> None:
        command = [sys.executable, "-m", "dagster", *words]
        subprocess.run(
            command, cwd=ROOT, env=self._environment, check=True, stdout=self._log, stderr=self._log
        )

    def _start(self) -> subprocess.Popen[bytes]:
        daemon = subprocess.Popen(
            [sys.executable, "-m", "dagster._daemon", "run", "-w", "workspace.yaml"],
            cwd=ROOT,
            env=self._environment,
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
        )
        self._sessions.append(daemon.pid)
        return daemon

    def ask(self) -> None:
        """Ask for a refresh, by the queue that the daemon empties."""
        self._dagster("job", "launch", "-w", "workspace.yaml", "-j", "refresh")

    def runs(self) -> list[dg.DagsterRun]:
        """Every refresh, the newest first."""
        return list(self._instance.get_runs(dg.RunsFilter(job_name="refresh")))

    def kill(self, victim: str, pick: random.Random) -> int:
        """Kill with signal 9, and say how many processes went."""
        if victim == "worker":  # the run itself, or a process that it gave work to
            found = self._processes("spawn_main")
            found = [pick.choice(found)] if found else []
        elif victim == "daemon":
            found = [self._daemon.pid]
        else:
            found = self._processes("grpc" if victim == "code server" else "")
        for process in found:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        return len(found)

    def _processes(self, words: str) -> list[int]:
        told = subprocess.run(["ps", "-eo", "pid=,sid=,args="], capture_output=True, text=True, check=True)
        rows = [line.split(None, 2) for line in told.stdout.splitlines()]
        return [int(pid) for pid, session, args in rows if int(session) in self._sessions and words in args]

    def stand_up(self) -> None:
        """Start the daemon again where it is gone."""
        if self._daemon.poll() is not None:
            self._daemon = self._start()

    def close(self) -> None:
        """End all of it."""
        self.kill("everything", random.Random())
        self._daemon.wait()
        self._log.close()


def wait_until_started(deployment: Deployment, known: int) -> None:
    """Wait until a refresh that was just asked for is at work."""
    started = monotonic()
    while monotonic() - started < LONGEST:
        runs = deployment.runs()
        if len(runs) > known and runs[0].status not in (
            dg.DagsterRunStatus.QUEUED,
            dg.DagsterRunStatus.STARTING,
        ):
            return
        sleep(0.5)
    sys.exit("BROKEN: no refresh began")


def refreshed(deployment: Deployment, known: int) -> tuple[float, int]:
    """Wait for a refresh that ends well; say in how many seconds, and how many were asked for besides."""
    started, asked = monotonic(), 0
    while monotonic() - started < LONGEST:
        deployment.stand_up()
        new = deployment.runs()[: -known or None]
        if any(run.status == dg.DagsterRunStatus.SUCCESS for run in new):
            return monotonic() - started, asked
        if new[0].is_finished and new[0].tags.get("dagster/will_retry") != "true":
            deployment.ask()
            asked += 1
        sleep(2)
    sys.exit(f"BROKEN: no refresh ended well within {LONGEST:.0f} s")


def stands(home: Path) -> None:
    """End here when what stands is not as published."""
    bad = [finding.line for finding in verify_home(home) if not finding.is_good]
    if bad:
        sys.exit(f"BROKEN: {bad}")


def begin(deployment: Deployment) -> int:
    """Begin a refresh from the published bytes on; say how many refreshes there were before."""
    for made in MADE:
        shutil.rmtree(deployment.home / made, ignore_errors=True)
    known = len(deployment.runs())
    deployment.ask()
    wait_until_started(deployment, known)
    return known


def turn(deployment: Deployment, victim: str, wait: float, pick: random.Random) -> None:
    """One refresh and one kill; it, or the next, ends well."""
    known = begin(deployment)
    sleep(wait)
    gone = deployment.kill(victim, pick)
    seconds, asked = refreshed(deployment, known)
    stands(deployment.home)
    how = f"by {asked} asked for anew" if asked else "by itself"
    print(
        f"  {victim} killed after {wait:.0f} s ({gone} processes): refreshed {seconds:.0f} s later, {how}",
        flush=True,
    )


def main() -> None:
    """Do it all on a home folder of its own."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kills", type=int, default=8)
    options.add_argument("--seed", type=int, default=int(monotonic()))
    given = options.parse_args()
    pick = random.Random(given.seed)
    print(f"seed {given.seed}")
    folder = Path(tempfile.mkdtemp(prefix="torture-dagster-"))
    deployment = Deployment(folder)
    try:
        for _ in range(2):  # the first compiles
            whole, _ = refreshed(deployment, begin(deployment))
        stands(deployment.home)
        for number in range(given.kills):
            turn(deployment, VICTIMS[number % len(VICTIMS)], pick.uniform(0.0, whole), pick)
        print(f"{given.kills} kills amid refreshes of {whole:.0f} s: after each one ended well")
    finally:
        deployment.close()
        shutil.rmtree(folder, ignore_errors=True)
    print("nothing broke")


if __name__ == "__main__":
    main()
