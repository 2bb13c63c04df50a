"""Write the next migration from what the tables have and the migrations so far have not: new_migration.py "words"."""

import sys
import tempfile
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

with tempfile.TemporaryDirectory() as folder:
    engine = sa.create_engine(f"sqlite:///{Path(folder) / 'empty.db'}")
    with engine.connect() as connection:
        config = Config()
        config.set_main_option("script_location", "src/clara/store/migrations")
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        number = len(list(Path("src/clara/store/migrations/versions").glob("[0-9]*.py"))) + 1
        command.revision(config, message=sys.argv[1], autogenerate=True, rev_id=f"{number:04d}")
