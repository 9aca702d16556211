"""`python -m maillage` is the command line."""

from maillage.cli.main import main

if __name__ == "__main__":
    main()
