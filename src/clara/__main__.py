"""python -m clara."""

from clara.cli import main

if __name__ == "__main__":
    main()
