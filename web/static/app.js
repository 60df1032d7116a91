// Draws the charts of a page over their drawings, with a library that is loaded when the first of them comes near.
// A chart is <div class="chart" data-figure="ID" data-library="ADDRESS">, its figure the JSON in <script id="ID"> made
// by web/charts.py; every trace names its fit class in "meta", and its colour is that class's token, so that light and
// dark need one figure. Everything else on the pages works without script.
"use strict";

const GERMAN = {
  moduleType: "locale",
  name: "de",
  dictionary: {},
  format: {
    days: ["Sonntag", "Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag"],
    shortDays: ["So", "Mo", "Di", "Mi", "Do", "Fr", "Sa"],
    months: ["Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November",
      "Dezember"],
    shortMonths: ["Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sep.", "Okt.", "Nov.", "Dez."],
    date: "%d.%m.%Y",
    decimal: ",",
    thousands: ".",
  },
};

function token(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

function dressed(figure) {
  const ink = token("ink-2");
  const line = token("line");
  const axis = { gridcolor: line, linecolor: token("line-2"), tickcolor: token("line-2"), tickfont: { color: ink },
    title: { font: { color: ink, size: 12.5 } } };
  for (const trace of figure.data) {
    trace.marker.color = token(trace.meta);
    trace.marker.line = { color: token("paper"), width: figure.data[0].x.length > 60 ? 0 : 1 };
    if (trace.marker.pattern) {
      Object.assign(trace.marker.pattern, { bgcolor: token("unknown-2"), fgcolor: token("unknown") });
    }
  }
  const layout = figure.layout;
  for (const name of ["xaxis", "yaxis"]) {
    layout[name] = { ...axis, ...layout[name], title: { ...axis.title, text: layout[name].title?.text } };
  }
  layout.font = { family: getComputedStyle(document.body).fontFamily, size: 12.5, color: ink };
  layout.paper_bgcolor = layout.plot_bgcolor = "rgba(0,0,0,0)";
  layout.hoverlabel = { bgcolor: token("paper"), bordercolor: token("line-2"), font: { color: token("ink") } };
  return figure;
}

function draw(chart) {
  const figure = dressed(JSON.parse(document.getElementById(chart.dataset.figure).textContent));
  chart.classList.add("drawn");
  window.Plotly.react(chart.querySelector(".interactive"), figure.data, figure.layout,
    { displayModeBar: false, responsive: true, locale: "de" });
}

// Where the library does not come, the drawing stays.
function drawWhenNear(charts) {
  const library = document.createElement("script");
  library.src = charts[0].dataset.library;
  library.addEventListener("load", () => {
    window.Plotly.register(GERMAN);
    const redraw = () => charts.forEach(draw);
    redraw();
    window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  });
  const near = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    near.disconnect();
    document.head.append(library);
  }, { rootMargin: "400px" });
  charts.forEach((chart) => near.observe(chart));
}

// On a narrow window a table that is wider than it becomes cards, one a row, in which each figure names its heading.
const NARROW = window.matchMedia("(max-width: 899px)");

function nameCells(table) {
  const headings = [...table.tHead.rows[0].cells].map((cell) =>
    (cell.querySelector(":scope > .unseen") ? "" : cell.innerText.replace(/[↓↑]/g, "").replace(/\s+/g, " ").trim()));
  for (const row of table.querySelectorAll(":scope > tbody > tr, :scope > tfoot > tr")) {
    if (row.cells.length !== headings.length) continue;
    [...row.cells].forEach((cell, i) => {
      if (cell.tagName === "TD" && headings[i]) cell.dataset.label = headings[i];
    });
  }
}

function fitTables(part) {
  part.querySelectorAll(".scroll > table.data:not(.preview, .mapping, .findings, .stacks)").forEach((table) => {
    if (table.tHead?.rows.length !== 1) return;
    table.classList.remove("cards");
    if (!NARROW.matches || table.scrollWidth <= table.parentElement.clientWidth) return;
    nameCells(table);
    table.classList.add("cards");
  });
}

// The browser's file button speaks the browser's language: our face over it names what was chosen, in German.
function showChosen(input) {
  const names = [...input.files].map((file) => file.name);
  input.closest(".file").querySelector(".chosen").textContent = names.join(", ") || "Noch keine Datei ausgewählt";
}

document.addEventListener("DOMContentLoaded", () => {
  document.documentElement.classList.add("scripted");
  document.querySelectorAll(".file > input").forEach((input) => {
    input.addEventListener("change", () => showChosen(input));
    showChosen(input); // a page come back to keeps its choice
  });
  fitTables(document);
  window.addEventListener("resize", () => fitTables(document));
  document.addEventListener("toggle", (event) => fitTables(event.target), true); // what is closed has no width
  document.addEventListener("htmx:afterSwap", (event) => fitTables(event.target.parentElement ?? document));
  const charts = document.querySelectorAll(".chart[data-figure]");
  if (charts.length) drawWhenNear(charts);
  // An open menu or filter closes with Escape or a click elsewhere, as people expect of a menu.
  const closeMenus = (except) => document.querySelectorAll("details.drop[open]").forEach((menu) => {
    if (menu !== except) menu.open = false;
  });
  document.addEventListener("click", (event) => closeMenus(event.target.closest("details.drop")));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    document.querySelector("details.drop[open] > summary")?.focus();
    closeMenus(null);
  });
});
