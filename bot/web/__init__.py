"""Everything that is asked of us over HTTP."""
