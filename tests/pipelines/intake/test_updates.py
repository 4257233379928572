"""Whether a pinned source has moved on: asked of a made-up repository, answered in a line, written by --bump."""

from pathlib import Path

import dagster as dg
import httpx
import pytest
from click.testing import CliRunner, Result

from emergence.errors import InputError
from pipelines.assets import jobs
from pipelines.cli import main
from pipelines.intake import updates
from pipelines.intake.updates import PinError, Update, bump, check_updates
from pipelines.sources import SOURCES, select

OLD, NEW = "0" * 39 + "a", "0" * 39 + "b"


def advert(commit: str) -> bytes:
    """What a repository answers: git's own form, the head first, with the capabilities behind a zero byte."""
    lines = [f"{commit} HEAD\0multi_ack symref=HEAD:refs/heads/main\n", f"{OLD} refs/heads/main\n"]
    packets = b"".join(f"{len(line) + 4:04x}{line}".encode() for line in lines)
    return b"001e# service=git-upload-pack\n0000" + packets + b"0000"


def client(answer: httpx.Response | Exception) -> httpx.Client:
    def handle(request: httpx.Request) -> httpx.Response:
        assert request.url.host == "github.com"
        assert request.url.path.endswith("/info/refs")
        if isinstance(answer, Exception):
            raise answer
        return answer

    return httpx.Client(transport=httpx.MockTransport(handle))


def test_a_repository_that_moved_on_is_newer_and_one_at_its_pin_is_not() -> None:
    gadre = select(("gadre",))
    pinned = gadre[0].origins[0].commit
    (update,) = check_updates(gadre, client(httpx.Response(200, content=advert(NEW))))
    assert update == Update("gadre", "mlfoundations/scaling", pinned, NEW)
    assert update.is_newer
    assert f"moved on to {NEW}, pinned {pinned}" in update.line()
    (same,) = check_updates(gadre, client(httpx.Response(200, content=advert(pinned))))
    assert not same.is_newer
    assert "is at the pinned commit" in same.line()


def test_two_pins_into_one_repository_are_asked_for_once() -> None:
    found = list(check_updates(select(("olmo_ladder",)), client(httpx.Response(200, content=advert(NEW)))))
    assert [update.pinned for update in found] == [select(("olmo_ladder",))[0].origins[0].commit]


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (httpx.ConnectError("name not known"), "no network: name not known"),
        (httpx.ReadTimeout("too slow"), "too slow"),
        (httpx.Response(404), "404"),
        (httpx.Response(200, content=b"<html>sign in</html>"), "names no head"),
    ],
)
def test_what_does_not_answer_is_said_and_no_news(answer: httpx.Response | Exception, why: str) -> None:
    (update,) = check_updates(select(("gadre",)), client(answer))
    assert not update.is_newer
    assert why in update.line()
    assert "cannot be asked" in update.line()


def test_without_network_one_try_answers_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[str] = []

    def handle(request: httpx.Request) -> httpx.Response:
        tries.append(str(request.url))
        raise httpx.ConnectError("name not known")

    found = list(check_updates(SOURCES, httpx.Client(transport=httpx.MockTransport(handle))))
    assert len(found) > 5
    assert len(tries) == 1


def ask(monkeypatch: pytest.MonkeyPatch, update: Update, *arguments: str) -> Result:
    monkeypatch.setattr(updates, "check_updates", lambda sources: iter([update]))
    return CliRunner().invoke(main, ["check-updates", *arguments], env={"EMERGENCE_MIRROR": None})


def test_bump_writes_the_pin_into_the_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = tmp_path / "gadre.py"
    module.write_text(f'Origin(commit="{OLD}", repo="mlfoundations/scaling")\n')
    monkeypatch.setattr("inspect.getfile", lambda parse: str(module))
    result = ask(monkeypatch, Update("gadre", "mlfoundations/scaling", OLD, NEW))
    assert result.exit_code == 0
    assert OLD in module.read_text()
    result = ask(monkeypatch, Update("gadre", "mlfoundations/scaling", OLD, NEW), "--bump")
    assert result.exit_code == 0, result.output
    assert module.read_text() == f'Origin(commit="{NEW}", repo="mlfoundations/scaling")\n'
    with pytest.raises(PinError, match="by hand"):
        bump(Update("gadre", "mlfoundations/scaling", OLD, NEW), module)


def test_the_command_says_what_could_not_be_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    silent = ask(monkeypatch, Update("gadre", "mlfoundations/scaling", OLD, "", "no network: off"))
    assert silent.exit_code == 0
    assert "cannot be asked (no network: off)" in silent.output
    wrong = ask(monkeypatch, Update("gadre", "mlfoundations/scaling", OLD, "", "404", is_failed=True))
    assert wrong.exit_code == 1
    unknown = CliRunner().invoke(main, ["check-updates", "--source", "gadrre"])
    assert unknown.exit_code == 2


def test_an_unknown_source_is_named() -> None:
    with pytest.raises(InputError, match="gadrre"):
        select(("gadrre",))


def test_the_weekly_job_asks_and_counts_what_is_newer(monkeypatch: pytest.MonkeyPatch) -> None:
    update = Update("gadre", "mlfoundations/scaling", OLD, NEW)
    monkeypatch.setattr(jobs, "check_updates", lambda sources: iter([update]))
    quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    with dg.DagsterInstance.ephemeral() as instance:
        done = jobs.look_for_updates.execute_in_process(instance=instance, run_config=quiet)
    assert done.output_for_node("ask_for_updates") == [update.line()]
    unseen = Update("gadre", "mlfoundations/scaling", OLD, "", "404", is_failed=True)
    monkeypatch.setattr(jobs, "check_updates", lambda sources: iter([update, unseen]))
    with dg.DagsterInstance.ephemeral() as instance:
        red = jobs.look_for_updates.execute_in_process(
            instance=instance, run_config=quiet, raise_on_error=False
        )
    assert not red.success, "a look that saw nothing is no look"
