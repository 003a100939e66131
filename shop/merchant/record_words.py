"""What is kept in codes, as a merchant reads it: who did something, what it was, and to which thing."""

ACTORS = {
    "customer": "the customer",
    "provider": "the payment service",
    "system": "the shop itself",
    "reconcile": "the comparison with the payment service",
}
ACTIONS = {
    "catalogue.import": "Catalogue imported",
    "mail.again": "Mail sent again",
    "order.cancelled": "Order cancelled",
    "order.mail_again": "Mail sent again",
    "order.noted": "Note kept",
    "order.payment_accepted": "Payment accepted",
    "order.refund": "Refund asked for",
    "order.shipped": "Parcel sent",
    "order.withdrawn": "Withdrawal declared",
    "privacy.erased": "Customer's data erased",
    "product.archived": "Product archived",
    "product.draft": "Product taken off sale",
    "product.published": "Product put on sale",
    "promote": "Model put in charge",
    "refund.sent_again": "Payment service asked again about a refund",
    "rollback": "Model taken back",
    "signed_in": "Signed in",
    "signed_out": "Signed out",
    "stock.returned": "Stock put back",
}
THINGS = {
    "catalogue": "The catalogue",
    "customer": "Customer",
    "mail": "Mail",
    "model": "Model",
    "order": "Order",
    "product": "Product",
    "promotion": "Promotion",
    "refund": "Refund",
    "staff": "Account",
    "stock": "Stock of",
}


def actor_words(actor: str) -> str:
    """Such as "the payment service"; an account is named by its address."""
    kind, _, name = actor.partition(":")
    return name or ACTORS.get(kind, kind)


def action_words(action: str) -> str:
    """Such as "Product published", for every code there is or will be."""
    words = action.replace(".", " ").replace("_", " ")
    return ACTIONS.get(action, words[:1].upper() + words[1:])


def thing_words(subject: str) -> str:
    """Such as "Product MAT01"."""
    kind, _, name = subject.partition(":")
    return f"{THINGS.get(kind, kind.capitalize())} {name}".strip()


WORDS = {"actor_words": actor_words, "action_words": action_words, "thing_words": thing_words}
"""What the merchant's templates call."""
