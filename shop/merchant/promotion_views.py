"""Promotions: the list, a new one, a change, an end. Every change is in the record."""

from dataclasses import dataclass
from datetime import datetime

from flask import Response, request
from sqlalchemy.exc import IntegrityError

from shop.audit import service as audit
from shop.clock import utc_now
from shop.content.claims import find_claims
from shop.merchant.pages import blueprint, me, merchant_page, see, token_meta
from shop.merchant.promotion_forms import PromotionForm, last_day, percent_words, shown
from shop.money import Money, format_money
from shop.pricing.service import zones
from shop.promotions import editing
from shop.promotions.models import Promotion
from shop.promotions.rules import normal_code
from shop.promotions.states import PromotionKind
from shop.web import config, db, transaction

TAKEN = "There is a promotion with this code already. Ended ones keep their codes."


@dataclass(frozen=True, slots=True)
class Row:
    """One promotion in the list: what it takes off and where it stands, in words."""

    promotion: Promotion
    takes_off: str
    days: str
    state: str


@blueprint.get("/promotions")
def promotions() -> Response:
    """All promotions, the newest first."""
    now = utc_now()
    rows = [Row(each, _takes_off(each), _days(each), _state(each, now)) for each in editing.list_promotions(db())]
    return merchant_page("promotions.html", rows=rows, section="promotions", done=request.args.get("done"))


@blueprint.route("/promotions/new", methods=["GET", "POST"])
def promotion_new() -> Response:
    """A new promotion, with a code or without."""
    form = PromotionForm(request.form, meta=token_meta()).offer(_currencies())
    if request.method == "GET" or not _is_fine(form, None):
        return _form_page(form, None)
    code, now = normal_code(form.code.data) or None, utc_now()
    try:
        with transaction() as session:
            added = editing.add_promotion(session, code, form.values(), now=now)
            audit.record(
                session,
                actor=me().actor,
                action="promotion.created",
                subject=f"promotion:{added.id}",
                changes=audit.difference({}, editing.plain_values(added)),
                now=now,
            )
    except IntegrityError:  # the same code, saved by somebody else at this very moment
        form.code.errors = [TAKEN]
        return _form_page(form, None)
    return see("promotions", done="created")


@blueprint.route("/promotions/<int:promotion_id>", methods=["GET", "POST"])
def promotion_edit(promotion_id: int) -> Response:
    """Change a promotion; its code stays."""
    promotion = editing.get_promotion(db(), promotion_id)
    if request.method == "GET":
        return _form_page(PromotionForm(meta=token_meta(), data=shown(promotion)).offer(_currencies()), promotion)
    form = PromotionForm(request.form, meta=token_meta()).offer(_currencies())
    if not _is_fine(form, promotion):
        return _form_page(form, promotion)
    with transaction() as session:
        before = editing.plain_values(promotion)
        editing.change_promotion(session, promotion, form.values())
        audit.record(
            session,
            actor=me().actor,
            action="promotion.changed",
            subject=f"promotion:{promotion.id}",
            changes=audit.difference(before, editing.plain_values(promotion)),
            now=utc_now(),
        )
    return see("promotions", done="saved")


@blueprint.post("/promotions/<int:promotion_id>/end")
def promotion_end(promotion_id: int) -> Response:
    """It holds no more from now on."""
    now = utc_now()
    with transaction() as session:
        promotion = editing.get_promotion(session, promotion_id)
        before = editing.plain_values(promotion)
        editing.end_promotion(session, promotion, now=now)
        audit.record(
            session,
            actor=me().actor,
            action="promotion.ended",
            subject=f"promotion:{promotion.id}",
            changes=audit.difference(before, editing.plain_values(promotion)),
            now=now,
        )
    return see("promotions", done="ended")


def _is_fine(form: PromotionForm, promotion: Promotion | None) -> bool:
    """Whether all of it can be saved: the fields by themselves, the title's words, the code, the products."""
    is_fine = form.validate()
    claims = find_claims(form.title.data or "", locale=config().locale)
    if claims:
        form.title.errors = [*form.title.errors, *(f"“{claim.words}”: {claim.why}" for claim in claims)]
    if promotion is None and editing.is_code_taken(db(), normal_code(form.code.data)):
        form.code.errors = [*form.code.errors, TAKEN]
    unknown = editing.unknown_products(db(), form.skus())
    if unknown:
        form.products.errors = [*form.products.errors, f"There is no product {unknown[0][:40]}."]
    return is_fine and not form.errors


def _form_page(form: PromotionForm, promotion: Promotion | None) -> Response:
    state = _state(promotion, utc_now()) if promotion is not None else ""
    return merchant_page(
        "promotion.html",
        422 if form.errors else 200,
        form=form,
        promotion=promotion,
        state=state,
        section="promotions",
    )


def _currencies() -> tuple[str, ...]:
    """The shop's own currency first, then those of its zones."""
    return tuple(dict.fromkeys([config().currency, *(zone.currency for zone in zones(config()).zones)]))


def _takes_off(promotion: Promotion) -> str:
    if promotion.kind is PromotionKind.PERCENT:
        return f"{percent_words(promotion.rate_millionths)} %"
    if promotion.kind is PromotionKind.AMOUNT:
        return format_money(Money(promotion.amount_minor, promotion.currency), config().locale)
    return "Delivery"


def _days(promotion: Promotion) -> str:
    """The first and the last day, both included."""
    first = f"from {promotion.starts_at:%Y-%m-%d}" if promotion.starts_at is not None else ""
    last = f"until {last_day(promotion.ends_at):%Y-%m-%d}" if promotion.ends_at is not None else ""
    return " ".join(filter(None, (first, last))) or "always"


def _state(promotion: Promotion, now: datetime) -> str:
    if promotion.ends_at is not None and promotion.ends_at <= now:
        return "ended"
    if promotion.starts_at is not None and now < promotion.starts_at:
        return "planned"
    if promotion.most_orders is not None and promotion.used >= promotion.most_orders:
        return "used up"
    return "running"
