"""How the application is served: two processes under supervision, and a server that waits for no client."""
