"""What stands on the screen. Panels are told by the screen and never ask the desk."""
