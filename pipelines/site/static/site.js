// Behaviour that every page shares: theme, search, tables that sort and filter.
"use strict";
window.WAREHOUSE = {
  sources: {}, tasks: {}, site: {}, runs: {}, figures: {}, asked: {}, waiting: {},
  // The key of a fit as the part of an address behind the #.
  address(series) { return series.split("/").map(encodeURIComponent).join("/"); },
  // The key of a fit, made of its columns as pipelines/keys.py makes it.
  keyOf(row) {
    return ["source", "task", "format", "metric", "n_shot", "corpus", "unit", "comparability_group"]
      .map((name) => (row[name] === null ? "-" : String(row[name]).replaceAll("/", ":").replaceAll(" ", "_"))).join("/");
  },
  // A number with a fixed count of digits: with a minus, but none before a nought.
  number(value, digits = 3) {
    if (value === null || value === undefined) return "–";
    return value.toFixed(digits).replace(/^-(0\.?0*)$/, "$1").replace("-", "−");
  },
  // A count with its thousands apart, as pages write them.
  count(value) { return value === null || value === undefined ? "–" : String(value).replace(/\B(?=(\d{3})+$)/g, "\u202f"); },
  // The number of examples in a prompt.
  shots(count) { return count === null ? "shots not stated" : count === 1 ? "1 shot" : `${count} shots`; },
  // A long name that a line may break after one of its parts, and within none; a number is whole.
  breakable(name) {
    const made = document.createDocumentFragment();
    (String(name ?? "–").match(/(?:[^_./-]|(?<=\d)\.(?=\d))+[_./-]*|[_./-]+/g) ?? []).forEach((part) => made.append(part, document.createElement("wbr")));
    return made;
  },
  // A number in three digits that count; a count whole.
  short(value) {
    if (value > 0 && value < 0.001) return "<0.001";
    return Number.isInteger(value) ? this.count(value) : value.toPrecision(3).replace("-", "−");
  },
  put(kind, name, value) { this[kind][name] = value; },
  // Reads data that was packed for its size: JSON, compressed, in letters.
  async inflate(letters) {
    if (!("DecompressionStream" in window)) throw new Error("This browser cannot unpack the data of these pages; a newer one can.");
    const bytes = Uint8Array.from(atob(letters), (letter) => letter.charCodeAt(0));
    return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).json();
  },
  unpack(kind, name, letters) { this.unpacked.push(this.inflate(letters).then((value) => this.put(kind, name, value))); },
  unpacked: [],
  // Loads a script of data once; works from a plain file, where fetch does not.
  load(address) {
    this.waiting[address] ??= new Promise((done, fail) => {
      const script = document.createElement("script");
      script.src = address;
      const tell = (error) => {
        const note = document.createElement("p");
        note.className = "say";
        note.setAttribute("role", "alert");
        note.textContent = error.message;
        document.querySelector("h1").after(note);
        fail(error);
      };
      script.onload = () => Promise.all(this.unpacked).then(done, tell);
      script.onerror = () => tell(new Error(`cannot read ${address}`));
      document.head.append(script);
    });
    return this.waiting[address];
  },
};

