"""The log as a whole: whether it is intact, when entries expire, who may read it, and when somebody is told."""
