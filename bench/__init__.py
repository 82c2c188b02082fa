"""How fast the portal rates, against floors and peers measured in the same run (`make bench`)."""
