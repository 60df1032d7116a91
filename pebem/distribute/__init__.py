"""The same work for many homes: in this process, in processes of this machine, or on a cluster."""
