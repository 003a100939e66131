"""What is offered when a search found nothing."""

import pytest

from shop.catalogue.listing import ListQuery
from shop.catalogue.near_words import near_searches


@pytest.fixture
def shelf(save):
    save("MAT01", title="Classic Spike Mat")
    save("PIL01", title="Half-Round Neck Pillow", type="spike_pillow", areas=("neck",))
    save("BAL01", title="Balle de Li\u00e8ge", type="massage_ball")
    save("OLD01", title="Withdrawn Trampoline", status="archived")


@pytest.mark.usefixtures("shelf")
@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("nek pillow", ("neck pillow", "neck", "pillow")),
        ("neck pilows", ("neck pillow", "neck", "pillow")),
        ("massge", ("massage",)),
        ("liege rouge", ("liege",)),
        ("spike pillow trampoline", ("spike pillow", "spike", "pillow")),
        ("trampolin", ()),
        ("x", ()),
        ("the", ()),
        ("", ()),
    ],
)
def test_the_nearest_words_on_sale_are_offered_and_each_finds_something(session, typed, offered):
    assert near_searches(session, ListQuery(q=typed)) == offered


@pytest.mark.usefixtures("shelf")
def test_what_the_other_filters_leave_nothing_of_is_not_offered(session):
    assert near_searches(session, ListQuery(q="pilow", area="neck")) == ("pillow",)
    assert near_searches(session, ListQuery(q="pilow", area="feet")) == ()
