"""What an operator sees: health, readiness, metrics, logs, backup and restore."""

import sqlite3
import threading
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from shop import backup, schema
from shop.db import make_engine
from tests.conftest import MakeApp
from tests.databases import SqliteDatabases


def test_it_is_alive_and_ready(client: FlaskClient) -> None:
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").text == "ready\n"


def test_a_database_of_another_release_is_not_ready(app: Flask, client: FlaskClient) -> None:
    with app.extensions["tsubo"].engine.begin() as connection:
        connection.execute(text(f"UPDATE {schema.VERSION_TABLE} SET version_num = '0000'"))

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert "0000" in answer.text


def test_metrics_are_shown_to_the_token_only(make_app: MakeApp) -> None:
    client = make_app(SHOP_METRICS_TOKEN="open-sesame").test_client()
    client.get("/healthz")

    refused = client.get("/metrics")
    shown = client.get("/metrics", headers={"Authorization": "Bearer open-sesame"})

    assert refused.status_code == 404
    assert 'shop_requests_total{endpoint="shop.ops.health",status="200"} 1.0' in shown.text


def test_without_a_token_nobody_sees_metrics(client: FlaskClient) -> None:
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


def test_every_answer_carries_the_security_headers(client: FlaskClient) -> None:
    headers = client.get("/no-such-page").headers

    assert headers["Content-Security-Policy"].startswith("default-src 'self'")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "Cookie" in headers["Vary"]
    assert "Set-Cookie" not in headers


def test_https_brings_hsts(make_app: MakeApp) -> None:
    client = make_app(SHOP_BASE_URL="https://shop.test").test_client()

    assert "max-age" in client.get("/healthz").headers["Strict-Transport-Security"]


def test_a_backup_taken_while_writing_restores_whole(sqlite_databases: SqliteDatabases, tmp_path: Path) -> None:
    with sqlite_databases.fresh() as url:
        engine = make_engine(url)
        with engine.begin() as connection:
            connection.execute(text("INSERT INTO shop_stock_level VALUES ('A', 5, 0, 0)"))
        backup.back_up(engine, tmp_path / "copy.db")
        with engine.begin() as connection:
            connection.execute(text("DELETE FROM shop_stock_level"))

        backup.restore(engine, tmp_path / "copy.db")

        with engine.connect() as connection:
            assert connection.execute(text("SELECT available FROM shop_stock_level")).scalar() == 5
        engine.dispose()


