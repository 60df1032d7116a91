"""What belongs to signing in besides the password: factors, the way back where one is lost, sessions, delays."""
