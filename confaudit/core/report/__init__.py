"""The Report: the one value that every format shows, and the parts it is made of."""
