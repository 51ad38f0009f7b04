/* layerscope's report: long tables that page, sort and search; the theme; the Dockerfile to the clipboard. */
"use strict";
(() => {
  const DIGITS = Array.from({ length: 95 }, (_, at) => String.fromCharCode(32 + at)).filter((digit) => !"\"&'<>\\".includes(digit));
  const VALUE = new Map(DIGITS.map((digit, value) => [digit, value]));
  const NUMBERS = new Set(["count", "bytes", "change", "share"]);

  /* --- Values as text, as the report writes them --- */

  function grouped(number) {
    return String(number).replace(/\B(?=(\d{3})+$)/g, ",");
  }

  /* With so many digits after the point, a tie going to the even one: as the report rounds. */
  function rounded(value, digits) {
    const scaled = value * 10 ** digits;
    if (!Number.isInteger(value * 8) || scaled % 1 !== 0.5) return value.toFixed(digits);
    const below = Math.floor(scaled);
    return ((below % 2 ? below + 1 : below) / 10 ** digits).toFixed(digits);
  }

  function significant(value) {
    return String(Number(rounded(value, value < 9.995 ? 2 : value < 99.95 ? 1 : 0)));
  }

  function size(amount) {
    if (amount < 1000) return `${amount} B`;
    const units = ["kB", "MB", "GB", "TB", "PB"];
    let power = 1;
    while (power < units.length && amount >= 1000 ** (power + 1)) power += 1;
    return `${significant(amount / 1000 ** power)} ${units[power - 1]}`;
  }

  function signed(bytes) {
    return bytes ? `${bytes > 0 ? "+" : "\u2212"}${size(Math.abs(bytes))}` : "\u00b10";
  }

  function percent(part, whole) {
    if (!whole || !part) return "0 %";
    const share = (100 * part) / whole;
    if (share < 0.1) return "< 0.1 %";
    return `${rounded(part < whole ? Math.min(share, 99.9) : share, 1)} %`;
  }

  function shown(column, value) {
    if (column.kind === "bytes") return size(value);
    if (column.kind === "change") return signed(value);
    if (column.kind === "share") return percent(value, column.whole);
    return column.kind === "count" ? grouped(value) : String(value);
  }

  /* --- Columns out of the page --- */

  function decoded(data) {
    if (Array.isArray(data)) return data;
    if ("front" in data) {
      let before = "";
      return data.front.split("\n").map((line) => (before = before.slice(0, VALUE.get(line[0])) + line.slice(1)));
    }
    if ("at" in data) return data.at.map((position) => data.of[position]);
    const values = [];
    for (let at = 0; at < data.runs.length; at += 2) {
      const value = data.of[data.runs[at]];
      for (let times = data.runs[at + 1]; times > 0; times -= 1) values.push(value);
    }
    return values;
  }

  /* --- Long tables --- */

  function element(name, className, text) {
    const made = document.createElement(name);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  }

  function swatch(name) {
    const namespace = "http://www.w3.org/2000/svg";
    const drawing = document.createElementNS(namespace, "svg");
    const square = document.createElementNS(namespace, "rect");
    const attributes = { class: "swatch", width: 12, height: 12, "aria-hidden": "true", focusable: "false" };
    for (const [key, value] of Object.entries(attributes)) drawing.setAttribute(key, value);
    for (const [key, value] of Object.entries({ class: `c-${name}`, width: 12, height: 12 })) square.setAttribute(key, value);
    drawing.append(square);
    return drawing;
  }

  function cell(column, value) {
    const text = shown(column, value);
    if (column.kind === "code") {
      const made = element("td");
      made.append(element("code", "", text));
      return made;
    }
    if (column.kind === "category") {
      const label = element("span", "category");
      if (text) label.append(swatch(text));
      label.append(text);
      const made = element("td");
      made.append(label);
      return made;
    }
    const made = element("td", NUMBERS.has(column.kind) ? "n" : "", text);
    if (column.kind === "bytes" || column.kind === "change") made.title = `${grouped(value).replace("-", "\u2212")} bytes`;
    return made;
  }

  class LongTable {
    constructor(root) {
      const data = JSON.parse(root.querySelector("script.data").textContent);
      this.root = root;
      this.columns = data.columns.map((column) => ({ ...column, values: decoded(column.data) }));
      this.size = data.page;
      this.count = this.columns[0].values.length;
      this.rows = Array.from({ length: this.count }, (_, row) => row);
      this.page = 0;
      this.body = root.querySelector("tbody");
      this.tools = root.querySelector(".tools");
      this.pager = root.querySelector(".pager");
      this.search = this.tools.querySelector("[name=search]");
      this.regex = this.tools.querySelector("[name=regex]");
      this.choices = [...this.tools.querySelectorAll("select")];
      this.heads = [...root.querySelectorAll("th[data-key]")];
      this.first = data.order;
      this.order = { key: this.first, falling: true };
      this.prepare();
      this.select();
    }

    column(key) {
      return this.columns.find((column) => column.key === key);
    }

    prepare() {
      for (const head of this.heads) {
        const button = element("button", "sort", head.textContent);
        button.type = "button";
        button.addEventListener("click", () => this.sortBy(head.dataset.key));
        head.replaceChildren(button);
      }
      for (const choice of this.choices) {
        const values = [...new Set(this.column(choice.name).values)].sort();
        for (const value of values) choice.add(new Option(value, value));
        choice.addEventListener("change", () => this.select());
      }
      let waiting = 0;
      this.search.addEventListener("input", () => {
        clearTimeout(waiting);
        waiting = setTimeout(() => this.select(), 80);
      });
      this.regex.addEventListener("change", () => this.select());
      const [back, next] = this.pager.querySelectorAll("button");
      back.addEventListener("click", () => this.turn(-1));
      next.addEventListener("click", () => this.turn(1));
      this.tools.hidden = this.count < 12;
    }

    matcher() {
      const wanted = this.search.value;
      this.search.removeAttribute("aria-invalid");
      if (!wanted) return () => true;
      if (!this.texts) {
        const words = this.columns.filter((column) => !NUMBERS.has(column.kind));
        this.texts = Array.from({ length: this.count }, (_, row) => words.map((column) => column.values[row]).join("\n"));
        this.lowered = this.texts.map((text) => text.toLowerCase());
      }
      if (!this.regex.checked) {
        const lowered = wanted.toLowerCase();
        return (row) => this.lowered[row].includes(lowered);
      }
      try {
        const pattern = new RegExp(wanted, "mi");
        return (row) => pattern.test(this.texts[row]);
      } catch {
        this.search.setAttribute("aria-invalid", "true");
        return null;
      }
    }

    select() {
      const matches = this.matcher();
      if (!matches) {
        this.tell("That is no regular expression yet.");
        return;
      }
      const chosen = this.choices.filter((choice) => choice.value).map((choice) => [this.column(choice.name).values, choice.value]);
      this.rows = [];
      for (let row = 0; row < this.count; row += 1) {
        if (chosen.every(([values, value]) => values[row] === value) && matches(row)) this.rows.push(row);
      }
      this.sort();
    }

    sortBy(key) {
      const falls = NUMBERS.has(this.column(key).kind);
      this.order = { key, falling: this.order.key === key ? !this.order.falling : falls };
      this.sort();
    }

    sort() {
      if (this.order.key) this.reorder();
      this.page = 0;
      this.show();
    }

    reorder() {
      const { values, kind } = this.column(this.order.key);
      const way = this.order.falling ? -1 : 1;
      if (kind === "change") this.rows.sort((one, other) => way * (Math.abs(values[one]) - Math.abs(values[other])) || one - other);
      else if (NUMBERS.has(kind)) this.rows.sort((one, other) => way * (values[one] - values[other]) || one - other);
      else this.rows.sort((one, other) => way * ((values[one] > values[other]) - (values[one] < values[other])) || one - other);
      for (const head of this.heads) {
        if (head.dataset.key === this.order.key) head.setAttribute("aria-sort", this.order.falling ? "descending" : "ascending");
        else head.removeAttribute("aria-sort");
      }
    }

    turn(step) {
      this.page += step;
      this.show();
      this.body.closest(".scroll").scrollTop = 0;
    }

    show() {
      const start = this.page * this.size;
      const rows = this.rows.slice(start, start + this.size);
      this.body.replaceChildren(
        ...rows.map((row) => {
          const made = element("tr");
          made.append(...this.columns.map((column) => cell(column, column.values[row])));
          return made;
        }),
      );
      const pages = Math.ceil(this.rows.length / this.size);
      this.pager.hidden = pages < 2;
      this.pager.querySelector(".page").textContent = `${grouped(start + 1)}\u2013${grouped(start + rows.length)} of ${grouped(this.rows.length)}`;
      const [back, next] = this.pager.querySelectorAll("button");
      back.disabled = this.page === 0;
      next.disabled = this.page + 1 >= pages;
      this.tell(this.sum());
    }

    /* How many rows are on show, and what they add up to where the table is of sizes. */
    sum() {
      const column = this.column(this.first);
      const many = `${grouped(this.rows.length)} of ${grouped(this.count)} rows`;
      if (!column) return many;
      let total = 0;
      for (const row of this.rows) total += column.values[row];
      return `${many}, ${shown(column, total)}`;
    }

    tell(text) {
      this.tools.querySelector(".found").textContent = text;
    }
  }

  for (const root of document.querySelectorAll(".long")) new LongTable(root);

  /* --- The Dockerfile to the clipboard --- */

  function selected(text) {
    const area = element("textarea", "off");
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }

  async function copied(text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      return selected(text);
    }
  }

  const copy = document.getElementById("copy");
  if (copy) {
    copy.hidden = false;
    copy.addEventListener("click", async () => {
      const done = await copied(JSON.parse(document.getElementById("dockerfile-text").textContent));
      copy.textContent = done ? "Copied" : "Select and copy by hand";
      copy.focus();
      setTimeout(() => (copy.textContent = "Copy"), 2500);
    });
  }

  /* --- Light and dark --- */

  const theme = document.getElementById("theme");
  const prefersDark = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (document.documentElement.dataset.theme || (prefersDark.matches ? "dark" : "light")) === "dark";
  const name = () => (theme.textContent = isDark() ? "Light theme" : "Dark theme");
  theme.hidden = false;
  theme.addEventListener("click", () => {
    document.documentElement.dataset.theme = isDark() ? "light" : "dark";
    name();
  });
  prefersDark.addEventListener("change", name);
  name();

  /* --- On paper every finding is open --- */

  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open])")];
    for (const details of opened) details.open = true;
  });
  addEventListener("afterprint", () => {
    for (const details of opened) details.open = false;
  });
})();
