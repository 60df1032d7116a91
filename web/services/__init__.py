"""What the application does, without a web server: plain functions over the databases."""
