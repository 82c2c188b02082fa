"""The same ratings computed the ways a county would compute them otherwise; each must give the same answer."""
