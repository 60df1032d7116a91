"""What pages say of an upload: its findings by filter, its figures, the shares it would move, what cannot be rated."""
