"""Who is who: pseudonyms for names, and several numbers that mean one person."""