def test_a_damaged_backup_is_refused_and_changes_nothing(sqlite_databases: SqliteDatabases, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.db"
    damaged.write_bytes(b"SQLite format 3\0" + b"nonsense" * 400)
    with sqlite_databases.fresh() as url:
        engine = make_engine(url)

        with pytest.raises(backup.BackupError, match="no readable database"):
            backup.restore(engine, damaged)

        assert schema.current_revision(engine) == schema.head_revision()
        engine.dispose()


def test_a_database_of_something_else_is_no_backup(sqlite_databases: SqliteDatabases, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    connection = sqlite3.connect(other)
    connection.execute("CREATE TABLE unrelated (id)")
    connection.close()
    with sqlite_databases.fresh() as url:
        engine = make_engine(url)

        with pytest.raises(backup.BackupError, match="holds no shop"):
            backup.restore(engine, other)

        engine.dispose()


def test_a_backup_never_overwrites(sqlite_databases: SqliteDatabases, tmp_path: Path) -> None:
    target = tmp_path / "taken.db"
    target.write_text("precious")
    with sqlite_databases.fresh() as url:
        engine = make_engine(url)

        with pytest.raises(backup.BackupError, match="exists"):
            backup.back_up(engine, target)

        assert target.read_text() == "precious"
        engine.dispose()


def test_commands_speak_in_sentences(app: Flask, tmp_path: Path) -> None:
    runner = app.test_cli_runner()

    weak = runner.invoke(args=["shop", "add-merchant", "m@shop.test", "--password-from", "P"], env={"P": "short"})
    added = runner.invoke(
        args=["shop", "add-merchant", "m@shop.test", "--password-from", "P"], env={"P": "blue lamp river"}
    )
    removed = runner.invoke(args=["shop", "remove-merchant", "nobody@shop.test"])

    assert (weak.exit_code, weak.output) == (1, "Error: Use 10 characters or more.\n")
    assert added.output == "m@shop.test may sign in.\n"
    assert removed.output == "Error: Nobody signs in as nobody@shop.test.\n"


def test_a_value_that_no_column_can_hold_is_bad_input(client: FlaskClient) -> None:
    answers = [
        client.get("/products/%00"),
        client.get("/order/%00%00"),
        client.post("/newsletter", data={"email": "a\0b@shop.test"}),
        client.get("/products?page=" + "9" * 40),
        client.post("/cart/add", data={"sku": "A\0B", "quantity": "9" * 40}),
    ]

    assert {answer.status_code for answer in answers} <= {200, 404, 422}


def test_a_form_token_of_odd_letters_is_refused_and_breaks_nothing(client: FlaskClient) -> None:
    client.set_cookie("tsubo_cart", "some-token", domain="shop.test")

    answers = [client.post(path, data={"csrf_token": "é\ud7ff"}) for path in ("/cart/update", "/merchant/sign-in")]

    assert {answer.status_code for answer in answers} <= {403, 404, 422}


def test_search_finds_products_after_the_index_was_made_anew(app: Flask, client: FlaskClient) -> None:
    runner = app.test_cli_runner()
    runner.invoke(args=["shop", "load-demo"])
    before = client.get("/products?q=lumbar").text.count("Lumbar")

    runner.invoke(args=["shop", "downgrade", "0001"])
    runner.invoke(args=["shop", "upgrade"])

    assert before > 0
    assert client.get("/products?q=lumbar").text.count("Lumbar") == before


def test_a_demo_that_starts_again_keeps_what_its_merchant_changed(app: Flask) -> None:
    runner = app.test_cli_runner()
    runner.invoke(args=["shop", "load-demo", "--keep"])
    with app.extensions["tsubo"].engine.begin() as connection:
        connection.execute(text("UPDATE shop_product SET title = 'Mine' WHERE sku = 'MAT01'"))

    again = runner.invoke(args=["shop", "load-demo", "--keep"])

    assert again.output == "There are products already. Nothing changed.\n"
    with app.extensions["tsubo"].engine.connect() as connection:
        assert connection.scalar(text("SELECT title FROM shop_product WHERE sku = 'MAT01'")) == "Mine"


def test_the_demo_sells_a_mat_and_a_pillow_at_one_price(app: Flask, client: FlaskClient) -> None:
    runner = app.test_cli_runner()

    first, again = (runner.invoke(args=["shop", "load-demo"]).output for _ in range(2))
    page = client.get("/products/classic-mat-and-neck-pillow-bundle").text

    assert (first, again) == ("49 products created, 0 changed.\n", "0 products created, 0 changed.\n")
    assert "$52.00" in page
    for part in ("Classic Spike Mat", "Half-Round Spike Neck Pillow"):
        assert part in page
    with app.extensions["tsubo"].engine.connect() as connection:
        prices = "SELECT sum(price_from_minor) FROM shop_product WHERE sku IN ('MAT01', 'PIL01')"
        assert connection.scalar(text(prices)) > 5200


def test_a_filled_database_goes_down_and_up_and_keeps_its_rows(app: Flask) -> None:
    runner = app.test_cli_runner()
    runner.invoke(args=["shop", "load-demo"])
    engine = app.extensions["tsubo"].engine
    count = text("SELECT count(*), sum(price_from_minor) FROM shop_product")
    with engine.connect() as connection:
        before = connection.execute(count).one()

    for revision in ("0001", "head"):
        done = runner.invoke(args=["shop", "downgrade" if revision == "0001" else "upgrade", revision])
        assert done.exit_code == 0, done.output

    with engine.connect() as connection:
        assert connection.execute(count).one() == before
    assert schema.differences(engine) == []


def test_an_error_in_the_log_names_no_value(
    make_app: MakeApp, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app(TESTING=False)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    engine = app.extensions["tsubo"].engine

    def broken() -> str:
        with engine.connect() as connection:
            return str(connection.execute(text("SELECT :it FROM no_such_table"), {"it": "ann@example.com"}))

    monkeypatch.setitem(app.view_functions, "shop.ops.health", broken)

    answer = app.test_client().get("/healthz")

    written = capsys.readouterr()
    assert answer.status_code in (500, 503)
    assert "ann@example.com" not in written.err + written.out + answer.text


def test_a_backup_ends_while_the_shop_is_written_to(sqlite_databases: SqliteDatabases, tmp_path: Path) -> None:
    with sqlite_databases.fresh() as url:
        engine = make_engine(url)
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE shop_ballast (words TEXT)"))
            connection.execute(text("INSERT INTO shop_ballast VALUES (:it)"), [{"it": "x" * 4000}] * 4000)
        stop = threading.Event()

        def keep_writing() -> None:
            while not stop.wait(0.01):
                with engine.begin() as connection:
                    connection.execute(text("INSERT INTO shop_ballast VALUES ('more')"))

        writer = threading.Thread(target=keep_writing)
        writer.start()
        try:
            size = backup.back_up(engine, tmp_path / "copy.db")
        finally:
            stop.set()
            writer.join()

        assert size > 4000 * 4000
        engine.dispose()
