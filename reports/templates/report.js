"use strict";
(() => {
  const root = document.documentElement;
  const $ = (id) => document.getElementById(id);
  root.classList.add("js");
  for (const tools of document.querySelectorAll(".tools[hidden]")) tools.hidden = false;

  // light and dark: the system's choice until the reader makes one
  const theme = $("theme");
  const dark = () => root.dataset.theme
    ? root.dataset.theme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;
  const remember = (value) => {
    try { localStorage.setItem("simulate-theme", value); } catch { /* no storage for local files */ }
  };
  const label = () => { theme.textContent = dark() ? "Light" : "Dark"; };
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

  // one vintage at a time
  const choice = $("vintage-choice");
  const articles = new Map([...document.querySelectorAll("article.vintage")].map((a) => [a.dataset.vintage, a]));
  const rows = new Map([...document.querySelectorAll("#vintage-table tbody tr")].map((r) => [r.dataset.vintage, r]));
  const show = (year) => {
    if (!articles.has(year)) return;
    for (const [key, article] of articles) article.classList.toggle("is-shown", key === year);
    for (const [key, row] of rows) row.classList.toggle("is-chosen", key === year);
    choice.value = year;
    const at = choice.selectedIndex;
    $("vintage-before").disabled = at <= 0;
    $("vintage-after").disabled = at >= choice.options.length - 1;
  };
  const fromHash = () => {
    const found = /^#vintage-(\d+)$/.exec(location.hash);
    if (found) show(found[1]);
  };
  const step = (by) => {
    const next = choice.options[choice.selectedIndex + by];
    if (next) show(next.value);
  };
  choice.addEventListener("change", () => show(choice.value));
  $("vintage-before").addEventListener("click", () => step(-1));
  $("vintage-after").addEventListener("click", () => step(1));
  addEventListener("hashchange", fromHash);
  show(choice.dataset.first);
  fromHash();
  for (const mark of document.querySelectorAll("svg [data-vintage]")) {
    mark.addEventListener("click", () => { location.hash = `vintage-${mark.dataset.vintage}`; fromHash(); });
  }

  // the vintage table: sort and filter
  const table = $("vintage-table");
  const body = table.tBodies[0];
  const heads = [...table.tHead.rows[0].cells];
  const valueOf = (row, column) => {
    const text = row.cells[column].dataset.value;
    if (text === "") return null;
    const number = Number(text);
    return Number.isNaN(number) ? text : number;
  };
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
  const find = $("vintage-find");
  const reason = $("vintage-reason");
  const analogs = $("vintage-analogs");
  const filter = () => {
    const text = find.value.trim().toLowerCase();
    let count = 0;
    for (const row of body.rows) {
      const keep = (!text || row.textContent.toLowerCase().includes(text))
        && (!reason.value || row.dataset.reason === reason.value)
        && (!analogs.checked || row.dataset.analog === "true");
      row.hidden = !keep;
      count += keep;
    }
    $("vintage-count").textContent = `${count} of ${body.rows.length} vintages`;
  };
  for (const control of [find, reason, analogs]) control.addEventListener("input", filter);
  filter();

  // the table as shown, for a spreadsheet
  $("vintage-save").addEventListener("click", () => {
    const cell = (value) => {
      const safe = /^[=+\-@\t\r]/.test(value) && Number.isNaN(Number(value)) ? `'${value}` : value;
      return /[",\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
    };
    const lines = [heads.map((head) => cell(head.dataset.column)).join(",")];
    for (const row of body.rows) {
      if (!row.hidden) lines.push([...row.cells].map((c) => cell(c.dataset.value)).join(","));
    }
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([`${lines.join("\n")}\n`], { type: "text/csv" }));
    link.download = "vintages.csv";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  });
})();
