"use strict";
// The report's own script: large tables, cards, the graph's neighbourhood. Text from repositories is set as text, never as markup.
(() => {
  const PAGE = 50, FOLD = 300, NEAR = 60, DEEP = 14;
  const byId = (id) => document.getElementById(id);
  const read = (name) => JSON.parse(byId(`data-${name}`).textContent);
  const S = read("strings"), R = read("repositories");
  const lazy = (make) => { let made; return () => (made ??= make()); };
  const lower = lazy(() => S.map((s) => s.toLowerCase()));
  // Texts in the order of people: capitals with small letters, 9 before 10. A collator would take seconds for 50,000.
  const natural = (s) => s.toLowerCase().replace(/\d+/g, (digits) => digits.padStart(9, "0"));
  const ranked = (texts, ids) => {
    const keys = new Map(ids.map((i) => [i, natural(texts[i])])), ranks = new Int32Array(texts.length);
    ids.sort((a, b) => (keys.get(a) < keys.get(b) ? -1 : keys.get(a) > keys.get(b) ? 1 : a - b)).forEach((id, i) => { ranks[id] = i; });
    return ranks;
  };
  const names = lazy(() => new Map(R.flatMap(([name, id], i) => [[name, i], [id, i]])));

  // Elements: h("a", {href: …}, "text", child …).
  const h = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);
  const v = (tag, attributes = {}, ...children) => fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
  const fill = (element, attributes, children) => {
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
    }
    element.append(...children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== ""));
    return element;
  };
  const say = (text) => { byId("said").textContent = text; };
  const plural = (n, noun) => `${n.toLocaleString("en")} ${noun}${n === 1 ? "" : "s"}`;

  // Links to files at the commit; the address of the host was made beforehand.
  const address = (repository, path, line) => {
    const template = repository === null || !R[repository] ? null : R[repository][2];
    if (!template) return null;
    const open = line ? template : template.split("#")[0];
    const quoted = path.split("/").map(encodeURIComponent).join("/");
    return open.split("{file}").join(quoted).split("{line}").join(line);
  };
  const placed = (path, line) => (line ? `${S[path]}:${line}` : S[path]);
  const place = (repository, path, line) => {
    if (!path) return null;
    const code = h("code", {}, placed(path, line)), href = address(repository, S[path], line);
    return href ? h("a", { class: "place", href, rel: "noreferrer" }, code) : code;
  };
  const cardLink = (i) => h("a", { href: `#card?repository=${encodeURIComponent(R[i][1])}` }, R[i][0]);

  const copy = async (text, what) => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = h("textarea", { "aria-label": "Text to copy" });
      area.value = text;
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    say(`${what} copied`);
  };
  const csvCell = (text) => {
    const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
    return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };

  class Grid {
    constructor(box) {
      this.box = box;
      this.name = box.dataset.table;
      this.host = box.querySelector(".grid");
      this.ready = false;
      box.addEventListener("toggle", () => { if (box.open) this.start(); });
      if (box.open) this.start();
    }
    start() {
      if (this.ready) return;
      this.ready = true;
      const { title, note, columns, data } = read(`table-${this.name}`);
      this.title = title;
      this.columns = columns.map(([label, key, kind, hidden], i) => ({ label, key, kind, hidden, cells: data[i] }));
      this.length = data[0].length;
      this.owner = this.columns.find((c) => c.kind === "repository");
      this.reset();
      this.frame(note);
      this.apply();
    }
    reset() {
      this.q = "";
      this.sort = null;
      this.down = false;
      this.page = 0;
      this.filters = new Map();
      this.shown = new Set(this.columns.filter((c) => !c.hidden).map((c) => c.key));
    }
    column(key) { return this.columns.find((c) => c.key === key); }
    text(c, row) {
      const cell = c.cells[row];
      if (c.kind === "number") return cell === null ? "" : String(cell);
      if (c.kind === "repository") return cell === null ? "" : R[cell][0];
      if (c.kind === "list") return cell.map((s) => S[s]).join(", ");
      if (c.kind === "places") return cell.map((n, i) => (i % 2 ? null : placed(n, cell[i + 1]))).filter((t) => t !== null).join(" ");
      return S[cell];
    }
    values(c, row) {
      const cell = c.cells[row];
      if (c.kind === "list") return cell.length ? cell.map((s) => S[s]) : [""];
      if (c.kind === "places") return cell.length ? cell.map((n, i) => (i % 2 ? null : placed(n, cell[i + 1]))).filter((t) => t !== null) : [""];
      return [this.text(c, row)];
    }
    // State in the fragment: column filters by key; the table's own words start with a tilde.
    hash() {
      const pairs = [];
      for (const [key, values] of this.filters) for (const value of values) pairs.push([key, value]);
      if (this.q) pairs.push(["~q", this.q]);
      if (this.sort) pairs.push(["~sort", (this.down ? "-" : "") + this.sort]);
      if (this.page) pairs.push(["~page", String(this.page + 1)]);
      const usual = this.columns.filter((c) => !c.hidden).map((c) => c.key);
      if (usual.length !== this.shown.size || usual.some((k) => !this.shown.has(k))) pairs.push(["~columns", [...this.shown].join(".")]);
      const query = pairs.map((p) => p.map(encodeURIComponent).join("=")).join("&");
      return `#${this.name}${query ? `?${query}` : ""}`;
    }
    restore(pairs) {
      this.reset();
      for (const [key, value] of pairs) {
        if (key === "~q") this.q = value;
        else if (key === "~sort") { this.down = value.startsWith("-"); this.sort = value.replace(/^-/, ""); }
        else if (key === "~page") this.page = Math.max(0, (parseInt(value, 10) || 1) - 1);
        else if (key === "~columns") this.shown = new Set(value.split(".").filter((k) => this.column(k)));
        else if (this.column(key)) this.filters.set(key, (this.filters.get(key) ?? new Set()).add(value));
      }
      if (this.sort && !this.column(this.sort)) this.sort = null;
      this.search.value = this.q;
      this.apply();
    }
    changed(keepPage = false) {
      if (!keepPage) this.page = 0;
      this.apply();
      try { history.replaceState(null, "", this.hash()); } catch { /* some viewers forbid it */ }
      say(`${this.title}: ${plural(this.found.length, "row")}`);
    }
    test() {
      const tests = [];
      for (const [key, wanted] of this.filters) {
        const c = this.column(key);
        if (c.kind === "repository") {
          const ids = new Set([...wanted].map((w) => names().get(w) ?? -1));
          tests.push((row) => ids.has(c.cells[row]));
        } else if (c.kind === "text") {
          const ids = new Set(S.flatMap((s, i) => (wanted.has(s) ? [i] : [])));
          tests.push((row) => ids.has(c.cells[row]));
        } else tests.push((row) => this.values(c, row).some((t) => wanted.has(t)));
      }
      for (const word of this.q.toLowerCase().split(/\s+/).filter(Boolean)) {
        const hits = Uint8Array.from(lower(), (s) => (s.includes(word) ? 1 : 0));
        const repositories = Uint8Array.from(R, ([name, id]) => (name.toLowerCase().includes(word) || id.toLowerCase().includes(word) ? 1 : 0));
        tests.push((row) => this.columns.some((c) => {
          const cell = c.cells[row];
          if (cell === null) return false;
          if (c.kind === "text") return hits[cell];
          if (c.kind === "repository") return repositories[cell];
          if (c.kind === "list") return cell.some((s) => hits[s]);
          if (c.kind === "places") return cell.some((s, i) => !(i % 2) && hits[s]);
          return String(cell).includes(word);
        }));
      }
      return tests;
    }
    apply() {
      const tests = this.test(), found = [];
      for (let row = 0; row < this.length; row++) if (tests.every((t) => t(row))) found.push(row);
      if (this.sort) this.order(found);
      this.found = found;
      this.page = Math.min(this.page, Math.max(0, Math.ceil(found.length / PAGE) - 1));
      this.draw();
    }
    order(found) {
      const c = this.column(this.sort), sign = this.down ? -1 : 1;
      const ranks = c.kind === "number" || c.kind === "repository" ? null : (c.ranks ??= this.ranks(c));
      const by = {
        number: (row) => c.cells[row],
        repository: (row) => (c.cells[row] === null ? null : this.repositoryRank()[c.cells[row]]),
        list: (row) => (c.cells[row].length ? ranks[c.cells[row][0]] : null),
        places: (row) => (c.cells[row].length ? ranks[c.cells[row][0]] * 1e6 + c.cells[row][1] : null),
        text: (row) => (c.cells[row] ? ranks[c.cells[row]] : null),
      }[c.kind];
      // What is empty stands last, whichever way it is sorted.
      found.sort((a, b) => {
        const x = by(a), y = by(b);
        if (x === null || y === null) return (x === null) - (y === null) || a - b;
        return sign * (x - y) || a - b;
      });
    }
    ranks(c) {
      const first = c.kind === "text" ? c.cells : c.cells.flatMap((cell) => cell.slice(0, 1));
      return ranked(S, [...new Set(first)]);
    }
    repositoryRank() { return (Grid.ranks ??= ranked(R.map(([name]) => name), R.map((_, i) => i))); }
    frame(note) {
      const typed = () => { clearTimeout(this.wait); this.wait = setTimeout(() => { this.q = this.search.value; this.changed(); }, 120); };
      this.search = h("input", { type: "search", placeholder: "Search", "aria-label": `Search in ${this.title}`, oninput: typed });
      this.chips = h("div", { class: "chips" });
      this.count = h("span", { class: "of shown" });
      this.table = h("table", {}, h("caption", { class: "hear" }, this.title));
      this.head = h("thead");
      this.body = h("tbody");
      this.table.append(this.head, this.body);
      const turn = (by) => () => { this.page += by; this.changed(true); };
      this.back = h("button", { type: "button", onclick: turn(-1) }, "Back");
      this.next = h("button", { type: "button", onclick: turn(1) }, "Next");
      this.where = h("span", { class: "of" });
      this.host.append(
        h("div", { class: "bar" }, this.search, this.chips, this.count, h("span", { class: "grow" }),
          this.menu("Columns", (sheet) => this.chooser(sheet)),
          h("button", { type: "button", onclick: () => copy(this.csv(), `${plural(this.found.length, "row")} as CSV`) }, "Copy as CSV"),
          h("button", { type: "button", onclick: () => copy(location.href.split("#")[0] + this.hash(), "Link to these rows") }, "Copy link")),
        h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `${this.title}, rows` }, this.table),
        this.pager = h("div", { class: "bar" }, this.back, this.where, this.next),
        note ? h("p", { class: "note" }, note) : "");
    }
    menu(label, build, extra = {}) {
      const sheet = h("div", { class: "sheet", hidden: true, role: "group", "aria-label": `${extra["aria-label"] ?? label}, choices` });
      const button = h("button", { type: "button", "aria-expanded": "false", ...extra, onclick: () => (sheet.hidden ? open() : close()) }, label);
      const whole = h("div", { class: "menu" }, button, sheet);
      const outside = (event) => { if (!whole.contains(event.target)) close(); };
      const open = () => {
        sheet.replaceChildren();
        build(sheet);
        sheet.hidden = false;
        button.setAttribute("aria-expanded", "true");
        document.addEventListener("click", outside, true);
        sheet.querySelector("input")?.focus();
      };
      const close = () => {
        sheet.hidden = true;
        button.setAttribute("aria-expanded", "false");
        document.removeEventListener("click", outside, true);
      };
      whole.addEventListener("keydown", (event) => { if (event.key === "Escape" && !sheet.hidden) { close(); button.focus(); } });
      return whole;
    }
    chooser(sheet) {
      for (const c of this.columns) {
        const flip = () => { this.shown[this.shown.has(c.key) ? "delete" : "add"](c.key); this.changed(true); };
        sheet.append(h("label", {}, h("input", { type: "checkbox", checked: this.shown.has(c.key), onchange: flip }), c.label));
      }
    }
    filterSheet(sheet, c) {
      const counts = new Map();
      for (let row = 0; row < this.length; row++) for (const t of this.values(c, row)) counts.set(t, (counts.get(t) ?? 0) + 1);
      const all = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
      const list = h("div");
      const draw = (word) => {
        const some = all.filter(([t]) => t.toLowerCase().includes(word)).slice(0, FOLD);
        list.replaceChildren(...some.map(([t, n]) => {
          const flip = () => {
            const set = this.filters.get(c.key) ?? new Set();
            set[set.has(t) ? "delete" : "add"](t);
            if (set.size) this.filters.set(c.key, set); else this.filters.delete(c.key);
            this.changed();
          };
          return h("label", {}, h("input", { type: "checkbox", checked: this.filters.get(c.key)?.has(t), onchange: flip }), h("span", {}, t || "(nothing)"), h("span", { class: "of" }, n.toLocaleString("en")));
        }));
      };
      const input = h("input", { type: "search", placeholder: `${plural(all.length, "value")}`, "aria-label": `Values of ${c.label}` });
      input.addEventListener("input", () => draw(input.value.toLowerCase()));
      sheet.append(input, list);
      draw("");
    }
    draw() {
      const columns = this.columns.filter((c) => this.shown.has(c.key));
      const signature = columns.map((c) => c.key).join();
      if (this.headed !== signature) {
        this.headed = signature;
        this.head.replaceChildren(h("tr", {}, columns.map((c) => this.heading(c))));
      }
      for (const th of this.head.querySelectorAll("th")) {
        const sorted = th.dataset.key === this.sort;
        th.setAttribute("aria-sort", sorted ? (this.down ? "descending" : "ascending") : "none");
        th.querySelector("[data-sort]").textContent = this.column(th.dataset.key).label + (sorted ? (this.down ? " ↓" : " ↑") : "");
        th.querySelector("[data-filter]")?.classList.toggle("on", this.filters.has(th.dataset.key));
      }
      const from = this.page * PAGE, some = this.found.slice(from, from + PAGE);
      this.body.replaceChildren(...some.map((row) => h("tr", {}, columns.map((c, i) => this.cell(c, row, i)))));
      this.count.textContent = this.found.length === this.length ? plural(this.length, "row") : `${this.found.length.toLocaleString("en")} of ${plural(this.length, "row")}`;
      this.where.textContent = this.found.length ? `${from + 1}–${from + some.length} of ${this.found.length.toLocaleString("en")}` : "nothing fits";
      this.back.disabled = this.page === 0;
      this.next.disabled = from + PAGE >= this.found.length;
      this.pager.hidden = this.found.length <= PAGE && this.found.length > 0;
      const drop = (key, value) => () => {
        const set = this.filters.get(key);
        set.delete(value);
        if (!set.size) this.filters.delete(key);
        this.changed();
        this.search.focus();
      };
      const chips = [...this.filters].flatMap(([key, values]) => [...values].map((value) => [key, value]));
      this.chips.replaceChildren(...chips.slice(0, 12).map(([key, value]) =>
        h("button", { type: "button", class: "chip", "aria-label": `Remove filter ${this.column(key).label}: ${value || "nothing"}`, onclick: drop(key, value) },
          `${this.column(key).label}: ${(names().has(value) && this.column(key).kind === "repository" ? R[names().get(value)][0] : value) || "(nothing)"} ×`)),
        chips.length > 12 ? h("span", { class: "of" }, `and ${chips.length - 12} more`) : "",
        chips.length || this.q ? h("button", { type: "button", onclick: () => { const keep = this.shown; this.reset(); this.shown = keep; this.search.value = ""; this.changed(); } }, "Show all") : "");
    }
    heading(c) {
      const sort = () => { this.down = this.sort === c.key ? !this.down : c.kind === "number"; this.sort = c.key; this.changed(); };
      const filter = c.kind === "number" ? null : this.menu("", (sheet) => this.filterSheet(sheet, c), { "data-filter": "", class: "sieve", "aria-label": `Filter ${c.label}` });
      return h("th", { scope: "col", "data-key": c.key, class: c.kind === "number" ? "num" : null },
        h("button", { type: "button", "data-sort": "", onclick: sort }, c.label), filter);
    }
    cell(c, row, i) {
      const cell = c.cells[row];
      let inside = this.text(c, row);
      if (c.kind === "repository" && cell !== null) inside = cardLink(cell);
      else if (c.kind === "places") {
        const owner = this.owner ? this.owner.cells[row] : null;
        inside = cell.flatMap((n, j) => (j % 2 ? [] : [j ? " " : "", place(owner, n, cell[j + 1])]));
      }
      const size = c.kind === "text" ? (inside.length > 60 ? "long" : inside.length < 26 ? "short" : null) : c.kind === "number" ? "num" : c.kind === "places" ? "places" : c.kind === "repository" ? "name" : null;
      return i === 0 ? h("th", { scope: "row", class: size }, inside) : h("td", { class: size }, inside);
    }
    csv() {
      const columns = this.columns.filter((c) => this.shown.has(c.key));
      const lines = [columns.map((c) => csvCell(c.label)).join(",")];
      for (const row of this.found) lines.push(columns.map((c) => (c.kind === "number" ? this.text(c, row) : csvCell(this.text(c, row)))).join(","));
      return `${lines.join("\n")}\n`;
    }
  }

  // Cards.
  const cards = lazy(() => read("cards"));
  const tone = (word) => ({ locked: "good", fresh: "good", classified: "good", stale: "bad", broken: "bad", conflicting: "bad", failed: "bad", unlocked: "bad", unknown: "unknown", undecidable: "unknown", partial: "warn", pinned: "warn", "needs-decision": "warn", error: "bad", warning: "warn", drifted: "warn", proved: "good", resolved: "good", refused: "warn", high: "bad", medium: "warn", low: "good" }[word] ?? "none");
  const tag = (word) => h("span", { class: `tag t-${tone(word)}` }, word);
  const unknown = (text = "unknown") => h("span", { class: "unknown" }, text);
  const list = (items) => (items.length ? h("ul", { class: "plain" }, items.map((item) => h("li", {}, item))) : "");
  const reasons = (i, found = []) => list(found.map(([message, path, line]) => [S[message], " ", place(i, path, line)]));

  const card = (i) => {
    const c = cards()[i], [name, id] = R[i];
    const facts = [
      ["state", tag(S[c.state])], ["owners", S[c.owners] || unknown()], ["criticality", S[c.criticality] || unknown("not set")], ["CI", S[c.ci] || "none"],
      ["commit", c.commit ? h("code", {}, S[c.commit].slice(0, 12)) : unknown()], ["of", S[c.at] ?? ""], ["branch", S[c.branch] || unknown()],
    ].map(([label, value]) => h("span", {}, `${label}: `, value));
    return h("article", { class: "card", "aria-labelledby": "card-title" },
      h("h3", { id: "card-title", tabindex: "-1" }, name), h("p", { class: "note" }, id), h("div", { class: "facts" }, facts),
      c.decisions ? [h("h4", {}, "To decide"), reasons(i, c.decisions)] : "",
      (c.projects ?? []).map((p) => project(i, p)),
      c.more ? h("p", { class: "note" }, `and ${plural(c.more, "main project")} more: see the table of projects`) : "",
      c.others ? h("p", { class: "note" }, `Beside them: ${c.others.map(([path, role]) => `${S[path]} (${S[role]})`).join(", ")}${c.moreothers ? ` and ${c.moreothers} more` : ""}`) : "",
      findingsOf(i), (c.plans ?? []).map((p) => plan(i, p)), unreadOf(i));
  };
  const project = (i, p) => h("div", { class: "project" },
    h("h4", {}, S[p.path] === "." ? "The project at the root" : S[p.path], p.name ? ` (${S[p.name]})` : "", `, ${S[p.kind]}`),
    p.signature ? h("ul", { class: "signature", "aria-label": "Signature" }, p.signature.map(([where, tool, path, line]) => h("li", {}, `${S[where]}: ${S[tool]} `, place(i, path, line)))) : "",
    h("div", { class: "three" }, ["local", "CI", "image"].map((label, n) => environment(i, label, (p.environments ?? [])[n]))),
    p.differ ? [h("h4", {}, "They disagree"), list(p.differ.map((s) => S[s]))] : "",
    h("h4", {}, "Lock: ", tag(S[p.lock])), reasons(i, p.because),
    list((p.locks ?? []).map((k) => [place(i, k.path, 0), ` (${S[k.tool]}${k.by ? ` ${S[k.by]}` : ""}) `, tag(S[k.verdict]),
      ` ${{ 1: "covers what is declared", 2: "does not cover what is declared" }[k.covers] ?? "coverage unknown"}, ${plural(k.packages ?? 0, "package")}, ${k.hashed ?? 0} with digests`, reasons(i, k.reasons)])),
    h("p", { class: "facts" }, h("span", {}, "requires Python: ", p.python ? h("code", {}, S[p.python]) : unknown())),
    p.unknown ? [h("h4", {}, "Not known"), reasons(i, p.unknown)] : "",
    p.why || p.role ? h("details", {}, h("summary", {}, "Why this kind and role"), reasons(i, [...(p.why ?? []), ...(p.role ?? [])])) : "");
  const environment = (i, label, e) => {
    if (!e) return h("div", {}, h("h5", {}, label), unknown("not shown by the files"));
    const places = (e.places ?? []).flatMap((n, j) => (j % 2 ? [] : [place(i, n, e.places[j + 1]), " "]));
    const rows = [["tool", e.tool ? S[e.tool] : unknown()], ["from lock", { 1: "yes", 2: "no" }[e.lock] ?? unknown()], ["enforced", e.enforced ? S[e.enforced] : unknown()], ["Python", e.python ? S[e.python] : unknown()], ["indexes", e.indexes ? S[e.indexes] : null], ["seen in", places]];
    return h("div", {}, h("h5", {}, label), h("dl", {}, rows.filter(([, value]) => value !== null).map(([key, value]) => [h("dt", {}, key), h("dd", {}, value)])));
  };
  const rowsOf = (name, i) => {
    if (!byId(`data-table-${name}`)) return [];
    const { columns, data } = (rowsOf[name] ??= read(`table-${name}`));
    const owner = columns.findIndex((c) => c[2] === "repository");
    const rows = [];
    data[owner].forEach((cell, row) => { if (cell === i) rows.push(Object.fromEntries(columns.map(([, key], c) => [key, data[c][row]]))); });
    return rows;
  };
  const places = (i, cell) => cell.flatMap((n, j) => (j % 2 ? [] : [" ", place(i, n, cell[j + 1])]));
  const findingsOf = (i) => {
    const found = rowsOf("findings", i);
    if (!found.length) return h("p", {}, "No open findings.");
    return [h("h4", {}, h("a", { href: `#findings?repository=${encodeURIComponent(R[i][1])}` }, plural(found.length, "finding"))),
      list(found.slice(0, 20).map((f) => [tag(S[f.level]), ` ${S[f.what]}`, places(i, f.places), h("div", { class: "note" }, S[f["what-to-do"]])])),
      found.length > 20 ? h("p", { class: "note" }, `and ${found.length - 20} more`) : ""];
  };
  const unreadOf = (i) => {
    const found = rowsOf("unread", i);
    return found.length ? [h("h4", {}, "Not read, or left aside"), list(found.slice(0, 20).map((e) => [places(i, e.place), ` ${S[e.code]}: ${S[e.reason]}`]))] : "";
  };
  const plan = (i, p) => [
    h("h4", {}, `Plan: to ${S[p.track]}`),
    h("p", { class: "facts" }, [p.wave ? `wave ${p.wave}` : "no wave needed", `rank ${p.rank}`, `score ${p.score ?? 0} = ${(p.because ?? []).map(([f, n]) => `${n > 0 ? "+" : ""}${n} ${S[f]}`).join(" ")}`, `${p.hours[1]} hours likely (${p.hours[0]} to ${p.hours[2]})`].map((t) => h("span", {}, t)), h("span", {}, "risk ", tag(S[p.risk]))),
    p.blockers ? [h("h5", {}, "In the way"), list(p.blockers.map(([message, decision, path, line]) => [S[message], " ", place(i, path, line), decision ? h("div", { class: "note" }, `To decide: ${S[decision]}`) : ""]))] : "",
    p.steps ? h("details", {}, h("summary", {}, plural(p.steps.length, "step")), h("ol", {}, p.steps.map((s) => h("li", {}, S[s]))), h("p", { class: "note" }, "Commands, checks and ways back are in plan.json and plan.md.")) : "",
    p.proofs ? list(p.proofs.map(([where, status, why]) => [`Proof of ${S[where]}: `, tag(S[status]), why ? ` ${S[why]}` : ""])) : ""];

  // A picker: a field with the repositories' names, and what is shown of the one chosen.
  const picker = (box, label, choices, show) => {
    const names_ = h("datalist", { id: `${box.id}-names` }, choices.map((i) => h("option", { value: R[i][0] })));
    const field = h("input", { type: "search", list: `${box.id}-names`, placeholder: "Name of a repository", id: `${box.id}-field` });
    const stage = h("div");
    const go = () => { const i = names().get(field.value); if (i !== undefined && choices.includes(i)) location.hash = `${box.id}?repository=${encodeURIComponent(R[i][1])}`; };
    field.addEventListener("change", go);
    box.append(h("h3", {}, label), h("div", { class: "bar" }, h("label", { for: `${box.id}-field` }, "Repository"), field, names_, h("button", { type: "button", onclick: go }, "Show")), stage);
    return (i) => { field.value = R[i][0]; stage.replaceChildren(show(i)); stage.querySelector("h3, [tabindex]")?.focus({ preventScroll: true }); };
  };

  // The neighbourhood of one repository: what it needs at the left, who needs it at the right.
  const edges = lazy(() => {
    const { columns, data } = read("table-edges");
    const at = (key) => data[columns.findIndex((c) => c[1] === key)];
    const needs = new Map(), needed = new Map(), add = (map, a, b) => map.set(a, (map.get(a) ?? new Set()).add(b));
    at("repository").forEach((a, row) => { const b = at("needs")[row]; if (a !== null && b !== null && a !== b) { add(needs, a, b); add(needed, b, a); } });
    return { needs, needed };
  });
  const neighbourhood = (centre) => {
    const { needs, needed } = edges(), layer = new Map([[centre, 0]]);
    let cut = 0;
    for (const [map, step] of [[needs, -1], [needed, 1]]) {
      let front = [centre];
      for (let depth = 1; depth <= 3 && front.length; depth++) {
        const next = [];
        for (const a of front) for (const b of [...(map.get(a) ?? [])].sort((x, y) => (R[x][0] < R[y][0] ? -1 : 1))) {
          if (layer.has(b)) continue;
          if (layer.size >= NEAR) { cut += 1; continue; }
          layer.set(b, step * depth);
          next.push(b);
        }
        front = next;
      }
    }
    const columns = [...new Set(layer.values())].sort((a, b) => a - b), at = new Map();
    // A layer of many is drawn in several columns.
    const spread = columns.flatMap((c) => {
      const inside = [...layer].filter(([, l]) => l === c).map(([i]) => i);
      return Array.from({ length: Math.ceil(inside.length / DEEP) }, (_, n) => [c, n, inside.slice(n * DEEP, (n + 1) * DEEP)]);
    });
    const tall = Math.max(...spread.map(([, , inside]) => inside.length));
    spread.forEach(([, , inside], x) => inside.forEach((i, y) => at.set(i, [16 + x * 220, 34 + (tall - inside.length) * 18 + y * 36])));
    const arrows = [];
    for (const a of layer.keys()) for (const b of needs.get(a) ?? []) if (at.has(b)) {
      const [x1, y1] = at.get(a), [x2, y2] = at.get(b), back = x1 <= x2;
      const from = [back ? x1 + 150 : x1, y1 + 13], to = [x2 + 150, y2 + 13], bend = back ? -50 : Math.max(30, (from[0] - to[0]) / 2);
      arrows.push(v("path", { class: "arrow", d: `M${from[0]} ${from[1]}C${from[0] - bend} ${from[1]} ${to[0] + Math.abs(bend)} ${to[1]} ${to[0]} ${to[1]}` }));
    }
    const nodes = [...at].map(([i, [x, y]]) => {
      return v("a", { href: `#neighbourhood?repository=${encodeURIComponent(R[i][1])}`, "aria-label": R[i][0] },
        v("title", {}, R[i][0]), v("rect", { x, y, width: 150, height: 26, rx: 5, class: i === centre ? "node centre" : "node" }),
        v("svg", { x, y, width: 146, height: 26 }, v("text", { x: 8, y: 17, class: "small" }, R[i][0])));
    });
    const heads = spread.map(([c, n], x) => v("text", { x: 16 + x * 220, y: 18, class: "small soft" }, n ? "" : c === 0 ? "this one" : c < 0 ? `it needs, ${-c} away` : `need it, ${c} away`));
    const width = spread.length * 220 + 16, height = tall * 36 + 50;
    const svg = v("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "group", "aria-label": `Neighbourhood of ${R[centre][0]}` }, v("g", { class: "move" }, heads, arrows, nodes));
    const box = h("div", { class: "picture", tabindex: "0", role: "region", "aria-label": `Neighbourhood of ${R[centre][0]}, chart` }, svg);
    movable(box);
    return h("div", {}, box, h("p", { class: "note" }, cut ? `At most ${NEAR} are drawn; ${plural(cut, "edge")} to others left out. ` : "", cardLink(centre), " (card) · ",
      h("a", { href: `#edges?needs=${encodeURIComponent(R[centre][1])}` }, "who needs it"), " · ", h("a", { href: `#edges?repository=${encodeURIComponent(R[centre][1])}` }, "what it needs")));
  };

  // Pan by dragging, zoom by buttons or with Ctrl and the wheel.
  const movable = (box) => {
    const svg = box.querySelector("svg"), full = svg.getAttribute("viewBox").split(" ").map(Number);
    let view = [...full], held = null;
    const set = () => svg.setAttribute("viewBox", view.map((n) => n.toFixed(1)).join(" "));
    const zoom = (factor) => {
      const [x, y, w, t] = view, wide = Math.min(full[2] * 2, Math.max(full[2] / 12, w * factor)), high = (wide / w) * t;
      view = [x + (w - wide) / 2, y + (t - high) / 2, wide, high];
      set();
    };
    svg.addEventListener("pointerdown", (e) => { held = [e.clientX, e.clientY, false]; });
    svg.addEventListener("pointermove", (e) => {
      if (!held || e.buttons !== 1) return;
      const scale = view[2] / svg.clientWidth, dx = e.clientX - held[0], dy = e.clientY - held[1];
      if (!held[2] && Math.hypot(dx, dy) < 4) return;
      held = [e.clientX, e.clientY, true];
      view[0] -= dx * scale;
      view[1] -= dy * scale;
      set();
    });
    svg.addEventListener("click", (e) => { if (held?.[2]) e.preventDefault(); held = null; }, true);
    svg.addEventListener("dragstart", (e) => e.preventDefault());
    box.addEventListener("wheel", (e) => { if (e.ctrlKey) { e.preventDefault(); zoom(e.deltaY > 0 ? 1.15 : 1 / 1.15); } }, { passive: false });
    const button = (text, label, act) => h("button", { type: "button", "aria-label": label, onclick: act }, text);
    box.before(h("div", { class: "bar noprint" }, button("+", "Zoom in", () => zoom(1 / 1.3)), button("−", "Zoom out", () => zoom(1.3)), button("Whole", "Show the whole graph", () => { view = [...full]; set(); })));
  };

  // Where the address leads.
  const grids = new Map([...document.querySelectorAll("[data-table]")].map((box) => [box.dataset.table, new Grid(box)]));
  const pickers = new Map();
  for (const box of document.querySelectorAll("[data-what]")) {
    if (box.dataset.what === "card") pickers.set("card", picker(box, "Card of a repository", R.map((_, i) => i), card));
    else if (byId("data-table-edges")) pickers.set("neighbourhood", picker(box, "Neighbourhood of a repository", [...new Set([...edges().needs.keys(), ...edges().needed.keys()])].sort((a, b) => a - b), neighbourhood));
  }
  for (const box of document.querySelectorAll("#fig-dependency-graph .picture")) {
    const holder = h("div");
    box.before(holder);
    movable(box);
  }
  const decode = (text) => { try { return decodeURIComponent(text); } catch { return text; } };
  const follow = () => {
    const [name, query = ""] = location.hash.slice(1).split("?");
    const pairs = query.split("&").filter(Boolean).map((p) => { const [key, ...value] = p.split("="); return [decode(key), decode(value.join("="))]; });
    document.querySelectorAll(".rows.aim").forEach((box) => box.classList.remove("aim"));
    const grid = grids.get(name);
    if (grid) {
      grid.box.open = true;
      grid.start();
      grid.restore(pairs);
      grid.box.classList.add("aim");
      grid.box.scrollIntoView();
      grid.box.querySelector("summary").focus({ preventScroll: true });
      say(`${grid.title}: ${plural(grid.found.length, "row")}`);
    } else if (pickers.has(name)) {
      const i = names().get(pairs.find(([key]) => key === "repository")?.[1] ?? "");
      if (i !== undefined) pickers.get(name)(i);
      byId(name).scrollIntoView();
    }
  };
  addEventListener("hashchange", follow);
  // A link to where one already is leads there again.
  document.addEventListener("click", (e) => { const link = e.target.closest?.("a[href^='#']"); if (link && link.getAttribute("href") === location.hash) follow(); });

  const root = document.documentElement;
  const remember = (theme) => { try { localStorage.setItem("muster-theme", theme); } catch { /* private windows */ } };
  try { const theme = localStorage.getItem("muster-theme"); if (theme === "dark" || theme === "light") root.dataset.theme = theme; } catch { /* the same */ }
  byId("theme").addEventListener("click", () => {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    remember(root.dataset.theme);
  });
  byId("print").addEventListener("click", () => print());
  byId("page-tools").hidden = false;
  follow();
  root.dataset.ready = "yes";
})();
