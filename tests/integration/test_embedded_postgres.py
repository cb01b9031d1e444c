"""The embedded database keeps what it was given, whatever happens to it or to us."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg
import pytest

from marketplace.adapters.embedded_postgres import (
    AlreadyRunning,
    CannotStart,
    EmbeddedPostgres,
    FolderUnusable,
)

MARKETPLACE = """
import sys
from pathlib import Path
from marketplace.adapters.embedded_postgres import EmbeddedPostgres
with EmbeddedPostgres(Path(sys.argv[1])) as url:
    print(url, flush=True)
    sys.stdin.read()
"""


def begun(var_dir: Path) -> subprocess.Popen[str]:
    """A marketplace that is starting in another process."""
    return subprocess.Popen(
        [sys.executable, "-c", MARKETPLACE, str(var_dir)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


@contextmanager
def another_marketplace(var_dir: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """One in another process, with the URL of its database."""
    with begun(var_dir) as process:
        assert process.stdout is not None
        yield process, process.stdout.readline().strip()
        # The end of its input is how it is asked to stop.
        process.communicate()


@contextmanager
def somebody_else(var_dir: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process of the account the server runs as, that has nothing to do with it."""
    owner = (var_dir / "postgres").stat().st_uid
    with subprocess.Popen(["sleep", "60"], user=owner if os.geteuid() == 0 else None) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.fixture
def var_dir(tmp_path: Path) -> Path:
    return tmp_path / "var"


