// What the pages of a site can do beyond being read: find pages and rows, tell how long ago things were.
"use strict";
(() => {
  const words = (text) => text.toLowerCase().split(/\s+/).filter(Boolean);
  const has = (text, wanted) => wanted.every((word) => text.includes(word));

  const search = document.getElementById("search");
  if (search && window.confauditIndex) {
    const MOST = 100;
    const input = search.querySelector("input");
    const rows = window.confauditIndex.map(([name, told, page]) => ({
      name, page, kind: told.split(" ")[0], text: `${name} ${told}`.toLowerCase(),
    }));
    const item = ({ name, page, kind }) => {
      const line = document.createElement("li");
      const link = document.createElement("a");
      link.href = page;
      link.textContent = name;
      const small = document.createElement("small");
      small.textContent = ` ${kind}`;
      line.append(link, small);
      return line;
    };
    const find = () => {
      const wanted = words(input.value);
      const found = wanted.length ? rows.filter((row) => has(row.text, wanted)) : [];
      document.getElementById("found").replaceChildren(...found.slice(0, MOST).map(item));
      const more = found.length > MOST ? `, the first ${MOST} are shown` : "";
      search.querySelector("output").textContent = wanted.length ? `${found.length} found${more}` : "";
    };
    input.addEventListener("input", find);
    search.hidden = false;
    find();
  }

  const UNITS = [["year", 31557600], ["month", 2629800], ["week", 604800], ["day", 86400], ["hour", 3600], ["minute", 60]];
  const ago = (seconds) => {
    const [unit, length] = UNITS.find(([, length]) => seconds >= length) ?? ["second", 1];
    return new Intl.RelativeTimeFormat("en", { numeric: "auto" }).format(-Math.floor(seconds / length), unit);
  };
  for (const time of document.querySelectorAll("td time")) {
    const small = document.createElement("small");
    small.textContent = ago((Date.now() - Date.parse(time.dateTime)) / 1000);
    time.closest("td").append(" ", small);
  }

  for (const region of document.querySelectorAll("[data-filtered]")) {
    const table = region.querySelector("table");
    const label = document.createElement("label");
    label.className = "filter";
    label.append("Filter ");
    const input = label.appendChild(document.createElement("input"));
    input.type = "search";
    input.addEventListener("input", () => {
      const wanted = words(input.value);
      for (const row of table.tBodies[0].rows) row.hidden = !has(row.textContent.toLowerCase(), wanted);
    });
    region.prepend(label);
  }
})();
