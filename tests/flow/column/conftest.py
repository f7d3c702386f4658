"""A shop whose products lack labels, and a table of values for them."""

import sqlite3
from contextlib import closing

import pytest


@pytest.fixture
def shop(tmp_path):
    """100 products with a composite key; every fourth has a label."""
    path = tmp_path / "shop.sqlite"
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(
            "CREATE TABLE products (shelf INT, place TEXT, title TEXT, label TEXT, price REAL,"
            " stock INT CHECK (stock < 90), country TEXT, PRIMARY KEY (shelf, place))"
        )
        rows = [
            (n // 10, f"p{n % 10}", f"Title {n}", f"own {n}" if n % 4 == 0 else None, "DE")
            for n in range(100)
        ]
        db.executemany(
            "INSERT INTO products (shelf, place, title, label, country) VALUES (?,?,?,?,?)", rows
        )
        db.execute("CREATE TABLE countries (code TEXT, name TEXT)")
        db.execute("INSERT INTO countries VALUES ('DE', 'Germany'), ('XX', ''), ('YY', NULL)")
    return path


@pytest.fixture
def table_of_values(tmp_path):
    path = tmp_path / "values.csv"
    lines = [f'"Title {n}",value {n}' for n in range(90)]
    path.write_text(
        "t,v\n" + "\n".join(lines) + '\nTitle 5,other\nTitle 6,value 6\nx,"y\nTitle 7\n'
    )
    return path
