"""The bridge between Spikeline and samna. docs/samna-bridge.md describes what goes over its socket."""
