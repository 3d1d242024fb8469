// Filters, search, copying and keys. The page is complete without it: nothing here adds content.
"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const all = (selector, under = document) => [...under.querySelectorAll(selector)];
  const root = document.documentElement;
  root.classList.add("js");

  // Theme: the system's until the reader chooses. Storage may be forbidden for local files.
  const theme = $("theme");
  const stored = { get: () => null, set: () => {} };
  try {
    const storage = window.localStorage;
    stored.get = () => storage.getItem("confaudit-theme");
    stored.set = (value) => storage.setItem("confaudit-theme", value);
  } catch { /* the choice then lasts as long as the page */ }
  const systemDark = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : systemDark.matches);
  const nameTheme = () => { theme.textContent = isDark() ? "Light theme" : "Dark theme"; };
  if (stored.get()) root.dataset.theme = stored.get();
  theme.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    stored.set(root.dataset.theme);
    nameTheme();
  });
  systemDark.addEventListener("change", nameTheme);
  nameTheme();
  theme.hidden = false;

  const groups = all("details.group");
  if (!groups.length) return;
  const rows = all("tr[id], article[id]");
  const search = $("search");
  const shown = $("shown");
  const links = new Map(all("nav li").map((item) => [item.firstChild.hash.slice(1), item]));
  const wanted = new Map(); // facet → the values that are to be seen; a facet without any shows all
  const folded = new Map(); // group → whether it was open before a filter opened it
  let texts; // what each row is searched by; made at the first search
  for (const id of ["tools", "help"]) $(id).hidden = false;

  // Count cards become switches.
  const cards = all(".cards [data-facet]").map((card) => {
    const { facet, value } = card.dataset;
    if (!wanted.has(facet)) wanted.set(facet, new Set());
    const button = document.createElement("button");
    button.type = "button";
    button.append(...card.childNodes);
    card.append(button);
    button.addEventListener("click", () => {
      const values = wanted.get(facet);
      if (!values.delete(value)) values.add(value);
      apply();
    });
    return { facet, value, button };
  });
  const chosen = () => [...wanted].filter(([, values]) => values.size);

  function apply() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const facets = chosen();
    if (words.length) texts ??= new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));
    for (const row of rows) {
      const isWanted = facets.every(([facet, values]) => values.has(row.dataset[facet]));
      row.hidden = !(isWanted && words.every((word) => texts.get(row).includes(word)));
    }
    const isFiltered = words.length > 0 || facets.length > 0;
    for (const group of groups) {
      countGroup(group);
      unfold(group, isFiltered);
    }
    for (const heading of all("h2.part")) heading.hidden = isEmpty(heading);
    for (const heading of all("nav h2")) heading.hidden = !heading.nextElementSibling.querySelector("li:not([hidden])");
    for (const { facet, value, button } of cards) button.setAttribute("aria-pressed", wanted.get(facet).has(value));
    const left = rows.filter((row) => !row.hidden).length;
    shown.value = `${left} of ${rows.length} shown`;
    $("none").hidden = left > 0;
    $("clear").disabled = !isFiltered;
    remember();
  }

  // What a filter finds must be seen; without one a group is as the reader left it.
  function unfold(group, isFiltered) {
    if (isFiltered && !folded.has(group)) folded.set(group, group.open);
    if (isFiltered) group.open = true;
    else if (folded.has(group)) group.open = folded.get(group);
    if (!isFiltered) folded.delete(group);
  }

  function isEmpty(heading) {
    let next = heading.nextElementSibling;
    for (; next?.matches(".group:not(.apart)"); next = next.nextElementSibling) if (!next.hidden) return false;
    return true;
  }

  function countGroup(group) {
    const members = all("tr[id], article[id]", group);
    const left = members.filter((row) => !row.hidden).length;
    const number = left === members.length ? `${left}` : `${left} of ${members.length}`;
    group.hidden = !left;
    group.querySelector(".number").textContent = number;
    const link = links.get(group.id);
    if (!link) return;
    link.hidden = !left;
    link.querySelector(".number").textContent = number;
  }

  // The view lives in the fragment, so that a link shows the same; a plain fragment is an anchor.
  function remember() {
    const state = new URLSearchParams();
    for (const [facet, values] of chosen()) state.set(facet, [...values].join(","));
    if (search.value) state.set("q", search.value);
    if (`${state}` || location.hash.includes("=")) history.replaceState(null, "", `#${state}`);
  }

  function decoded(text) {
    try {
      return decodeURIComponent(text);
    } catch {
      return text; // somebody cut the link short
    }
  }

  function recall() {
    const fragment = location.hash.slice(1);
    if (!fragment.includes("=")) {
      if (fragment) reveal($(decoded(fragment)));
      return;
    }
    const state = new URLSearchParams(fragment);
    search.value = state.get("q") ?? "";
    for (const [facet, values] of wanted) {
      values.clear();
      for (const value of (state.get(facet) ?? "").split(",")) if (value) values.add(value);
    }
    apply();
  }

  function reveal(target) {
    const group = target?.closest("details.group");
    if (!group) return;
    if (target.hidden || group.hidden) clear();
    group.open = true;
    // Twice: groups that were out of sight get their real height only when scrolled past.
    const scroll = () => target.scrollIntoView({ block: target === group ? "start" : "center" });
    scroll();
    requestAnimationFrame(scroll);
  }

  function clear() {
    for (const values of wanted.values()) values.clear();
    search.value = "";
    apply();
  }

  function fold() {
    const open = groups.every((group) => !group.open);
    for (const group of groups) group.open = open;
    $("fold").textContent = open ? "Fold all" : "Unfold all";
  }

  function download() {
    const url = URL.createObjectURL(
      new Blob([$("confaudit-data").textContent], { type: "application/json" }));
    Object.assign(document.createElement("a"), { href: url, download: `confaudit-${document.body.dataset.kind}.json` }).click();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
  }

  async function copy(text, name = text) {
    try {
      await navigator.clipboard.writeText(text);
      shown.value = `Copied ${name}`;
    } catch {
      shown.value = "The browser does not allow copying";
    }
  }

  const linkTo = (row) => `${location.href.split("#")[0]}#${row.id}`;
  const nameOf = (row) => (row.querySelector("th span code:last-child, .names code") ?? row.querySelector("th").firstChild).textContent.trim();
  const current = () => document.activeElement.closest?.("tr[id], article[id]");

  function step(by) {
    const visible = rows.filter((row) => !row.hidden && row.closest("details").open);
    const next = visible[visible.indexOf(current()) + by] ?? visible.at(by > 0 ? 0 : -1);
    next?.setAttribute("tabindex", "-1");
    next?.focus();
  }

  const keys = {
    "/": () => search.focus(),
    "?": () => { $("help").open = !$("help").open; $("help").scrollIntoView(); },
    j: () => step(1),
    k: () => step(-1),
    e: fold,
    c: () => current() && copy(nameOf(current())),
    l: () => current() && copy(linkTo(current())),
    Escape: clear,
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.matches("input") && event.key !== "Escape") return;
    if (!Object.hasOwn(keys, event.key)) return;
    event.preventDefault();
    keys[event.key]();
  });

  // The new lines of a patch can be taken over as they are.
  for (const patch of all(".patch")) {
    const lines = all("ins", patch).map((line) => line.textContent);
    if (!lines.length) continue;
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: "Copy new lines" });
    button.addEventListener("click", () => copy(lines.join("\n"), "the new lines"));
    patch.querySelector("figcaption").append(button);
  }

  // One link wanders to the row under the pointer or the focus.
  const link = Object.assign(document.createElement("a"), { className: "link", textContent: "link" });
  const offer = ({ target }) => {
    const row = target.closest?.("tr[id]");
    if (!row || link.parentNode?.parentNode === row) return;
    link.href = `#${row.id}`;
    row.querySelector("th").insertBefore(link, row.querySelector("th span"));
  };
  document.addEventListener("pointerover", offer);
  document.addEventListener("focusin", offer);
  document.addEventListener("click", ({ target }) => {
    if (target.matches("th code, .names code")) copy(target.textContent);
  });
  search.addEventListener("input", apply);
  $("tools").addEventListener("submit", (event) => event.preventDefault());
  $("clear").addEventListener("click", clear);
  $("fold").addEventListener("click", fold);
  $("download").addEventListener("click", download);
  addEventListener("hashchange", recall);
  addEventListener("beforeprint", () => { for (const group of groups) group.open = true; });
  recall();
  if (!location.hash.includes("=")) apply();
})();
