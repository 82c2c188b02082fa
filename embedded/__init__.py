"""Real PostgreSQL and Valkey from wheels, and the runner that keeps the portal's processes together. Knows no app."""