(() => {
  const root = document.documentElement;
  const recall = () => { try { return localStorage.getItem("theme"); } catch { return null; } };
  const keep = (theme) => { try { localStorage.setItem("theme", theme); } catch { /* private window */ } };
  if (recall()) root.dataset.theme = recall();
  const isDark = () => root.dataset.theme
    ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  const announce = () => document.dispatchEvent(new Event("themechange"));
  document.getElementById("theme").addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    keep(root.dataset.theme);
    announce();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", announce);

  const field = document.getElementById("search");
  const hits = document.getElementById("hits");
  const base = document.body.dataset.root;
  const plain = (text) => text.toLowerCase().replace(/[^a-z0-9]+/g, " ");
  const close = () => { hits.hidden = true; field.setAttribute("aria-expanded", "false"); };
  const find = async () => {
    await WAREHOUSE.load(`${base}data/search.js`);
    const words = plain(field.value).split(" ").filter(Boolean);
    const found = words.length
      ? WAREHOUSE.site.search.filter(([label, , kind]) => words.every((w) => plain(`${label} ${kind}`).includes(w)))
      : [];
    hits.replaceChildren(...found.slice(0, 40).map(([label, address, kind]) => {
      const item = document.createElement("li");
      const link = document.createElement("a");
      const note = document.createElement("small");
      link.href = base + address;
      link.append(label, note);
      note.textContent = kind;
      item.append(link);
      return item;
    }));
    if (words.length && !found.length) {
      const item = document.createElement("li");
      item.textContent = "nothing of that name";
      item.className = "soft";
      hits.append(item);
    }
    hits.hidden = !words.length;
    field.setAttribute("aria-expanded", String(!hits.hidden));
  };
  field.addEventListener("input", find);
  field.addEventListener("focus", find);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
    if (event.key === "/" && !/input|select|textarea/i.test(document.activeElement.tagName)) {
      event.preventDefault();
      field.focus();
    }
    if (/^Arrow(Down|Up)$/.test(event.key) && field.parentElement.contains(document.activeElement)) {
      const stops = [field, ...hits.querySelectorAll("a")];
      const next = stops.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
      stops[Math.max(0, Math.min(next, stops.length - 1))].focus();
      event.preventDefault();
    }
  });
  document.addEventListener("click", (event) => { if (!event.target.closest(".tools")) close(); });

  const value = (row, column) => {
    const cell = row.cells[column];
    // A page writes a minus, which no number is read from, and sets thousands apart.
    const text = (cell.dataset.value ?? cell.textContent.trim()).replace(/^−(?=\d)/, "-").replace(/(?<=\d)\u202f(?=\d{3})/g, "");
    const number = Number(text);
    return text === "" || text === "–" ? null : Number.isNaN(number) ? text.toLowerCase() : number;
  };
  const compare = (a, b) => {
    if (a === null || b === null) return (a === null) - (b === null) || 0;
    return typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b));
  };
  const sort = (table, column, direction) => {
    const body = table.tBodies[0];
    const rows = [...body.rows].map((row) => [value(row, column), row]);
    rows.sort(([a], [b]) => (a === null || b === null ? compare(a, b) : direction * compare(a, b)));
    body.append(...rows.map(([, row]) => row));
    [...table.tHead.rows[0].cells].forEach((cell, place) => {
      if (place === column) cell.setAttribute("aria-sort", direction > 0 ? "ascending" : "descending");
      else cell.removeAttribute("aria-sort");
    });
  };
  document.querySelectorAll("table.sortable").forEach((table) => {
    [...table.tHead.rows[0].cells].forEach((cell, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...cell.childNodes);
      cell.append(button);
      button.addEventListener("click", () =>
        sort(table, column, cell.getAttribute("aria-sort") === "ascending" ? -1 : 1));
    });
  });

  // A long table shows its first rows, until all are asked for or a form narrows it.
  const FIRST = 40;
  document.querySelectorAll("main .table > table").forEach((table) => {
    const count = table.tBodies[0]?.rows.length ?? 0;
    if (count <= 1.5 * FIRST) return;
    const box = table.parentElement;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = `show all ${WAREHOUSE.count(count)} rows`;
    button.addEventListener("click", () => { box.classList.add("whole"); button.remove(); });
    box.classList.add("capped");
    box.after(button);
  });

  // What an address names is opened where it is folded.
  const unfold = () => {
    let named = null;
    try { named = document.getElementById(decodeURIComponent(location.hash.slice(1))); } catch { /* no name */ }
    if (named?.tagName === "DETAILS") { named.open = true; named.scrollIntoView(); }
  };
  addEventListener("hashchange", unfold);
  unfold();

  // A form.filters narrows the elements it names: every select by data-<name>, the text over everything.
  document.querySelectorAll("form.filters").forEach((form) => {
    const items = [...document.querySelectorAll(form.dataset.items)];
    const status = form.querySelector("[role=status]");
    const apply = () => {
      const wanted = [...new FormData(form)].filter(([, wish]) => wish);
      let shown = 0;
      items.forEach((item) => {
        const fits = wanted.every(([name, wish]) => {
          if (name === "sort" || name === "axis") return true;
          if (name === "text") return plain(item.dataset.text ?? item.textContent).includes(plain(wish).trim());
          const own = (item.dataset[name] ?? "").split("\n");
          return wish.split("|").some((one) => own.includes(one));
        });
        item.hidden = !fits;
        shown += fits;
      });
      items[0]?.closest(".capped")?.classList.toggle("narrowed", wanted.some(([name]) => name !== "sort" && name !== "axis"));
      if (status) status.textContent = `${shown} of ${items.length} shown`;
    };
    const order = () => {
      const by = form.elements.sort?.value;
      if (!by) return;
      const key = (item) => {
        const text = item.dataset[by] ?? "";
        return text === "" ? null : Number.isNaN(Number(text)) ? text : Number(text);
      };
      const sign = by === "departure" ? -1 : 1;
      const sorted = [...items].sort((a, b) =>
        (key(a) === null || key(b) === null ? compare(key(a), key(b)) : sign * compare(key(a), key(b))));
      items[0]?.parentElement.append(...sorted);
    };
    // What is chosen stands in the address, unless that names something else already.
    const isPlain = () => !location.hash || location.hash.includes("=");
    const keep = () => {
      const state = new URLSearchParams([...new FormData(form)].filter(([name, value]) => value && name !== "axis"));
      if (isPlain()) history.replaceState(null, "", state.size ? `#${state}` : "#");
    };
    if (isPlain()) {
      new URLSearchParams(location.hash.slice(1)).forEach((value, name) => {
        if (name in form.elements) form.elements[name].value = value;
      });
    }
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("input", () => { apply(); order(); keep(); });
    form.addEventListener("refilter", () => { apply(); order(); });
    apply();
    order();
  });

  document.querySelectorAll("button[data-copy]").forEach((button) => {
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
      button.textContent = "copied";
    });
  });
  document.querySelectorAll("button[data-copy-link]").forEach((button) => {
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(location.href);
      button.textContent = "copied";
    });
  });
})();
