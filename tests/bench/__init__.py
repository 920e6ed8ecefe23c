"""How fast, measured beside a floor of the same run: `./dev bench NAME`. Ratios are read and not asserted."""
