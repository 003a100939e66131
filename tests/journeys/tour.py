"""A walk past every page a customer can reach; at each one, somebody looks."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page
from sqlalchemy import select

from shop import jobs
from shop.catalogue.models import Product, Variant
from shop.mail.models import OutboxMail
from shop.stock.models import StockLevel
from tests.journeys import steps
from tests.journeys.conftest import LiveShop

POLICIES = ("contact", "health-data", "privacy", "recommendations", "returns", "shipping", "terms")
REFERRALS = {"emergency": "CHEST", "same day": "FEVER", "clinician": "WTLOSS", "not said": "UNKNOWN"}
READER = "reader@shop.example"


@dataclass
class Tour:
    """One browser page in one shop, and what is done at each stop: `look` gets the stop's name."""

    page: Page
    shop: LiveShop
    look: Callable[[str], None]

    def visit(self, path: str, name: str) -> None:
        """Open an address of the shop and look."""
        self.page.goto(self.shop.url + path)
        self.look(name)

    def press(self, words: str, name: str | None = None) -> None:
        """Press a button of the page's main part; look at what follows when it has a name."""
        self.page.click(f"main button:has-text('{words}')")
        if name:
            self.look(name)


def reading(tour: Tour) -> None:
    """Articles, policies, the list, products, newsletter, and pages that are not there."""
    for path, name in (
        ("/", "home"),
        ("/articles", "articles"),
        ("/articles/acupressure-and-back-pain", "article"),
        *((f"/pages/{slug}", f"policy {slug}") for slug in POLICIES),
        ("/products", "list"),
        ("/products?area=feet&available=1&sort=price", "list, filtered"),
        ("/products?q=zeppelin", "list, nothing found"),
        ("/products?page=2", "list, second page"),
        (f"/products/{slug_of(tour.shop, in_stock=True)}", "product"),
        (f"/products/{slug_of(tour.shop, in_stock=False)}", "product, sold out"),
        ("/compare?sku=MAT01&sku=BAL01&sku=FTM01&sku=PIL01", "comparison"),
        ("/compare", "comparison of nothing"),
        ("/find/delete", "delete answers"),
        ("/nowhere", "error 404"),
        ("/order", "order look-up"),
    ):
        tour.visit(path, name)
    tour.page.fill("[name=number]", "TS-0000-0000")
    tour.page.fill("[name=email]", READER)
    tour.press("Show my order", "order look-up, nothing found")
    newsletter(tour)
    waiting(tour)


def newsletter(tour: Tour) -> None:
    """Sign up, confirm, leave."""
    tour.page.goto(f"{tour.shop.url}/")
    tour.page.fill("#newsletter-email", "no address")
    tour.page.click("button:has-text('Send me the guide')")
    tour.look("newsletter, wrong address")
    tour.page.fill("main [name=email]", READER)
    tour.press("Send me the guide", "newsletter, sent")
    tour.page.goto(address_in_mail(tour.shop, "/newsletter/confirm/"))
    tour.look("newsletter, confirm")
    tour.press("Yes", "newsletter, welcome")
    tour.page.goto(address_in_mail(tour.shop, "/newsletter/unsubscribe/"))
    tour.look("newsletter, leave")
    tour.press("", "newsletter, left")


def asking(tour: Tour) -> None:
    """The questionnaire with its errors, referrals and results; it ends with the usual result."""
    page = tour.page
    tour.visit("/find", "questionnaire, start")
    tour.press("Start", "questionnaire, no consent")
    steps.agree(page)
    for place, code in REFERRALS.items():
        steps.answer(page, {"red_flags": code})
        tour.look(f"referral, {place}")
        page.goto(f"{tour.shop.url}/find")
        steps.agree(page)
    for number, answers in enumerate(steps.WISH, start=1):
        tour.look(f"question {number}")
        if number in {1, 6}:
            tour.press("Continue", f"question {number}, not answered")
        if number == 7:
            page.fill("[name=max_budget]", "0.50")
        steps.answer(page, answers)
    tour.look("result, nothing suitable")
    page.goto(f"{tour.shop.url}/find/budget")
    page.fill("[name=max_budget]", "a lot")
    tour.press("Continue", "question 7, wrong amount")
    page.fill("[name=max_budget]", "")
    tour.press("Continue", "result")
    tour.visit("/find/result?more=1", "result, five")
    page.locator(".ts-left-out summary").click()
    tour.look("result, left out")


def ruled_out(tour: Tour) -> None:
    """Somebody whose own answers speak against what they put into the cart."""
    page = tour.page
    page.goto(f"{tour.shop.url}/find")
    steps.agree(page)
    for answers in (*steps.WISH[:5], {"health": "PREG", "allergies": "NONE"}, steps.WISH[6]):
        steps.answer(page, answers)
    page.goto(f"{tour.shop.url}/products/{slug_of(tour.shop, in_stock=True)}")
    tour.press("Add to cart", "cart, please read this first")
    tour.press("somebody else")
    page.goto(f"{tour.shop.url}/cart")
    tour.look("cart, with a warning")
    page.click("main button:has-text('Remove')")
    tour.look("cart, removed and empty")
    tour.visit("/cart", "cart, empty")
    page.goto(f"{tour.shop.url}/find")
    tour.look("questionnaire, going on")
    tour.press("Delete my answers", "questionnaire, deleted")


