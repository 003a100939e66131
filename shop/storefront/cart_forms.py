"""What a visitor may send to their cart."""

from collections.abc import Mapping

from wtforms import RadioField, SelectField, StringField

from shop.cart.rules import CartView
from shop.csrf import ProtectedForm, ShopForm
from shop.pricing.countries import country_choices
from shop.pricing.rules import Zones


class AddForm(ShopForm):
    """Add to cart: stands on pages that everybody shares, so it carries no token."""

    sku = StringField("Product")
    quantity = StringField("Quantity", default="1")
    for_somebody_else = StringField("For somebody else")


class LineForm(ProtectedForm):
    """Change, remove or put back one line."""

    sku = StringField("Product")
    quantity = StringField("Quantity")
    prices = StringField("Prices")


class CodeForm(ProtectedForm):
    """The code of a promotion, or the button that takes it away."""

    code = StringField("Code")


class DeliveryForm(ProtectedForm):
    """Where to and how, before anything personal is asked."""

    country = SelectField("Country", validate_choice=False)
    region = SelectField("State", validate_choice=False)
    method = RadioField("Delivery", validate_choice=False)

    def offer(self, zones: Zones, cart: CartView, locale: str) -> "DeliveryForm":
        """Fill in what can be chosen for this cart, and what is."""
        regions: Mapping[str, str] = cart.place.zone.countries[cart.place.country].regions
        self.country.choices = country_choices(zones, locale)
        self.region.choices = [("", "Choose a state"), *regions.items()] if regions else []
        self.method.choices = [(offer.method.code, offer.method.title) for offer in cart.deliveries]
        self.country.data, self.region.data = cart.place.country, cart.place.region or ""
        self.method.data = cart.place.method.code
        return self
