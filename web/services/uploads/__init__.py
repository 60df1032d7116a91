"""Everything about an upload: its steps, what is asked, what it would change, applying it and taking it back."""
