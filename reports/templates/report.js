"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  // how old the last close is on the day on which the page is read
  const age = $("age");
  if (age) {
    const days = Math.floor((Date.now() - Date.parse(age.dataset.date)) / 864e5);
    if (days > 0) age.textContent = age.dataset.words.replace("{n}", days.toLocaleString("en"));
  }
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

  // the vintage table: filter
  const table = $("vintage-table");
  const body = table.tBodies[0];
  const heads = [...table.tHead.rows[0].cells];
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
    const words = $("vintage-count").dataset.words;
    $("vintage-count").textContent = words.replace("{shown}", count).replace("{all}", body.rows.length);
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
