"""The way to a venue: its port, MEXC's wire, the client, and the simulated venue."""
