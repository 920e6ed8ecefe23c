"""Forms that more than one room shows: the wizard asks with the same fields as the ordinary screens."""
