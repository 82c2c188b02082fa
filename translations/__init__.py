"""The portal's two languages: finds every text, keeps the Chinese catalogue, and picks a person's language."""
