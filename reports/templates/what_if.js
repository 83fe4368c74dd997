"use strict";
(() => {
  const root = document.getElementById("lattice");
  if (!root) return;
  const data = JSON.parse(root.dataset.lattice);
  // a column: a letter for its numbers, then base64; the least number stands for none
  const read = (text) => {
    const bytes = Uint8Array.from(atob(text.slice(1)), (c) => c.charCodeAt(0));
    if (text[0] === "b") return Array.from(bytes);
    const view = new DataView(bytes.buffer);
    const wide = text[0] === "i";
    const size = wide ? 4 : 2;
    const none = wide ? -2147483648 : -32768;
    return Array.from({ length: bytes.length / size }, (_, i) => {
      const value = wide ? view.getInt32(i * size, true) : view.getInt16(i * size, true);
      return value === none ? null : value;
    });
  };
  const columns = Object.fromEntries(Object.entries(data.columns).map(([k, v]) => [k, read(v)]));
  const [start, net, reason, hedge, outcome, luck] =
    ["start", "net", "reason", "hedge", "outcome", "luck"].map((name) => read(data[name]));
  const { years, complete, ratios } = data;
  const settings = columns.n.length;

  // a whole number back to what it was written as
  const written = (value, kind) => {
    if (value === null) return "–";
    const [digits, signed, unit] = data.written[kind];
    const text = String(Math.abs(value)).padStart(digits + 1, "0");
    const whole = text.slice(0, text.length - digits);
    const grouped = kind === "text" ? whole : whole.replace(/\B(?=(\d{3})+$)/g, ",");
    const mark = value < 0 ? "−" : signed && value > 0 ? "+" : "";
    return `${mark}${grouped}${digits ? `.${text.slice(-digits)}` : ""}${unit}`;
  };
  const figure = (name, cell) => {
    const at = columns[name].length === settings ? Math.floor(cell / ratios) : cell;
    return [columns[name][at], data.kinds[name]];
  };
  // where a plan has one ratio, a cell is a setting
  const sentence = (row, cell) => figure(row.dataset.needed, cell)[0] === null
    ? "–"
    : row.dataset.words.replace(/\{(\w+)\}/g, (_, name) => written(...figure(name, cell)));

  const inputs = [...root.querySelectorAll("input[type=range]")];
  const outputs = inputs.map((input) => document.getElementById(`${input.id}-value`));
  const lists = inputs.map((input) => [...input.parentElement.querySelectorAll("li")]);
  const rows = [...document.querySelectorAll("#what-if-figures tbody tr")];
  const looked = document.getElementById("what-if-looked");
  const cellOf = (at) => at.reduce((cell, value, i) => cell * data.sizes[i] + value, 0);
  const own = cellOf(inputs.map((input) => Number(input.dataset.own)));
  const seen = new Set();

  // titles of marks are their first child
  const say = (mark, text) => { mark.firstElementChild.textContent = text; };
  const set = (mark, values) => {
    for (const [name, value] of Object.entries(values)) mark.setAttribute(name, value);
  };
  const hollow = 3;
  const drawStrip = (svg, of, h) => {
    const { longZero, longUnit, hedgeZero, hedgeUnit } = svg.dataset;
    for (const mark of svg.querySelectorAll("[data-long]")) {
      const v = years.indexOf(Number(mark.dataset.long));
      const [value, [name, words]] = [net[of[v]], data.reasons[reason[of[v]]]];
      const tall = value === null ? hollow : Math.max(Math.abs(value * longUnit), 1);
      const up = value === null ? hollow / 2 : value > 0 ? tall : 0;
      set(mark, { y: longZero - up, height: tall });
      mark.setAttribute("class", value === null ? "idle" : `r-${name}${complete[v] ? "" : " unfinished"}`);
      say(mark, `${years[v]}: ${value === null ? "" : `${written(value, "percent")}, `}${words}`);
    }
    for (const mark of svg.querySelectorAll("[data-hedge]")) {
      const v = years.indexOf(Number(mark.dataset.hedge));
      const value = hedge[of[v] * ratios + h];
      const tall = value === null ? 0 : Math.abs(value * hedgeUnit);
      set(mark, { y: hedgeZero - (value > 0 ? tall : 0), height: tall });
      mark.setAttribute("class", complete[v] ? "hedge" : "hedge unfinished");
      say(mark, value === null ? String(years[v]) : `${years[v] + 1}: ${written(value, "percent")}`);
    }
  };
  const drawDots = (svg, of, cell) => {
    const { zero, unit, base, size, stack, step, left, right } =
      Object.fromEntries(Object.entries(svg.dataset).map(([k, v]) => [k, Number(v)]));
    const bins = new Map();
    const heights = new Map();
    const dots = [...svg.querySelectorAll("[data-dot]")]
      .map((mark) => [mark, years.indexOf(Number(mark.dataset.dot))]);
    dots.sort(([, a], [, b]) =>
      data.reasons[reason[of[a]]][2] - data.reasons[reason[of[b]]][2] || a - b);
    for (const [, v] of dots) {
      const value = net[of[v]];
      if (value === null) continue;
      const bin = Math.floor(value / step + 0.5);
      bins.set(bin, (bins.get(bin) ?? 0) + 1);
    }
    const dot = Math.min(size, stack / Math.max(1, ...bins.values()));
    for (const [mark, v] of dots) {
      const value = net[of[v]];
      const [name, words] = data.reasons[reason[of[v]]];
      mark.setAttribute("class", value === null ? "gone" : `r-${name}`);
      if (value === null) continue;
      const bin = Math.floor(value / step + 0.5);
      const height = (heights.get(bin) ?? 0) + 1;
      heights.set(bin, height);
      set(mark, { cx: zero + bin * step * unit, cy: base - (height - 0.5) * dot - 2, r: dot * 0.42 });
      say(mark, `${years[v]}: ${written(value, "percent")}, ${words}`);
    }
    const place = (value) => Math.min(Math.max(zero + value * unit, left), right);
    const [[mean], [low], [high]] = ["mean", "low", "high"].map((name) => figure(name, cell));
    const line = svg.querySelector("[data-mark=mean]");
    line.setAttribute("class", mean === null ? "gone" : "mean-line");
    set(line, { x1: place(mean), x2: place(mean) });
    const band = svg.querySelector("[data-mark=interval]");
    band.setAttribute("class", low === null ? "gone" : "interval");
    set(band, { x: place(low), width: place(high) - place(low) });
  };

  const show = () => {
    const at = inputs.map((input) => Number(input.value));
    const cell = cellOf(at);
    const setting = Math.floor(cell / ratios);
    const of = years.map((_, v) => start[v] + outcome[setting * years.length + v]);
    inputs.forEach((input, i) => {
      const text = lists[i][at[i]].textContent;
      const mine = at[i] === Number(input.dataset.own);
      outputs[i].textContent = mine ? input.dataset.ownWords.replace("{value}", text) : text;
      input.setAttribute("aria-valuetext", outputs[i].textContent);
    });
    for (const row of rows) row.cells[1].textContent = sentence(row, cell);
    for (const svg of root.querySelectorAll("[data-chart=what-if-strip]")) drawStrip(svg, of, cell % ratios);
    for (const svg of root.querySelectorAll("[data-chart=what-if-dots]")) drawDots(svg, of, cell);
    seen.add(cell);
    // the hedge changes nothing of what the long is held against
    const long = new Set([...seen].map((one) => Math.floor(one / ratios)));
    const words = seen.size === 1 && cell === own ? looked.dataset.first : looked.dataset.words;
    looked.textContent = words
      .replace("{k}", seen.size.toLocaleString("en"))
      .replace("{n}", (settings * ratios).toLocaleString("en"))
      .replace("{luck}", written(luck[long.size - 1], "percent"));
    root.dataset.cell = cell;
  };
  for (const input of inputs) input.addEventListener("input", show);
  document.getElementById("what-if-own").addEventListener("click", () => {
    for (const input of inputs) input.value = input.dataset.own;
    show();
  });
  show();
})();
