// Filters, search, copying, downloads and keys. The page is complete without it: nothing
// here adds content. What it knows beyond the page it reads from the JSON report at the page's end.
"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const all = (selector, under = document) => [...under.querySelectorAll(selector)];
  const make = (tag, properties = {}, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };
  const button = (label, onclick, more = {}) => make("button", { type: "button", onclick, ...more }, label);
  const root = document.documentElement;
  root.classList.add("js");

  // Storage may be forbidden for local files; what is chosen then lasts as long as the page.
  const allowed = (use) => { try { return use(window.localStorage); } catch { return null; } };
  const stored = {
    get: (key) => allowed((storage) => storage.getItem(`confaudit-${key}`)),
    set: (key, value) => allowed((storage) => storage.setItem(`confaudit-${key}`, value)),
  };

  let parsed;
  const report = () => (parsed ??= JSON.parse($("confaudit-data").textContent));

  // --- theme: the system's until the reader chooses ---------------------------------------------

  const theme = $("theme");
  const systemDark = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : systemDark.matches);
  const nameTheme = () => { theme.textContent = isDark() ? "Light theme" : "Dark theme"; };
  if (stored.get("theme")) root.dataset.theme = stored.get("theme");
  theme.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    stored.set("theme", root.dataset.theme);
    nameTheme();
  });
  systemDark.addEventListener("change", nameTheme);
  nameTheme();
  $("buttons").hidden = false;

  // --- downloads --------------------------------------------------------------------------------

  function download(text, type, name) {
    const href = URL.createObjectURL(new Blob([text], { type }));
    make("a", { href, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(href), 1000);
  }
  const fileName = (ending) => `confaudit-${document.body.dataset.kind}.${ending}`;
  $("json").addEventListener("click", () => download($("confaudit-data").textContent, "application/json", fileName("json")));

  const groups = all("details.group");
  if (!groups.length) return;
  const ENTRY = "tr[id], article[id]";
  const entries = all(ENTRY);
  const members = new Map(groups.map((group) => [group, all(ENTRY, group)]));
  // Equal findings share what stands above them, but for the names of each in what to do.
  const alike = new Map(all(".alike").map((section) => {
    const shared = section.cloneNode(true);
    for (const own of all("article, .todo code", shared)) own.remove();
    return [section, shared.textContent];
  }));
  const sections = all("section.deployment");
  const over = all(".timeline [data-cause], .plain tr[data-cause]");
  const search = $("search");
  const shown = $("shown");
  const filters = $("filters");
  const links = new Map(all("nav li").map((item) => [item.querySelector("a").hash.slice(1), item]));
  const wanted = new Map(); // facet → the values that are to be seen; a facet without any shows all
  const folded = new Map(); // group → whether it was open before a filter opened it
  // What each entry is searched by: its text before anything to press is added to it.
  const texts = new Map(entries.map((entry) => [entry, `${entry.textContent} ${alike.get(entry.closest(".alike")) ?? ""}`.toLowerCase()]));
  for (const id of ["tools", "keyboard"]) $(id).hidden = false;

  // --- filters ----------------------------------------------------------------------------------

  // Counts become switches.
  const cards = all(".cards [data-facet]").map((card) => {
    const { facet, value } = card.dataset;
    if (!wanted.has(facet)) wanted.set(facet, new Set());
    const number = card.querySelector("strong");
    const toggle = () => {
      const values = wanted.get(facet);
      if (!values.delete(value)) values.add(value);
      apply();
    };
    const press = make("button", { type: "button", onclick: toggle }, ...card.childNodes);
    card.append(press);
    return { facet, value, press, number };
  });

  // What an entry is filtered by: its attributes, and in a table those of all rows and the labels it wears.
  const wornFacets = new Map(cards.filter(({ facet }) => ["level", "kind", "cause"].includes(facet)).map(({ facet, value }) => [value, facet]));
  const worn = (entry) => all("td:first-child b", entry).map((label) => [wornFacets.get(label.className), label.className]);
  const traits = new Map(entries.map((entry) => [entry, { ...entry.closest("table")?.dataset, ...entry.dataset, ...Object.fromEntries(worn(entry)) }]));
  const chosen = () => [...wanted].filter(([, values]) => values.size);

  function apply() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const facets = chosen();
    const counts = showEntries(words, facets);
    showGroups(words.length > 0 || facets.length > 0);
    showTimelines(wanted.get("cause"));
    for (const card of cards) label(card, counts.get(card.facet).get(card.value) ?? 0);
    tellResult();
    nameFilters();
    remember();
  }

  // Hides what is not asked for; tells for each facet how often each value is found.
  function showEntries(words, facets) {
    const counts = new Map([...wanted.keys()].map((facet) => [facet, new Map()]));
    for (const entry of entries) {
      const trait = traits.get(entry);
      const failed = facets.filter(([facet, values]) => !values.has(trait[facet]));
      const isFound = words.every((word) => texts.get(entry).includes(word));
      entry.hidden = !isFound || failed.length > 0;
      if (isFound) count(counts, trait, failed);
    }
    return counts;
  }

  function showGroups(isFiltered) {
    for (const group of groups) {
      countGroup(group);
      unfold(group, isFiltered);
    }
    for (const section of sections) countSection(section, isFiltered);
    for (const section of alike.keys()) section.hidden = all("article", section).every((entry) => entry.hidden);
    for (const heading of all("h2.part")) heading.hidden = isEmpty(heading);
    for (const heading of all("nav h2")) heading.hidden = !heading.nextElementSibling.querySelector("li:not([hidden])");
    $("clear").disabled = !isFiltered;
  }

  // Of values over time settings are hidden where nothing was done by whom the reader asks for; where
  // something was, the other values fade.
  function showTimelines(causes) {
    for (const part of over) {
      const isFound = !causes?.size || part.dataset.cause.split(" ").some((cause) => causes.has(cause));
      if (part.matches("svg")) part.classList.toggle("faint", !isFound);
      else part.hidden = !isFound;
    }
  }

  function tellResult() {
    const left = entries.filter((entry) => !entry.hidden).length;
    say(`${left} of ${entries.length} shown`);
    $("none").hidden = left > 0;
    $("filtered").hidden = left === entries.length;
    $("filtered").textContent = `Filtered: ${left} of ${entries.length} entries.`;
  }

  // A label tells how many entries it would show beside what is chosen in the other facets.
  function count(counts, trait, failed) {
    if (failed.length > 1) return;
    for (const facet of failed.length ? [failed[0][0]] : wanted.keys()) {
      const values = counts.get(facet);
      values.set(trait[facet], (values.get(trait[facet]) ?? 0) + 1);
    }
  }

  function label({ facet, value, press, number }, left) {
    press.setAttribute("aria-pressed", wanted.get(facet).has(value));
    press.classList.toggle("none", !left);
    number.textContent = left.toLocaleString("en");
  }

  function nameFilters() {
    if (!filters) return;
    const names = cards.filter(({ facet, value, press }) => filters.contains(press) && wanted.get(facet).has(value))
      .map(({ press }) => press.querySelector(".chip").textContent);
    filters.firstElementChild.textContent = names.length ? `Filter: ${names.join(", ")}` : "Filter";
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
    const total = members.get(group).length;
    const left = members.get(group).filter((entry) => !entry.hidden).length;
    const number = left === total ? `${left}` : `${left} of ${total}`;
    group.hidden = !left;
    group.querySelector(".number").textContent = number;
    nameLink(group, number);
  }

  // One of several deployments: without a filter it is there even if nothing was found in it.
  function countSection(section, isFiltered) {
    const own = all(ENTRY, section);
    const left = own.filter((entry) => !entry.hidden).length;
    section.hidden = isFiltered && !left;
    nameLink(section, left === own.length ? `${left}` : `${left} of ${own.length}`);
  }

  function nameLink(target, number) {
    const link = links.get(target.id);
    if (!link) return;
    link.hidden = target.hidden;
    link.querySelector(".number").textContent = number;
  }

  function find(text) {
    search.value = text;
    apply();
  }

  function clear() {
    for (const values of wanted.values()) values.clear();
    search.value = "";
    apply();
  }

  function fold() {
    const open = groups.every((group) => !group.open);
    for (const group of groups) group.open = open;
  }

  const nameFold = () => { $("fold").textContent = groups.some((group) => group.open) ? "Fold all" : "Unfold all"; };
  for (const group of groups) group.addEventListener("toggle", nameFold);

  const say = (text) => { shown.value = text; };

  // --- the view lives in the fragment, so that a link shows the same; else that is an anchor ----

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
    if (!fragment.includes("=")) return arrive(fragment);
    const state = new URLSearchParams(fragment);
    search.value = state.get("q") ?? "";
    for (const values of wanted.values()) values.clear();
    for (const { facet, value } of cards) {
      if (state.get(facet)?.split(",").includes(value)) wanted.get(facet).add(value);
    }
    apply();
  }

  // A plain fragment names an entry or a group; none at all is the whole report.
  function arrive(fragment) {
    if (!fragment) return clear();
    const target = $(decoded(fragment));
    reveal(target);
    if (!target) say("This report has no such entry");
  }

  function reveal(target) {
    const group = target?.closest("main details");
    if (!group && !sections.includes(target)) return;
    if (target.hidden || group?.hidden) clear();
    if (group) group.open = true;
    // Twice: groups that were out of sight get their real height only when scrolled past.
    const isEntry = group && target !== group;
    const scroll = () => target.scrollIntoView({ block: isEntry ? "center" : "start" });
    scroll();
    requestAnimationFrame(scroll);
  }

  // --- what an entry of the page is in the report -----------------------------------------------

  let facts; // entry's id → its change or finding; read when it is first asked for
  function factsOf(entry) {
    facts ??= new Map([
      ...(report().entries ?? []).flatMap(({ changes, ...snapshot }) => changes.map((change) => [change.anchor, { ...change, snapshot }])),
      ...(report().changes ?? []).map((change) => [change.anchor ?? `${change.subject}:${change.option ?? change.path}`, change]),
      ...(report().findings ?? []).map((finding) => [finding.anchor ?? finding.fingerprint, finding]),
    ]);
    return facts.get(entry.id);
  }

  // --- copying ----------------------------------------------------------------------------------

  async function copy(text, name = text) {
    try {
      await navigator.clipboard.writeText(text);
      say(`Copied ${name}`);
    } catch {
      say("The browser does not allow copying");
    }
  }

  const linkTo = (row) => `${location.href.split("#")[0]}#${row.id}`;
  const dialects = [["Flag", "flag"], ["Variable", "env"], ["YAML", "yaml"], ["Helm", "helm"]];

  // A setting in each dialect; where it may be one of several, each is told by its variable.
  function pastes({ paste = [] }) {
    const several = paste.length > 1;
    return paste.flatMap((setting) => dialects.filter(([, key]) => setting[key])
      .map(([name, key]) => [several ? `${name} (${(setting.env ?? setting.flag).split("=")[0]})` : name, setting[key]]));
  }

  const menu = make("div", { id: "copy", popover: "auto" });
  menu.setAttribute("role", "dialog");
  menu.setAttribute("aria-label", "Copy");
  document.body.append(menu);

  function offerCopies(row, opener) {
    const items = [...pastes(factsOf(row)), ["Link", linkTo(row)]].map(([name, text]) => {
      const shownText = name === "Link" ? `#${row.id}` : text;
      const take = () => { menu.hidePopover(); copy(text, name === "Link" ? text : name); };
      const item = button(make("span", {}, name), take);
      item.append(make("code", {}, shownText));
      return item;
    });
    menu.replaceChildren(make("p", {}, "Copy as"), ...items);
    menu.showPopover({ source: opener });
    const { left, bottom, top } = opener.getBoundingClientRect();
    menu.style.left = `${Math.max(8, Math.min(left, innerWidth - menu.offsetWidth - 8))}px`;
    menu.style.top = `${bottom + menu.offsetHeight < innerHeight ? bottom + 4 : Math.max(8, top - menu.offsetHeight - 4)}px`;
    items[0].focus();
  }

  const copyButton = (row) => {
    const found = button("Copy", () => offerCopies(row, found));
    found.setAttribute("aria-haspopup", "dialog");
    found.setAttribute("aria-description", (row.querySelector("h3, h4") ?? row.querySelector("th").firstChild).textContent.trim());
    return found;
  };

  // Rows get their button when they come into sight: a report has thousands. Findings have theirs at
  // once, so that nothing moves under the pointer.
  const canCopy = "IntersectionObserver" in window && "showPopover" in menu;
  const offer = (entry) => entry.querySelector(".chips, td").append(copyButton(entry));
  const nearby = canCopy && new IntersectionObserver((seen) => {
    for (const { target, isIntersecting } of seen) {
      if (!isIntersecting) continue;
      nearby.unobserve(target);
      offer(target);
    }
  }, { rootMargin: "200px" });
  for (const entry of canCopy ? entries : []) {
    if (entry.matches("tr")) nearby.observe(entry);
    else offer(entry);
  }

  // The new lines of a patch can be taken over as they are.
  for (const patch of all(".patch")) {
    const lines = all("ins", patch).map((line) => line.textContent).join("\n");
    if (lines) patch.querySelector("figcaption").append(button("Copy new lines", () => copy(lines, "the new lines")));
  }
  document.addEventListener("click", ({ target }) => {
    if (target.matches("th code, .names code")) copy(target.textContent);
  });

  // --- a checklist of findings, kept by this browser --------------------------------------------

  const checklist = `done ${all("h1, .sides h2, .deployment > h2").map((part) => part.textContent).join(" ")}`;
  const ticked = () => new Set((stored.get(checklist) ?? "").split(" ").filter(Boolean));
  const done = ticked();
  // Another tab may have ticked others meanwhile.
  function keep(article, isDone) {
    const now = ticked();
    for (const ids of [now, done]) ids[isDone ? "add" : "delete"](article.id);
    stored.set(checklist, [...now].join(" "));
  }
  for (const article of all("article")) {
    const box = make("input", { type: "checkbox", checked: done.has(article.id) });
    box.addEventListener("change", () => {
      keep(article, box.checked);
      article.classList.toggle("done", box.checked);
      say(`${all("article.done").length} of ${all("article").length} done`);
    });
    article.classList.toggle("done", box.checked);
    article.querySelector(".chips").append(make("label", {}, box, "done"));
  }

  // --- the table for a spreadsheet --------------------------------------------------------------

  const told = (value) => (value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value));
  const findingColumns = {
    Done: (finding, article) => (done.has(article.id) ? "yes" : ""),
    Owner: () => "",
    Due: () => "",
    Deployment: (finding) => finding.deployment,
    When: (finding) => (report().kind === "upgrade" ? `${finding.phase} the upgrade` : ""),
    Origin: (finding) => ({ upgrade: "by this upgrade", today: "so already today" })[finding.origin],
    Level: (finding) => finding.level,
    Effect: (finding) => finding.effect,
    What: (finding) => finding.message,
    "What to do": (finding) => finding.steps.join("\n"),
    "Affects you": (finding) => [finding.affects.answer, finding.affects.because].filter(Boolean).join(": "),
    Subject: (finding) => finding.subject,
    Flag: (finding) => finding.option?.flag,
    Variable: (finding) => finding.option?.env,
    YAML: (finding) => finding.option?.yaml,
    Instead: (finding) => (finding.instead ?? []).map(({ flag, env }) => env ?? flag).join("\n"),
    Where: (finding) => (finding.positions ?? []).map(({ file, line }) => `${file}:${line}`).join("\n"),
    Since: (finding) => (finding.introduced_in ?? []).join(" "),
    Rule: (finding) => finding.rule,
    Fingerprint: (finding) => finding.fingerprint,
  };
  const changeColumns = {
    Change: (change) => change.kind,
    Cause: (change) => change.cause,
    Option: (change) => change.option ?? change.path,
    Variable: (change) => change.env,
    YAML: (change) => change.yaml_path,
    Before: (change) => told(change.before),
    After: (change) => told(change.after),
    "Set by before": (change) => change.source_before,
    "Set by after": (change) => change.source_after,
    Evidence: (change) => change.evidence,
  };
  const historyColumns = {
    Taken: ({ snapshot }) => snapshot.taken_at,
    Deployment: ({ snapshot }) => snapshot.deployment,
    Release: ({ snapshot }) => snapshot.version,
    Author: ({ snapshot }) => snapshot.author,
    Commit: ({ snapshot }) => snapshot.commit,
    ...changeColumns,
  };

  // A spreadsheet would take such a start for a formula (OWASP, CSV injection).
  // So it would one after what is a separator in other countries.
  const harmless = (text) => (/^[=+\-@\uff1d\uff0b\uff0d\uff20\t\r\n]/.test(text) ? `'${text}` : text)
    .replace(/([;\t\r\n])(?=\s*[=+\-@])/g, "$1'");
  const cell = (text = "") => `"${harmless(text).replaceAll('"', '""')}"`;

  // Findings where there are any, else changes; what the reader has filtered away is left out.
  function csv() {
    const articles = entries.filter((entry) => entry.matches("article"));
    const columns = Object.entries(articles.length ? findingColumns : report().entries ? historyColumns : changeColumns);
    const kept = (articles.length ? articles : entries).filter((entry) => !entry.hidden);
    const lines = kept.map((entry) => columns.map(([, of]) => cell(of(factsOf(entry), entry))));
    say(`${kept.length} of ${(articles.length ? articles : entries).length} in the table`);
    // The mark at its start makes Excel read UTF-8.
    return `\ufeff${[columns.map(([name]) => cell(name)), ...lines].map((line) => line.join(",")).join("\r\n")}\r\n`;
  }
  $("csv").addEventListener("click", () => download(csv(), "text/csv", fileName("csv")));

  // --- keys -------------------------------------------------------------------------------------

  const current = () => document.activeElement.closest?.(ENTRY);

  function step(by) {
    const visible = entries.filter((entry) => !entry.hidden && entry.closest("details").open);
    const next = visible[visible.indexOf(current()) + by] ?? visible.at(by > 0 ? 0 : -1);
    next?.setAttribute("tabindex", "-1");
    next?.focus();
  }

  const keys = {
    "/": () => search.focus(),
    "?": () => $("help").togglePopover?.(),
    j: () => step(1),
    k: () => step(-1),
    e: fold,
    f: () => { if (filters) filters.open = !filters.open; },
    c: () => canCopy && current() && offerCopies(current(), current()),
    l: () => current() && copy(linkTo(current())),
    Escape: () => (search.value ? find("") : clear()),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || menu.contains(event.target)) return;
    if (event.key === "Escape" && document.querySelector(":popover-open")) return; // closes itself
    if (event.target.matches("input[type=search]") && event.key !== "Escape") return;
    if (!Object.hasOwn(keys, event.key)) return;
    event.preventDefault();
    keys[event.key]();
  });

  search.addEventListener("input", apply);
  $("tools").addEventListener("submit", (event) => event.preventDefault());
  $("clear").addEventListener("click", clear);
  $("fold").addEventListener("click", fold);
  addEventListener("hashchange", recall);
  let before = []; // groups that were closed before printing opened them
  addEventListener("beforeprint", () => {
    before = groups.filter((group) => !group.open);
    for (const group of before) group.open = true;
  });
  addEventListener("afterprint", () => { for (const group of before) group.open = false; });
  if (!location.hash.includes("=")) apply();
  if (location.hash) recall();
  if (filters && [...chosen()].length && filters.querySelector('[aria-pressed="true"]')) filters.open = true;
})();
