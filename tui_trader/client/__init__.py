"""The typed async client of the desk's API, used by the console and by the command line."""
