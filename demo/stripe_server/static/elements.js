// A stand-in for Stripe.js on this machine: no money moves, and there are no card fields. It has the calls that a
// Checkout elements page makes: initCheckoutElementsSdk, loadActions, createPaymentElement and confirm.
const HOME = new URL(document.currentScript.src).origin;
const WAYS = [
  ["pay", "A card that is paid"],
  ["decline", "A card that is declined"],
  ["secure", "A card whose bank asks first (3-D Secure), and agrees"],
  ["unproven", "A card whose bank asks first, and refuses"],
  ["later", "A bank transfer that comes later"],
];

function choices() {
  const group = document.createElement("fieldset");
  const legend = document.createElement("legend");
  legend.textContent = "How do you pay? (Stand-in: no money moves)";
  group.append(legend);
  for (const [value, words] of WAYS) {
    const label = document.createElement("label");
    const input = document.createElement("input");
    Object.assign(input, { type: "radio", name: "stand-in-way", value, checked: value === "pay" });
    label.append(input, ` ${words}`);
    const row = document.createElement("div");
    row.append(label);
    group.append(row);
  }
  return group;
}

window.Stripe = (key) => {
  if (!String(key).startsWith("pk_test_")) throw new Error("The stand-in takes keys that begin with pk_test_ only.");
  return {
    initCheckoutElementsSdk({ clientSecret }) {
      const address = `${HOME}/elements/${encodeURIComponent(clientSecret)}`;
      const group = choices();
      const failed = (message) => ({ type: "error", error: { message } });
      return {
        createPaymentElement: () => ({ mount: (place) => place.append(group) }),
        async loadActions() {
          const answer = await fetch(address);
          if (!answer.ok) return failed("No such Checkout Session.");
          const session = await answer.json();
          if (session.error) return failed(session.error);
          return { type: "success", actions: { getSession: () => session, confirm } };
        },
      };

      async function confirm() {
        const way = group.querySelector("input:checked").value;
        const answer = await fetch(address, { method: "POST", body: new URLSearchParams({ way }) });
        const result = await answer.json();
        if (result.error) return failed(result.error);
        location.assign(result.go_to);
        return { type: "success" };
      }
    },
  };
};