def write(url: str, line: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS book (line text)")
        connection.execute("INSERT INTO book VALUES (%s)", [line])


def written(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        return [line for (line,) in connection.execute("SELECT line FROM book")]


def shown(url: str, setting: str) -> str:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT current_setting(%s)", [setting]).fetchone()
    assert row is not None
    return str(row[0])


def head_of(var_dir: Path) -> psutil.Process:
    return psutil.Process(int((var_dir / "postgres/postmaster.pid").read_text().split()[0]))


def works(process: psutil.Process) -> bool:
    """Whether it does; one that ended counts as running until its parent asks for its status."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_what_was_written_is_there_after_the_next_start(var_dir: Path) -> None:
    with EmbeddedPostgres(var_dir) as url:
        write(url, "قهوة")

    with EmbeddedPostgres(var_dir) as url:
        assert written(url) == ["قهوة"]


def test_nothing_runs_after_a_stop(var_dir: Path) -> None:
    postgres = EmbeddedPostgres(var_dir)
    postgres.start()
    head = head_of(var_dir)
    everybody = [head, *head.children()]

    postgres.stop()

    assert not [each for each in everybody if works(each)]
    postgres.stop()


def test_nothing_runs_after_a_start_that_was_interrupted(
    var_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def leave(url: str) -> None:
        raise SystemExit

    monkeypatch.setattr("marketplace.adapters.embedded_postgres._make_database", leave)
    with pytest.raises(SystemExit):
        EmbeddedPostgres(var_dir).start()
    monkeypatch.undo()

    assert not (var_dir / "postgres/postmaster.pid").exists()
    with EmbeddedPostgres(var_dir) as url:
        write(url, "coffee")


def test_it_stops_even_with_somebody_in_the_middle_of_something(var_dir: Path) -> None:
    with EmbeddedPostgres(var_dir) as url:
        connection = psycopg.connect(url)
        connection.execute("CREATE TABLE unfinished ()")

    with pytest.raises(psycopg.OperationalError):
        connection.execute("SELECT 1")


def test_a_killed_server_comes_back_with_what_it_had_promised(var_dir: Path) -> None:
    with EmbeddedPostgres(var_dir) as url:
        write(url, "coffee")
        head_of(var_dir).kill()

    with EmbeddedPostgres(var_dir) as url:
        assert written(url) == ["coffee"]


def test_a_killed_marketplace_leaves_its_server_to_the_next(var_dir: Path) -> None:
    with another_marketplace(var_dir) as (process, url):
        write(url, "coffee")
        survivor = head_of(var_dir)
        process.kill()
        process.wait()
        assert works(survivor)

        with EmbeddedPostgres(var_dir) as url:
            assert written(url) == ["coffee"]
            assert head_of(var_dir) != survivor

    assert not works(survivor)


def test_after_everything_was_killed_the_number_of_the_dead_may_be_somebody_elses(
    var_dir: Path,
) -> None:
    with another_marketplace(var_dir) as (process, url):
        write(url, "coffee")
        process.kill()
        process.wait()
        head = head_of(var_dir)
        for each in (head, *head.children()):
            each.kill()

    with somebody_else(var_dir) as innocent:
        for name in ("postgres/postmaster.pid", "postgres/.s.PGSQL.5432.lock"):
            lines = (var_dir / name).read_text().splitlines()
            (var_dir / name).write_text("\n".join([str(innocent.pid), *lines[1:]]))

        with EmbeddedPostgres(var_dir) as url:
            assert written(url) == ["coffee"]

        assert innocent.poll() is None


def test_a_folder_that_was_never_finished_is_made_anew(var_dir: Path) -> None:
    (var_dir / "postgres.new").mkdir(parents=True)
    (var_dir / "postgres.new/PG_VERSION").write_text("18")

    with EmbeddedPostgres(var_dir) as url:
        write(url, "coffee")

    assert not (var_dir / "postgres.new").exists()


def test_a_marketplace_killed_while_it_made_its_database_starts_over(var_dir: Path) -> None:
    with begun(var_dir) as process:
        while not (var_dir / "postgres.new/PG_VERSION").exists():
            assert process.poll() is None
        process.kill()

    with EmbeddedPostgres(var_dir) as url:
        write(url, "coffee")


def test_a_second_marketplace_is_refused_in_one_sentence(var_dir: Path) -> None:
    with another_marketplace(var_dir) as (process, url):
        with pytest.raises(AlreadyRunning) as refused:
            EmbeddedPostgres(var_dir).start()

        write(refused.value.url or "", "coffee")
        assert written(url) == ["coffee"]
    assert str(refused.value) == (
        f"a marketplace is already running in {var_dir} (process {process.pid}): "
        "stop it, or choose another VAR_DIR"
    )


def test_a_folder_that_cannot_be_made_is_refused_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(FolderUnusable) as refused:
        EmbeddedPostgres(tmp_path / "file/var").start()

    assert str(refused.value).startswith(f"cannot keep a database in {tmp_path / 'file/var'} (")


def test_what_postgresql_says_against_it_is_in_the_sentence(var_dir: Path) -> None:
    with EmbeddedPostgres(var_dir):
        pass
    (var_dir / "postgres/PG_VERSION").write_text("9.6\n")

    with pytest.raises(CannotStart, match="incompatible with server"):
        EmbeddedPostgres(var_dir).start()


@pytest.mark.parametrize("name", ["v" * 120, 'a "shop", with spaces'])
def test_any_path_will_do(tmp_path: Path, name: str) -> None:
    with EmbeddedPostgres(tmp_path / name) as url:
        write(url, "coffee")

    with EmbeddedPostgres(tmp_path / name) as url:
        assert written(url) == ["coffee"]


def test_ctrl_c_in_our_terminal_does_not_reach_the_server(var_dir: Path) -> None:
    with EmbeddedPostgres(var_dir):
        assert os.getsid(head_of(var_dir).pid) != os.getsid(0)


def test_nobody_reaches_it_over_a_network(var_dir: Path) -> None:
    with EmbeddedPostgres(var_dir) as url:
        assert shown(url, "listen_addresses") == ""
        assert not head_of(var_dir).net_connections("inet")


def test_a_commit_is_on_the_disk(var_dir: Path) -> None:
    with EmbeddedPostgres(var_dir) as url:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            assert shown(url, setting) == "on"


def test_the_marketplace_owns_its_database_and_nothing_else(var_dir: Path) -> None:
    with EmbeddedPostgres(var_dir) as url:
        assert shown(url, "is_superuser") == "off"
        write(url, "coffee")


def test_an_arabic_comma_is_no_part_of_a_word(var_dir: Path) -> None:
    with EmbeddedPostgres(var_dir) as url, psycopg.connect(url) as connection:
        words = connection.execute("SELECT to_tsvector('simple', 'كتاب، قلم')::text").fetchone()

    assert words == ("'قلم':2 'كتاب':1",)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another account")
def test_folders_above_are_opened_for_passing_not_for_looking(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir(mode=0o700)

    with EmbeddedPostgres(tmp_path / "home/var") as url:
        write(url, "coffee")

    assert (tmp_path / "home").stat().st_mode & 0o777 == 0o701
