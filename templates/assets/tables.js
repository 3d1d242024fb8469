// Sorting of every table; a third click brings the order of the page back.
"use strict";
for (const table of document.querySelectorAll("table")) {
  const body = table.tBodies[0];
  const original = [...body.rows];
  const heads = [...table.querySelectorAll("thead th")];
  const textOf = (row, index) => [...row.cells[index]?.childNodes ?? []]
    .filter((part) => part.nodeName !== "BUTTON").map((part) => part.textContent).join("").trim();
  for (const head of original.length > 1 ? heads : []) {
    const index = head.cellIndex;
    const sort = () => {
      const next = { null: "ascending", ascending: "descending", descending: null }[head.getAttribute("aria-sort")];
      for (const other of heads) other.removeAttribute("aria-sort");
      for (const other of heads) other.querySelector("button").textContent = "↕";
      if (next) head.setAttribute("aria-sort", next);
      if (next) head.querySelector("button").textContent = next === "ascending" ? "↑" : "↓";
      const sign = next === "descending" ? -1 : 1;
      const compare = (a, b) => sign * textOf(a, index).localeCompare(textOf(b, index), "en", { numeric: true });
      body.append(...(next ? [...original].sort(compare) : original));
    };
    const button = document.createElement("button");
    Object.assign(button, { type: "button", onclick: sort, ariaLabel: `Sort by ${head.textContent.trim()}` });
    button.append("↕");
    head.append(" ", button);
  }
}
