"""A small archive in an SQLite file and questions to it, for the tests of the target."""

import sqlite3
from contextlib import closing

RECORDS = 20


def make(path, journal="delete", html="<p>x</p>"):
    """A small archive; the connection is closed, so nothing lies beside the file."""
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"PRAGMA journal_mode={journal}")
        database.execute(
            "CREATE TABLE articles (id INTEGER PRIMARY KEY, html TEXT NOT NULL, date TEXT UNIQUE)"
        )
        rows = [(html,)] * RECORDS
        database.executemany("INSERT INTO articles (html) VALUES (?)", rows)
        database.commit()
    return path


def ask(path, sql, *params):
    """The rows of a statement; what it writes is committed."""
    with closing(sqlite3.connect(path)) as database, database:
        return database.execute(sql, params).fetchall()


def dated(path):
    return ask(path, "SELECT count(*) FROM articles WHERE date IS NOT NULL")[0][0]


def put_date(connection, n):
    connection.exec_driver_sql("UPDATE articles SET date = ? WHERE id = ?", (f"day {n}", n))
