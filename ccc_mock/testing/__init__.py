"""What the pytest plugin does once a fixture or an option of it is used."""
