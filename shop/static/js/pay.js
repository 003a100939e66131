// The payment service's fields in the shop's own page. Without them the page's other button leads to its own page.
const panel = document.querySelector("[data-pay]");
const problem = panel.querySelector("[data-pay-problem]");
const button = panel.querySelector("[data-pay-button]");
const NOT_HERE = "The payment fields could not be loaded. Please pay on the payment service’s own page.";

function say(sentence) {
  problem.textContent = sentence;
}

async function begin() {
  panel.hidden = false;
  if (!window.Stripe) {
    say(NOT_HERE);
    return;
  }
  const checkout = window.Stripe(panel.dataset.key).initCheckoutElementsSdk({ clientSecret: panel.dataset.secret });
  const loaded = await checkout.loadActions();
  if (loaded.type !== "success") {
    say(loaded.error?.message || NOT_HERE);
    return;
  }
  checkout.createPaymentElement().mount(panel.querySelector("[data-pay-fields]"));
  button.disabled = false;
  button.addEventListener("click", () => confirm(loaded.actions));
}

async function confirm(actions) {
  button.disabled = true;
  say("");
  const result = await actions.confirm(); // on success the page is left
  if (result.type === "error") {
    say(result.error.message);
    button.disabled = false;
  }
}

begin().catch(() => say(NOT_HERE));
