"""The command line tells what it can do."""

import argparse
import re

import pytest

from marketplace.entrypoints.commands import COMMANDS, TASKS, parser


def helped(*words: str, capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as left:
        parser().parse_args([*words, "--help"])
    assert left.value.code == 0
    return " ".join(capsys.readouterr().out.split())


def test_the_help_tells_of_every_command_and_every_task_what_it_does(
    capsys: pytest.CaptureFixture[str],
) -> None:
    told = helped(capsys=capsys)

    for name, command in COMMANDS.items():
        tasks = TASKS.get(name)
        about = f"{next(iter(tasks))}: " if tasks else command.__doc__ or "nothing is said"
        assert f" {name} {about}" in told, name
    for tasks in TASKS.values():
        for task, about in tasks.items():
            assert f"{task}: {about}" in told


@pytest.mark.parametrize("group", TASKS)
def test_the_help_of_a_group_names_each_of_its_tasks_in_one_line(
    group: str, capsys: pytest.CaptureFixture[str]
) -> None:
    told = helped(group, capsys=capsys)

    assert (COMMANDS[group].__doc__ or "nothing is said") in told
    for task, about in TASKS[group].items():
        assert f"{task} {about}" in told
        assert about in helped(group, task, capsys=capsys)
        assert re.fullmatch(r"[^\n]{10,80}", about)


@pytest.mark.parametrize("group", TASKS)
def test_a_group_alone_is_no_command(group: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        parser().parse_args([group])

    assert left.value.code == 2
    assert "required: task" in capsys.readouterr().err


def test_tasks_keep_what_can_be_said_to_them() -> None:
    def read(words: str) -> argparse.Namespace:
        return parser().parse_args(words.split())

    assert read("stock reconcile --dry-run").dry_run
    assert read("storage sweep --dry-run").dry_run
    assert not read("storage sweep").dry_run
    assert read("storage sweep").unused_for == 7
    assert read("storage sweep --unused-for 0").unused_for == 0
    assert read("audit verify --anchor 1:00").anchor == "1:00"
    assert read("letters preview --locale ar --to here").to == "here"
