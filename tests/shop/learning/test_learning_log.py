"""The log itself: what is written once, what finds its row, what is erased."""

from datetime import timedelta

import pytest
from sqlalchemy import func, inspect, select
from sqlalchemy.orm import Session

from shop.keys import Keyring
from shop.learning import privacy, service
from shop.learning.models import Candidate, Impression, OutcomeTag
from shop.learning.rules import MOST_LISTS, TAG_DAYS, list_id
from shop.learning.states import Fate
from shop.learning.tags import TAG_KEYS, new_tag
from tests.make import make_product
from tests.shop.learning.conftest import SECRET
from tests.shop.learning.lists import LATER, OTHER, TODAY, VISIT, make_list, show

LINE, OTHER_LINE = 11, 12


def rows(session: Session) -> list[Candidate]:
    session.expire_all()
    return list(session.scalars(select(Candidate).order_by(Candidate.sku, Candidate.impression_id)))


def count(session: Session, table: type) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def bought_mat(session: Session, *, tag: bool = True) -> None:
    """MAT01 was shown, put into the cart, ordered and paid."""
    make_product(session, "MAT01")
    show(session, make_list("MAT01"))
    service.note_added(session, VISIT, "MAT01-CHARCOAL")
    if tag:
        service.tag_lines(session, VISIT, {LINE: "MAT01-CHARCOAL"}, today=TODAY)
        service.note_bought(session, [LINE])


def test_a_list_is_written_once_however_often_it_is_shown(log: Session) -> None:
    shown = make_list("A", "B", "C")

    before = service.is_noted(log, VISIT, shown, visible=3)
    for _ in range(3):
        show(log, shown)

    assert not before
    assert service.is_noted(log, VISIT, shown, visible=3)
    assert (count(log, Impression), count(log, Candidate)) == (1, 3)
    assert [(row.sku, row.position, row.propensity) for row in rows(log)] == [
        ("A", 1, 1.0),
        ("B", 2, 1.0),
        ("C", 3, 1.0),
    ]


def test_what_a_second_look_brings_to_light_joins_the_same_list(log: Session) -> None:
    shown = make_list("A", "B", "C", "D")

    show(log, shown, visible=3)
    is_enough = service.is_noted(log, VISIT, shown, visible=4)
    show(log, shown, visible=4)

    assert not is_enough
    assert (count(log, Impression), [row.position for row in rows(log)]) == (1, [1, 2, 3, 4])


def test_changed_answers_make_another_list_and_going_back_makes_the_first_one_the_last_seen(log: Session) -> None:
    make_product(log, "MAT01")
    first, second = make_list("MAT01", fit=10), make_list("MAT01", fit=20)

    for shown in (first, second, first):
        show(log, shown)
    service.note_opened(log, VISIT, "MAT01")

    assert count(log, Impression) == 2
    assert {row.features["area"]: row.opened for row in rows(log)} == {10: True, 20: False}


def test_a_visit_that_never_ends_is_not_logged_for_ever(log: Session) -> None:
    answers = [show(log, make_list("A", fit=fit)) for fit in range(MOST_LISTS + 5)]

    assert answers == [True] * MOST_LISTS + [False] * 5
    assert count(log, Impression) == MOST_LISTS


def test_only_the_visit_that_was_shown_a_product_opens_it(log: Session) -> None:
    show(log, make_list("A"))

    service.note_opened(log, OTHER, "A")
    service.note_opened(log, VISIT, "B")

    assert [row.opened for row in rows(log)] == [False]


def test_a_purchase_finds_its_row_by_a_digest_that_leads_nowhere_else(log: Session) -> None:
    bought_mat(log)

    row, tag = rows(log)[0], log.scalars(select(OutcomeTag)).one()

    assert (row.added, row.bought, row.fate) == (True, True, Fate.OPEN)
    assert tag.tag == Keyring([SECRET]).mac("learning-outcome", f"order-line:{LINE}")
    assert str(LINE) not in {tag.impression_id, row.sku}


def test_what_was_not_put_into_the_cart_after_it_was_shown_says_nothing_of_the_list(log: Session) -> None:
    make_product(log, "MAT01")
    show(log, make_list("MAT01"))

    tagged = service.tag_lines(log, VISIT, {LINE: "MAT01-CHARCOAL"}, today=TODAY)

    assert (tagged, count(log, OutcomeTag)) == (0, 0)


def test_the_credit_goes_to_the_list_from_which_it_was_put_into_the_cart(log: Session) -> None:
    make_product(log, "MAT01")
    show(log, make_list("MAT01", fit=10))
    service.note_added(log, VISIT, "MAT01-CHARCOAL")
    show(log, make_list("MAT01", fit=20))

    service.tag_lines(log, VISIT, {LINE: "MAT01-CHARCOAL"}, today=TODAY)
    service.note_bought(log, [LINE])

    assert {row.features["area"]: row.bought for row in rows(log)} == {10: True, 20: False}


def test_orders_of_nobody_who_agreed_change_nothing(log: Session) -> None:
    bought_mat(log, tag=False)

    service.note_bought(log, [LINE, OTHER_LINE])
    service.note_sent(log, [LINE])
    service.note_returned(log, [LINE])
    service.note_helped(log, LINE, 9)

    row = rows(log)[0]
    assert (row.bought, row.sent, row.fate, row.helped) == (False, False, Fate.OPEN, None)


