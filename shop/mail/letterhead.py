"""What every mail and every invoice says of the shop itself."""

from dataclasses import dataclass

from shop.config import Config


@dataclass(frozen=True, slots=True)
class Letterhead:
    """The shop as its mails, its papers and its payments name it. `live` says whether real money moves.

    `legal_name` is who sells, where that is not the shop's name; `tax_number` and `invoice_note` stand on invoices.
    """

    shop_name: str
    contact_email: str
    postal_address: str
    mail_from: str
    address: str
    locale: str
    live: bool
    legal_name: str = ""
    tax_number: str = ""
    invoice_note: str = ""

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
            legal_name=config.legal_name,
            tax_number=config.tax_number,
            invoice_note=config.invoice_note,
        )

    def order_url(self, token: str) -> str:
        """The public address of a customer's order page."""
        return f"{self.address}/order/{token}"
