// Keeps the page that asks which column is which true while somebody chooses, without asking the server: examples of the
// chosen column, what is not stored, and a column of the file that another field takes over. Nothing is sent before
// "Weiter", so no choice can be lost on the way; without this the form works as it is.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const form = document.getElementById("spalten");
  if (!form) return;
  const selects = [...form.querySelectorAll("select[data-field]")];
  const columns = new Map([...form.querySelectorAll("#uebrig [data-samples]")].map((one) => [one.dataset.position, one]));
  const rest = document.getElementById("uebrig");
  const took = new Map(); // select -> selects it emptied, with what they held

  const name = (select) => form.querySelector(`label[for="${select.id}"]`).textContent;

  const certainty = (select) => (select.value && select.value === select.dataset.guess ? select.dataset.certainty : "");

  const note = (select, text) => {
    const place = document.getElementById(select.dataset.note);
    place.textContent = text;
    place.hidden = !text;
    select.removeAttribute("aria-invalid");
  };

  const show = () => {
    for (const select of selects) {
      const column = columns.get(select.value);
      form.querySelector(`#beispiele-${select.dataset.field}`).textContent = column ? column.dataset.samples : "";
    }
    const unit = document.getElementById("gemeint");
    if (unit) unit.hidden = !document.getElementById(unit.dataset.of).value;
    const used = new Set(selects.map((select) => select.value));
    let left = 0;
    for (const [position, column] of columns) {
      column.hidden = used.has(position);
      left += column.hidden ? 0 : 1;
    }
    rest.hidden = left === 0;
    document.getElementById("alles").hidden = left > 0;
    rest.querySelector("summary").textContent = left === 1 ? rest.dataset.one
      : rest.dataset.many.replace("#", left.toLocaleString("de-DE"));
  };

  // Arrow keys pass through columns that belong to other fields: those get theirs back as soon as it is left again.
  const choose = (select) => {
    for (const [other, held] of took.get(select) ?? []) {
      if (other.value !== "") continue;
      other.value = held;
      note(other, certainty(other));
    }
    note(select, certainty(select));
    const rivals = selects.filter((other) => other !== select && other.value && other.value === select.value);
    took.set(select, rivals.map((other) => [other, other.value]));
    for (const other of rivals) {
      other.value = "";
      note(other, `Diese Spalte ist jetzt „${name(select)}“.`);
    }
    show();
  };

  // What was chosen and not sent goes with the page; the browser asks before that, unless a form is sent.
  let unsent = false;
  form.addEventListener("change", (event) => {
    unsent = true;
    if (selects.includes(event.target)) choose(event.target);
  });
  document.addEventListener("submit", () => { unsent = false; });
  window.addEventListener("beforeunload", (event) => {
    if (unsent) event.preventDefault();
  });
  show();
  window.addEventListener("pageshow", show); // come back to with the browser's arrow, the fields keep their choices
});
