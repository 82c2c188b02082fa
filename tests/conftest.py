"""Nothing but what every test may need; servers come from embedded.pytest_services."""
