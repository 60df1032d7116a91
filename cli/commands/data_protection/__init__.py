"""Commands about the data of persons and operators: how long, whose, and their end."""