def test_a_session_without_keys_finds_no_row(session: Session) -> None:
    bought_mat(session)

    assert new_tag(session, LINE) is None
    assert (count(session, OutcomeTag), rows(session)[0].bought) == (0, False)


def test_after_a_change_of_keys_the_older_digests_are_still_found(log: Session) -> None:
    bought_mat(log)

    log.info[TAG_KEYS] = Keyring(["a-newer-secret-for-tests-0123456789abcdef", SECRET])
    service.note_returned(log, [LINE])

    assert rows(log)[0].fate is Fate.RETURNED


def test_a_cancelled_order_that_is_paid_after_all_is_open_again(log: Session) -> None:
    bought_mat(log)

    service.note_returned(log, [LINE])
    service.note_bought(log, [LINE])

    assert rows(log)[0].fate is Fate.OPEN


def test_a_mark_is_kept_and_the_last_one_counts(log: Session) -> None:
    bought_mat(log)

    service.note_helped(log, LINE, 3)
    service.note_helped(log, LINE, 8)

    assert rows(log)[0].helped == 8
    with pytest.raises(ValueError, match="from 0 to 10"):
        service.note_helped(log, LINE, 11)


@pytest.mark.parametrize(
    ("sent", "returned", "fate"),
    [(True, False, Fate.KEPT), (False, False, Fate.OPEN), (True, True, Fate.RETURNED)],
)
def test_tags_end_after_sixty_days_and_what_was_sent_and_did_not_come_back_was_kept(
    log: Session, sent: bool, returned: bool, fate: Fate
) -> None:
    bought_mat(log)
    if sent:
        service.note_sent(log, [LINE])
    if returned:
        service.note_returned(log, [LINE])

    early = service.delete_expired(log, TODAY + timedelta(days=TAG_DAYS - 1))
    due = service.delete_expired(log, TODAY + timedelta(days=TAG_DAYS))
    service.note_helped(log, LINE, 1)

    assert (early, due, count(log, OutcomeTag)) == (0, 1, 0)
    assert (rows(log)[0].fate, rows(log)[0].helped) == (fate, None)


def test_a_row_is_erased_after_its_own_day_with_all_that_hangs_on_it(log: Session) -> None:
    bought_mat(log)

    on_the_day = service.delete_expired(log, LATER - timedelta(days=400))
    service.delete_expired(log, LATER)
    still = count(log, Impression)
    service.delete_expired(log, LATER + timedelta(days=1))

    assert (on_the_day, still) == (0, 1)
    assert [count(log, table) for table in (Impression, Candidate, OutcomeTag)] == [0, 0, 0]


def test_its_visitor_gets_everything_and_erases_everything(log: Session) -> None:
    bought_mat(log)
    show(log, make_list("MAT01"), visit=OTHER)

    export = privacy.export_visit(log, VISIT.mark)
    gone = privacy.erase_visit(log, VISIT.mark)

    assert export[0]["id"] == list_id(VISIT, make_list("MAT01")), "the id by which the shop can replay this very list"
    assert export[0]["day"] == "2026-06-01"
    assert export[0]["products"][0] | {"bought": True, "added": True} == export[0]["products"][0]
    assert export[0]["products"][0]["fit_in_64ths"] == {"area": 32, "price": -1}
    assert privacy.titles(log, export) == {"MAT01": "Mat MAT01"}
    assert gone == 1
    assert privacy.export_visit(log, VISIT.mark) == []
    assert (count(log, Impression), count(log, OutcomeTag)) == (1, 0), "somebody else's visit stays"


def test_an_export_leaves_no_column_out(log: Session) -> None:
    bought_mat(log)

    shown = privacy.export_visit(log, VISIT.mark)[0]

    columns = {table: {column.key for column in inspect(table).columns} for table in (Impression, Candidate)}
    known_by = {"erase_on": "erased_on", "model_id": "model", "rules_id": "rules", "features": "fit_in_64ths"}
    assert {known_by.get(name, name) for name in columns[Impression]} | {"products"} == set(shown)
    product = shown["products"][0]
    kept = columns[Candidate] - {"impression_id"}
    assert {known_by.get(name, name) for name in kept} | {"order_links"} == set(product)
    link = log.scalars(select(OutcomeTag)).one()
    assert product["order_links"] == [{"digest": link.tag, "deleted_on": (TODAY + timedelta(days=60)).isoformat()}]


def test_the_log_has_no_time_finer_than_the_day_and_no_order_of_its_rows(log: Session) -> None:
    columns = [column for table in (Impression, Candidate, OutcomeTag) for column in inspect(table).columns]

    finer = [column for column in columns if "time" in str(column.type).lower()]
    counted = [column for column in columns if column.primary_key and column.autoincrement is True]

    assert finer == []
    assert counted == []
    assert {str(column.type) for column in columns if column.key in ("day", "erase_on", "made_on")} == {"DATE"}
    assert all(table.__table__.dialect_options["sqlite"]["with_rowid"] is False for table in (Impression, Candidate))
