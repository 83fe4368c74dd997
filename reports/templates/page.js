"use strict";
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  for (const tools of document.querySelectorAll(".tools[hidden]")) tools.hidden = false;

  // light and dark: the system's choice until the reader makes one
  const theme = document.getElementById("theme");
  const dark = () => root.dataset.theme
    ? root.dataset.theme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;
  const remember = (value) => {
    try { localStorage.setItem("simulate-theme", value); } catch { /* no storage for local files */ }
  };
  const label = () => { theme.textContent = dark() ? theme.dataset.light : theme.dataset.dark; };
  try {
    const kept = localStorage.getItem("simulate-theme");
    if (kept === "dark" || kept === "light") root.dataset.theme = kept;
  } catch { /* no storage for local files */ }
  theme.hidden = false;
  theme.addEventListener("click", () => {
    root.dataset.theme = dark() ? "light" : "dark";
    remember(root.dataset.theme);
    label();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", label);
  label();

  // tables that sort: a button in each head, the exact value in each cell
  const valueOf = (row, column) => {
    const text = row.cells[column].dataset.value;
    if (text === "") return null;
    const number = Number(text);
    return Number.isNaN(number) ? text : number;
  };
  for (const table of document.querySelectorAll("table.sortable")) {
    const body = table.tBodies[0];
    const heads = [...table.tHead.rows[0].cells];
    const sort = (column, sign) => {
      const sorted = [...body.rows].map((row) => [valueOf(row, column), row]);
      sorted.sort(([a], [b]) => {
        if (a === b) return 0;
        if (a === null) return 1; // missing values last, either way
        if (b === null) return -1;
        return (a < b ? -1 : 1) * sign;
      });
      body.append(...sorted.map(([, row]) => row));
      heads.forEach((head, i) => {
        if (i === column) head.setAttribute("aria-sort", sign > 0 ? "ascending" : "descending");
        else head.removeAttribute("aria-sort");
      });
    };
    heads.forEach((head, column) => {
      head.querySelector("button").addEventListener("click", () => {
        sort(column, head.getAttribute("aria-sort") === "descending" ? 1 : -1);
      });
    });
  }
})();