def buying(tour: Tour) -> str:
    """From the product to the paid order; returns its number."""
    page = tour.page
    page.goto(f"{tour.shop.url}/products/{slug_of(tour.shop, in_stock=True)}")
    tour.press("Add to cart", "cart, added")
    tour.visit("/cart", "cart")
    saving(tour)
    tour.visit("/cart", "cart")
    page.fill("main [name=quantity]", "many")
    tour.press("Update", "cart, wrong quantity")
    tour.visit("/checkout", "checkout, details")
    tour.press("Continue", "checkout, details missing")
    steps.fill_address(page)
    tour.look("checkout, check")
    tour.shop.provider.add_fault(kind="cut", path="/v1/checkout")
    tour.press("Order and pay", "checkout, no payment page")
    tour.shop.provider.clear_faults()
    page.goto(f"{tour.shop.url}/checkout/review")
    page.click("main form button:has-text('Order and pay')")
    tour.look("checkout, wait")
    page.wait_for_selector("button:has-text('Try again')")  # the page goes on by itself
    tour.press("Try again")
    page.wait_for_url(re.compile("/pay/"))
    tour.look("payment")
    page.click("form[action$='/decline'] button")
    tour.look("payment, declined")
    page.click("form[action$='/challenge'] button")
    tour.look("payment, bank asks")
    page.click("form[action$='/approve'] button")
    page.wait_for_url(re.compile("/order/"))
    tour.look("order")
    page.click("main a:has-text('Invoice INV')")
    tour.look("invoice")
    page.go_back()
    number = order_number(page)
    with tour.shop.app.app_context():
        jobs.run(tour.shop.app, "mails")
    tour.visit("/demo/mail-kinds", "demo, kinds of mail")
    tour.visit("/demo/mail-kinds/shipped", "demo, kind of mail")
    tour.visit("/demo/mails", "demo mails")
    page.locator("main a[href*='/demo/mails/']").first.click()
    tour.look("demo mail")
    page.goto(address_in_mail(tour.shop, "/order/"))
    withdrawing(tour)
    return number


def saving(tour: Tour) -> None:
    """The cart by mail: a mistake, the mail, and what its link shows."""
    tour.visit("/cart/mail", "cart, mail it")
    tour.press("Mail me my cart", "cart, wrong address")
    tour.page.fill("main [name=email]", READER)
    tour.press("Mail me my cart", "cart, mailed")
    tour.page.goto(address_in_mail(tour.shop, "/cart/saved/"))
    tour.look("cart, saved")


def waiting(tour: Tour) -> None:
    """Something sold out: a mistake, the address, confirmed, and taken back."""
    page = tour.page
    page.goto(f"{tour.shop.url}/products/{slug_of(tour.shop, in_stock=False)}")
    tour.press("Tell me once", "back in stock, wrong address")
    page.fill("main [name=email]", READER)
    tour.press("Tell me once", "back in stock, sent")
    page.goto(address_in_mail(tour.shop, "/back-in-stock/mine/"))
    tour.look("back in stock, confirm")
    tour.press("Yes", "back in stock, confirmed")
    tour.press("Forget", "back in stock, forgotten")


def withdrawing(tour: Tour) -> None:
    """From the order's page: a mistake, then the declaration."""
    page = tour.page
    page.click("main a:has-text('Withdraw from contract here')")
    tour.look("withdrawal")
    page.fill("main [name=full_name]", "")
    tour.press("Confirm withdrawal", "withdrawal, name missing")
    page.fill("main [name=full_name]", steps.ADDRESS["full_name"])
    page.fill("main [name=note]", "The parcel has not come yet.")
    tour.press("Confirm withdrawal", "order, withdrawn")


def order_number(page: Page) -> str:
    """The number on the order's page, as soon as the browser is there."""
    page.wait_for_url(re.compile("/order/"))
    found = re.search(r"TS-\w{4}-\w{4}", page.inner_text("main"))
    assert found, page.inner_text("main")
    return found[0]


def slug_of(shop: LiveShop, *, in_stock: bool) -> str:
    """The first mat of the list that is in stock, or the first product that is sold out."""
    most = select(StockLevel.available).where(StockLevel.sku == Variant.sku).scalar_subquery()
    has_stock = Product.variants.any(most > 0)
    wanted = [has_stock, Product.type == "spike_mat"] if in_stock else [~has_stock]
    with shop.app.extensions["tsubo"].sessions() as session:
        slug = session.scalar(select(Product.slug).where(*wanted).order_by(Product.position).limit(1))
    assert slug is not None
    return str(slug)


def address_in_mail(shop: LiveShop, part: str) -> str:
    """The latest mail's link that holds `part`."""
    with shop.app.extensions["tsubo"].sessions() as session:
        texts = session.scalars(select(OutboxMail.text).order_by(OutboxMail.id.desc())).all()
    for text in texts:
        if found := re.search(rf"\S+{part}[^\s>)]+", text):
            return found[0]
    raise AssertionError(f"no mail holds a link with {part}")
