// Checks the safety lists of the product editor while they are being ticked. The server checks them again on saving.
const form = document.querySelector("form[data-safety]");
const LISTS = ["contraindications", "cautions", "allergens"];
const NONE = "none";

function boxesOf(name) {
  return [...form.querySelectorAll(`input[type=checkbox][name="${name}"]`)];
}

function ticked(name) {
  return boxesOf(name).filter((box) => box.checked).map((box) => box.value);
}

function missingOf(name, least) {
  if (name === "allergens" || !least) return [];
  const told = new Set(ticked("contraindications"));
  if (name === "cautions") ticked("cautions").forEach((code) => told.add(code));
  return least[name].filter((code) => !told.has(code));
}

function troubleOf(name, least) {
  const codes = ticked(name);
  if (!codes.length) return "Not answered yet: tick what applies, or that nothing does. Needed before publishing.";
  if (codes.includes(NONE) && codes.length > 1) return "Tick either what applies or that nothing does, not both.";
  const missing = missingOf(name, least);
  return missing.length ? `Every product of this type has ${missing.join(", ")} too: tick them.` : "";
}

function noteOf(name) {
  const fieldset = boxesOf(name)[0].closest("fieldset");
  let note = fieldset.querySelector("[data-live]");
  if (!note) {
    note = document.createElement("p");
    note.dataset.live = "";
    note.className = "ts-hint";
    note.setAttribute("role", "status");
    fieldset.querySelector("legend").after(note);
  }
  return note;
}

function check() {
  const least = JSON.parse(form.dataset.types)[form.elements.type.value];
  for (const name of LISTS) {
    const note = noteOf(name);
    const words = troubleOf(name, least);
    if (note.textContent !== words) note.textContent = words;
  }
}

function untickOthers(event) {
  const box = event.target;
  if (!LISTS.includes(box.name) || !box.checked) return;
  for (const other of boxesOf(box.name)) {
    if (other !== box && (box.value === NONE || other.value === NONE)) other.checked = false;
  }
}

if (form) {
  form.addEventListener("change", (event) => {
    untickOthers(event);
    check();
  });
  check();
}
