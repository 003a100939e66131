"""What a guest types at checkout, and what they are told when it cannot be right."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from wtforms import BooleanField, RadioField, SelectField, StringField
from wtforms.validators import StopValidation, ValidationError

from shop.cart.rules import CartView
from shop.checkout.rules import CheckoutDetails, is_phone, postal_code_trouble
from shop.csrf import ProtectedForm
from shop.email_address import is_email, one_spelling
from shop.money import Money
from shop.pricing.countries import country_choices
from shop.pricing.rules import Place, ShippingMethod, Zone, Zones, delivery_price

WHOLE = re.compile(r"[0-9]{1,9}", re.ASCII)
TOKEN = re.compile(r"[0-9a-f]{64}", re.ASCII)


def clean(text: str | None) -> str:
    """One line without control characters and with single blanks."""
    kept = "".join(" " if unicodedata.category(letter) in ("Cc", "Zl", "Zp") else letter for letter in text or "")
    return " ".join(kept.split())


def filled(sentence: str, longest: int) -> Callable[[Any, Any], None]:
    """A check that there is something, and not too much of it."""

    def check(_form: Any, field: Any) -> None:
        if not field.data:
            raise StopValidation(sentence)
        if len(field.data) > longest:
            raise StopValidation(f"This is too long: {longest} characters at the most.")

    return check


def short(longest: int) -> Callable[[Any, Any], None]:
    """A check that an optional text is not too long."""

    def check(_form: Any, field: Any) -> None:
        if len(field.data or "") > longest:
            raise StopValidation(f"This is too long: {longest} characters at the most.")

    return check


class DetailsForm(ProtectedForm):
    """Contact, address and way of delivery on one page: seven fields to fill in where a state is asked, else six."""

    offered: tuple[tuple[ShippingMethod, Money | None], ...] = ()

    email = StringField("E-mail address", [filled("Enter your e-mail address.", 254)], [clean, one_spelling])
    full_name = StringField("Full name", [filled("Enter your full name.", 120)], [clean])
    country = SelectField("Country", validate_choice=False)
    line1 = StringField("Street and number", [filled("Enter street and number.", 160)], [clean])
    line2 = StringField("Flat, building, company (optional)", [short(160)], [clean])
    city = StringField("Town or city", [filled("Enter your town or city.", 120)], [clean])
    region = SelectField("State", validate_choice=False)
    postal_code = StringField("Postcode or ZIP code", [short(20)], [clean])
    phone = StringField("Phone (optional)", [short(40)], [clean])
    method = RadioField("Delivery", validate_choice=False)
    seen_offer = StringField("Offer")

    def validate_email(self, field: Any) -> None:
        """One @, a domain, nothing odd."""
        if not is_email(field.data):
            raise ValidationError("Enter an e-mail address such as name@example.com.")

    def validate_country(self, field: Any) -> None:
        """A country the shop delivers to."""
        if field.data not in {code for code, _ in field.choices}:
            raise ValidationError("Choose a country from the list.")

    def validate_region(self, field: Any) -> None:
        """Needed where the country's tax depends on it."""
        if field.choices and field.data not in {code for code, _ in field.choices if code}:
            raise ValidationError("Choose your state.")

    def validate_postal_code(self, field: Any) -> None:
        """Mild: only what cannot be a postcode of that country."""
        trouble = postal_code_trouble(self.country.data or "", field.data)
        if trouble is not None:
            raise ValidationError(trouble)

    def validate_phone(self, field: Any) -> None:
        """Optional, but if there is one it should ring."""
        if field.data and not is_phone(field.data):
            raise ValidationError("Enter a phone number such as +1 415 555 0100, or leave it empty.")

    def offer(self, zones: Zones, locale: str, contents: CartView) -> "DetailsForm":
        """Fill in what can be chosen: countries, the states of the one chosen, its ways of delivery with their prices.

        A price is None where it is known only once the goods are priced in that zone's currency.
        """
        place = contents.place
        zone = zones.find(self.country.data or place.country) or place.zone
        code = self.country.data if self.country.data in zone.countries else place.country
        regions = zone.countries[code].regions if code in zone.countries else {}
        self.country.choices = country_choices(zones, locale)
        self.region.choices = [("", "Choose a state"), *regions.items()] if regions else []
        self.method.choices = [(method.code, method.title) for method in zone.methods]
        if zone.find_method(self.method.data) is None:
            self.method.data = zone.methods[0].code
        self.offered = tuple((method, _price(contents, zone, method)) for method in zone.methods)
        return self

    def fill(self, kept: CheckoutDetails | None, place: Place) -> "DetailsForm":
        """Put in what is known already; nothing is asked twice."""
        if kept is not None:
            for name in ("email", "full_name", "line1", "line2", "city", "postal_code", "phone"):
                self[name].data = getattr(kept, name)
        self.country.data, self.region.data, self.method.data = place.country, place.region or "", place.method.code
        return self

    def offer_seen(self) -> int | None:
        """The offer that the page showed; None for anything our page would not send."""
        given = self.seen_offer.data or ""
        return int(given) if WHOLE.fullmatch(given) else None

    def details(self) -> CheckoutDetails:
        """What was typed, once it is valid."""
        return CheckoutDetails(
            email=self.email.data or "",
            full_name=self.full_name.data or "",
            phone=self.phone.data or "",
            line1=self.line1.data or "",
            line2=self.line2.data or "",
            city=self.city.data or "",
            region=(self.region.data or "") if self.region.choices else "",
            postal_code=self.postal_code.data or "",
            country=self.country.data or "",
        )


class PlaceForm(ProtectedForm):
    """The button of the check page. `checkout_token` makes the second click find the first one's order."""

    ask_later = BooleanField("Ask me once about each thing, two weeks after its parcel leaves, whether it helped")
    checkout_token = StringField("Checkout")
    again = StringField("Again")

    def token(self) -> str:
        """The checkout token, or "" for anything our page would not send."""
        given = self.checkout_token.data or ""
        return given if TOKEN.fullmatch(given) else ""


def _price(contents: CartView, zone: Zone, method: ShippingMethod) -> Money | None:
    """What a way of delivery costs for this cart, as its page and the check page say it."""
    known = {offer.method.code: offer.price for offer in contents.deliveries}
    if zone.code == contents.place.zone.code:
        return known[method.code]
    if zone.currency != contents.quote.currency:
        return None
    deduction = contents.promotion.deduction
    if deduction is not None and deduction.frees_delivery:
        return Money(0, zone.currency)
    return delivery_price(replace(contents.place, zone=zone), contents.items, method)
