"""Owns a DYNAP-SE2 board through samna, and lends it to one program at a time over a socket."""
from spikeline_bridge.main import main

if __name__ == "__main__":
    main()
