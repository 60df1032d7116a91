// Makes the file field of the upload page a drop zone: files may be let go anywhere on the page, what was chosen is
// listed with its size, and too much is reported before it is sent. Without this the field works as browsers have it.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const zone = document.querySelector(".file[data-most-bytes]");
  if (!zone) return;
  const input = zone.querySelector("input");
  const list = document.getElementById("gewaehlt");
  const size = (bytes) => (bytes < 2 ** 20 ? `${Math.ceil(bytes / 2 ** 10)} kB`
    : `${(bytes / 2 ** 20).toLocaleString("de-DE", { maximumFractionDigits: 1 })} MB`);

  const show = () => {
    const files = [...input.files];
    const bytes = files.reduce((sum, file) => sum + file.size, 0);
    list.replaceChildren(...files.map((file) => {
      const item = document.createElement("li");
      item.textContent = `${file.name} (${size(file.size)})`;
      return item;
    }));
    const most = Number(zone.dataset.mostBytes);
    const mostFiles = Number(zone.dataset.mostFiles);
    const wrong = bytes > most ? `Zusammen ${size(bytes)}; höchstens ${size(most)} gehen auf einmal.`
      : files.length > mostFiles ? `Das sind ${files.length} Dateien; höchstens ${mostFiles} gehen auf einmal.` : "";
    input.setCustomValidity(wrong);
    if (wrong) input.reportValidity();
  };

  // Only files: a dragged text or link stays what it is elsewhere.
  const brings = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  let inside = 0; // each element under the pointer enters and leaves separately
  document.addEventListener("dragenter", (event) => {
    if (brings(event)) zone.classList.toggle("over", ++inside > 0);
  });
  document.addEventListener("dragleave", (event) => {
    if (brings(event)) zone.classList.toggle("over", --inside > 0);
  });
  document.addEventListener("dragover", (event) => {
    if (brings(event)) event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    if (!brings(event)) return;
    event.preventDefault();
    inside = 0;
    zone.classList.remove("over");
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
    input.focus();
  });
  input.addEventListener("change", show);
  show(); // a page come back to keeps its choice
  input.form.addEventListener("submit", () => {
    input.form.querySelector("[type=submit]").disabled = true;
    document.getElementById("sendet").hidden = false;
  });
  // Coming back by the browser's arrow shows the page as it was left.
  window.addEventListener("pageshow", () => {
    input.form.querySelector("[type=submit]").disabled = false;
    document.getElementById("sendet").hidden = true;
  });
});
