"""python backend_server.py: settings, app, serve, drain."""

import sys

from clara.cli import main

if __name__ == "__main__":
    main(["serve", *sys.argv[1:]])
