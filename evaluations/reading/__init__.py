"""What each page shows, read once and ready to be drawn; who may see what comes from accounts.access alone."""
