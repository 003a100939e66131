"""A walk past every page of the merchant; at each one, somebody looks."""

from tests.journeys import steps
from tests.journeys.tour import Tour, order_number, slug_of

EMAIL, PASSWORD = "merchant@shop.example", "blue lamp river"
BROKEN = b"sku,title,type,price\nMAT99,,no_such_type,cheap\n"
SHELF = b"sku,title\nMAT01,Another title\n"


def paid_order(tour: Tour) -> str:
    """Somebody buys and withdraws at once; returns the order's number."""
    page = tour.page
    page.goto(f"{tour.shop.url}/products/{slug_of(tour.shop, in_stock=True)}")
    tour.press("Add to cart")
    page.goto(f"{tour.shop.url}/checkout")
    steps.fill_address(page)
    steps.order_and_pay(page)
    number = order_number(page)
    page.click("main a:has-text('Withdraw from contract here')")
    tour.press("Confirm withdrawal")
    return number


def sign_in(tour: Tour) -> None:
    """Sign in, after a mistake."""
    page = tour.page
    tour.visit("/merchant", "merchant, sign-in")
    page.fill("[name=email]", EMAIL)
    page.fill("[name=password]", "wrong")
    tour.press("Sign in", "merchant, sign-in refused")
    page.fill("[name=email]", EMAIL)
    page.fill("[name=password]", PASSWORD)
    tour.press("Sign in", "merchant, overview")


def products(tour: Tour) -> None:
    """Lists, the editor with its errors, preview, bulk, import."""
    page = tour.page
    tour.visit("/merchant/products", "merchant, products")
    page.locator("main input[name=sku]").first.check()
    page.select_option("[name=action]", "archive")
    tour.press("Go on", "merchant, archive products?")
    tour.visit("/merchant/products?q=zeppelin", "merchant, no such product")
    tour.visit("/merchant/products/new", "merchant, new product's type")
    tour.press("Go on", "merchant, new product")
    tour.press("Save and publish", "merchant, new product with errors")
    page.goto(f"{tour.shop.url}/merchant/products")
    page.locator("main th a").first.click()
    tour.look("merchant, product")
    preview = page.locator("main a:has-text('Preview')").get_attribute("href")
    page.goto(tour.shop.url + (preview or ""))
    tour.look("merchant, product preview")
    importing(tour)


def importing(tour: Tour) -> None:
    """A file with mistakes, and one without."""
    page = tour.page
    tour.visit("/merchant/import", "merchant, import")
    tour.press("Check the file", "merchant, import without a file")
    for name, text in (("with mistakes", BROKEN), ("dry run", SHELF)):
        page.goto(f"{tour.shop.url}/merchant/import")
        page.set_input_files("[name=file]", {"name": "goods.csv", "mimeType": "text/csv", "buffer": text})
        tour.press("Check the file", f"merchant, import {name}")


def orders(tour: Tour, number: str) -> None:
    """One paid order: refund, ship, cancel; and what is kept of the customer."""
    page, order = tour.page, f"/merchant/orders/{number}"
    tour.visit("/merchant/orders", "merchant, orders")
    tour.visit("/merchant/orders?q=zeppelin", "merchant, no such order")
    tour.visit(order, "merchant, order")
    tour.visit(f"{order}/refund", "merchant, refund")
    page.fill("[name=amount]", "1000000")
    tour.press("Go on", "merchant, refund too large")
    page.fill("[name=amount]", "1.00")
    page.fill("[name=reason]", "A dent in the box")
    tour.press("Go on", "merchant, refund?")
    tour.press("Refund", "merchant, order after a refund")
    tour.press("Mark as shipped", "merchant, parcel without a carrier")
    page.fill("[name^=pieces_]", "1")  # the customer withdrew from it: it is not suggested
    page.fill("[name=carrier]", "Parcel Post")
    page.fill("[name=tracking_number]", "PP123")
    tour.press("Mark as shipped", "merchant, order after shipping")
    papers(tour, order)
    tour.visit("/merchant/returns", "merchant, open returns")
    tour.visit("/merchant/privacy", "merchant, privacy")
    page.fill("main [name=email]", "buyer@shop.example")
    tour.press("Look it up", "merchant, privacy with a customer")


def papers(tour: Tour, order: str) -> None:
    """Invoice, credit note, packing slip; the mails, one of them, and how each kind looks."""
    page = tour.page
    for words in ("Invoice INV", "Credit note CN", "Packing slip of parcel"):
        page.goto(tour.shop.url + order)
        page.locator(f"main a:has-text('{words}')").first.click()
        tour.look(f"merchant, {words.lower()}")
    tour.visit("/merchant/mails", "merchant, mails")
    page.locator("main th a").first.click()
    tour.look("merchant, mail")
    tour.visit("/merchant/mails/kinds", "merchant, kinds of mail")
    tour.visit("/merchant/mails/kinds/confirmation", "merchant, kind of mail")


def the_rest(tour: Tour) -> None:
    """Trying the questionnaire, the record, the account, and a page that is not there."""
    page = tour.page
    tour.visit("/merchant/questionnaire", "merchant, questionnaire")
    tour.press("Show what", "merchant, questionnaire with errors")
    for name in ("red_flags", "health", "allergies"):
        page.check(f"[name={name}][value=NONE]")
    page.check("[name=areas][value=neck]")
    tour.press("Show what", "merchant, questionnaire answered")
    page.uncheck("[name=red_flags][value=NONE]")
    page.check("[name=red_flags][value=FEVER]")
    tour.press("Show what", "merchant, questionnaire with a referral")
    tour.visit("/merchant/ranking", "merchant, ranking")
    tour.visit("/merchant/promotions", "merchant, promotions before the first")
    tour.visit("/merchant/promotions/new", "merchant, promotion")
    tour.press("Save", "merchant, promotion with errors")
    page.fill("[name=code]", "TOUR10")
    page.fill("[name=title]", "Ten per cent off")
    page.fill("[name=percent]", "10")
    tour.press("Save", "merchant, promotions")
    tour.visit("/merchant/promotions/1", "merchant, promotion that runs")
    tour.visit("/merchant/audit", "merchant, record")
    tour.visit("/merchant/reconciliation", "merchant, provider and orders compared")
    tour.visit("/merchant/account", "merchant, account")
    tour.press("Change password", "merchant, account with errors")
    tour.visit("/merchant/orders/TS-0000-0000", "merchant, error 404")
