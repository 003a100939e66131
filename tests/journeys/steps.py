"""What a customer does, one function a step, by what they can see and reach."""

from playwright.sync_api import Page

WISH: tuple[dict[str, str], ...] = (
    {"red_flags": "NONE"},
    {"areas": "lower_back", "pain_kind": "chronic_low_back"},
    {"intensity": "4", "interference": "3", "duration": "months"},
    {"triggers": "desk_work"},
    {
        "position_preference": "sitting",
        "pressure_preference": "2",
        "experience": "new",
        "portability_need": "none",
    },
    {"health": "NONE", "allergies": "NONE"},
    {"goal": "relief"},
)
ADDRESS = {
    "email": "buyer@shop.example",
    "full_name": "A Buyer",
    "line1": "1 Main Street",
    "city": "Springfield",
    "postal_code": "62701",
}


def agree(page: Page, *, learning: bool = False) -> None:
    """Give the consent and start the questionnaire; with the consent to learning too if asked."""
    page.check("input[name=consent]")
    if learning:
        page.check("input[name=learning]")
    page.click("main form button:has-text('Start')")


def answer(page: Page, answers: dict[str, str]) -> None:
    """Tick one page's answers and continue."""
    for name, value in answers.items():
        page.check(f"input[name={name}][value='{value}']")
    page.click("main form button:has-text('Continue')")


def ask(page: Page) -> None:
    """All seven pages, to the result."""
    agree(page)
    for answers in WISH:
        answer(page, answers)


def add_first(page: Page) -> None:
    """Put the first recommendation into the cart and go there."""
    page.locator("form[action*='/cart/add'] button").first.click()
    page.locator("main a:has-text('cart')").first.click()


def fill_address(page: Page) -> None:
    """Contact and address of the details page, and on to the check page."""
    for name, value in ADDRESS.items():
        page.fill(f"[name={name}]", value)
    page.select_option("[name=region]", "IL")
    page.click("main form button:has-text('Continue')")


def order_and_pay(page: Page) -> None:
    """Place the order and pay on the payment page."""
    page.click("main form button:has-text('Order and pay')")
    page.click("form[action$='/pay'] button")
