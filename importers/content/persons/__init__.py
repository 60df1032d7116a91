"""Who is meant by a name, a number or a Handzeichen."""
