// Goes on to the payment page as soon as it is there. The link on the page does the same by hand.
const link = document.querySelector("[data-wait]");

async function isStillWaiting() {
  try {
    const answer = await fetch(link.href, { redirect: "manual", cache: "no-store" });
    return answer.type !== "opaqueredirect" && (await answer.text()).includes("data-wait");
  } catch {
    return true;
  }
}

async function look() {
  if (await isStillWaiting()) setTimeout(look, 2000);
  else location.reload();
}

setTimeout(look, 1000);
