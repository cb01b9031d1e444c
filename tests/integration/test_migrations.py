"""A database is brought up to date, whoever else is at it, and the tables are as they are said."""

import subprocess
import sys

import psycopg
import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from marketplace.adapters.postgres.migrations import ONE_AT_A_TIME, configuration, migrate, newest
from marketplace.adapters.postgres.tables import metadata


def _differences(url: str) -> list[object]:
    """What Alembic would still have to do to have the tables that the code speaks of."""
    engine = sa.create_engine(
        "postgresql+psycopg://", creator=lambda: psycopg.connect(url), poolclass=sa.NullPool
    )
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        return list(compare_metadata(context, metadata))


def test_a_new_database_gets_every_table(bare_database_url: str) -> None:
    assert _differences(bare_database_url) != []

    migrate(bare_database_url)

    assert _differences(bare_database_url) == []


def test_what_is_up_to_date_stays_as_it_is(bare_database_url: str) -> None:
    migrate(bare_database_url)

    migrate(bare_database_url)

    assert _differences(bare_database_url) == []


def test_the_newest_step_is_the_one_alembic_goes_to() -> None:
    history = ScriptDirectory.from_config(configuration(""))

    assert history.get_heads() == [newest()]


def test_a_server_that_has_nothing_to_migrate_does_not_wait_for_alembic(
    bare_database_url: str,
) -> None:
    migrate(bare_database_url)
    said = "import sys; from marketplace.adapters.postgres.migrations import migrate; "
    asked = "migrate(sys.argv[1]); sys.exit('alembic' in sys.modules)"

    again = subprocess.run([sys.executable, "-c", said + asked, bare_database_url], check=False)

    assert again.returncode == 0


def test_every_step_can_be_taken_back_and_repeated(bare_database_url: str) -> None:
    migrate(bare_database_url)

    command.downgrade(configuration(bare_database_url), "base")
    with psycopg.connect(bare_database_url) as connection:
        left = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        assert left.fetchall() == [("alembic_version",)]
    migrate(bare_database_url)

    assert _differences(bare_database_url) == []


def test_two_migrators_at_once_take_turns(bare_database_url: str) -> None:
    said = "import sys; from marketplace.adapters.postgres.migrations import migrate; "
    program = [sys.executable, "-c", said + "migrate(sys.argv[1])", bare_database_url]
    waiting = "SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    with psycopg.connect(bare_database_url, autocommit=True) as first_in_line:
        first_in_line.execute("SELECT pg_advisory_lock(%s)", [ONE_AT_A_TIME])

        both = [subprocess.Popen(program, stderr=subprocess.PIPE, text=True) for _ in range(2)]
        while first_in_line.execute(waiting).rowcount < len(both):
            assert [each.poll() for each in both] == [None, None]

    assert [(each.communicate()[1], each.returncode) for each in both] == [("", 0)] * 2
    assert _differences(bare_database_url) == []


def test_a_server_of_before_cannot_put_back_what_is_taken_down(bare_database_url: str) -> None:
    migrate(bare_database_url)
    with psycopg.connect(bare_database_url, autocommit=True) as connection:
        # Whose it is does not matter here.
        connection.execute("SET session_replication_role = replica")
        connection.execute(
            "INSERT INTO products (id, merchant_id, title, slug, description, status, tags,"
            " images, options, track_stock, price_from__minor, keywords, created_at,"
            " updated_at, version) VALUES (gen_random_uuid(), gen_random_uuid(), 'قلم', '', '',"
            " 'draft', '{}', '{}', '[]', true, 1, '', now(), now(), 7)"
        )
        connection.execute("UPDATE products SET takedown__at = now()")

        with pytest.raises(psycopg.errors.CheckViolation):
            connection.execute("UPDATE products SET status = 'active'")


def test_what_was_put_up_before_is_found_by_everyday_spellings_too(bare_database_url: str) -> None:
    migrate(bare_database_url)
    command.downgrade(configuration(bare_database_url), "0020")
    with psycopg.connect(bare_database_url, autocommit=True) as connection:
        # Whose it is does not matter here.
        connection.execute("SET session_replication_role = replica")
        for title in ("حذاء", "عباااءة", "قلم"):
            _put_up(connection, title)
        connection.execute(
            "INSERT INTO categories (id, merchant_id, name, slug, position, version)"
            " VALUES (gen_random_uuid(), gen_random_uuid(), 'ذهب', '', 1, 7)"
        )
        untouched = connection.execute("SELECT xmin FROM products WHERE title = 'قلم'").fetchall()

        migrate(bare_database_url)

        found = connection.execute(
            "SELECT title, version FROM products"
            " WHERE found_by @@ '''حزا'' | ''عبايه'''::tsquery ORDER BY title"
        )
        assert found.fetchall() == [("حذاء", 7), ("عباااءة", 7)]
        shelf = connection.execute("SELECT name FROM categories WHERE found_by @@ 'دهب'::tsquery")
        assert shelf.fetchall() == [("ذهب",)]
        same = connection.execute("SELECT xmin FROM products WHERE title = 'قلم'").fetchall()
        assert same == untouched


def test_what_was_put_up_before_is_found_by_two_words_as_one_too(bare_database_url: str) -> None:
    pair = "SELECT title, version FROM products WHERE found_by @@ %s::tsquery"
    migrate(bare_database_url)
    command.downgrade(configuration(bare_database_url), "0024")
    with psycopg.connect(bare_database_url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        for title in ("Lap Top", "Wi-Fi", "قلم", "آيفون", "2 قطعة"):
            _put_up(connection, title)
        untouched = connection.execute("SELECT xmin FROM products WHERE title = 'قلم'").fetchall()

        migrate(bare_database_url)

        assert connection.execute(pair, ["'laptop'"]).fetchall() == []
        assert connection.execute(pair, ["'+laptop'"]).fetchall() == [("Lap Top", 7)]
        assert connection.execute(pair, ["'+wifi'"]).fetchall() == [("Wi-Fi", 7)]
        assert connection.execute(pair, ["'iphone'"]).fetchall() == [("آيفون", 7)]
        same = connection.execute("SELECT xmin FROM products WHERE title = 'قلم'").fetchall()
        assert same == untouched

        command.downgrade(configuration(bare_database_url), "0024")

        assert connection.execute(pair, ["'laptop'"]).fetchall() == [("Lap Top", 7)]
        assert connection.execute(pair, ["'+laptop' | 'iphone'"]).fetchall() == []


def _put_up(connection: psycopg.Connection, title: str) -> None:
    """A product of a store that does not matter."""
    connection.execute(
        "INSERT INTO products (id, merchant_id, title, slug, description, status, tags,"
        " images, options, track_stock, price_from__minor, keywords, created_at,"
        " updated_at, version) VALUES (gen_random_uuid(), gen_random_uuid(), %s, '', '',"
        " 'active', '{}', '{}', '[]', true, 1, '', now(), now(), 7)",
        [title],
    )
