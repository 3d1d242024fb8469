"""One module per job; the only place where shell (sources, store, catalog, render) meets core."""
