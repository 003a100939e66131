"""What every mail says of the shop itself."""

from dataclasses import dataclass

from shop.config import Config


@dataclass(frozen=True, slots=True)
class Letterhead:
    """The shop as its mails and its payments name it. `live` says whether real money moves."""

    shop_name: str
    contact_email: str
    postal_address: str
    mail_from: str
    address: str
    locale: str
    live: bool

    @classmethod
    def from_config(cls, config: Config) -> "Letterhead":
        """The letterhead of one mounted shop. Addresses come from the settings, never from a request."""
        return cls(
            shop_name=config.name,
            contact_email=config.contact_email,
            postal_address=config.postal_address,
            mail_from=config.mail_from,
            address=config.origin + config.url_prefix,
            locale=config.locale,
            live=config.mode == "live",
        )

    def order_url(self, token: str) -> str:
        """The public address of a customer's order page."""
        return f"{self.address}/order/{token}"
