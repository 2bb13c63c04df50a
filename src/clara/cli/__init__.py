"""The command line: run the server or a worker, look after keys and the database, and use the local store directly."""

import argparse
import gc
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from clara import __version__
from clara.core.errors import ClaraError
from clara.settings import Settings, revealed

LOCAL_USER = "local"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command; exit with 0, 1 (it failed, and said why) or 2 (wrong words or settings)."""
    options = _parser().parse_args(arguments)
    try:
        sys.exit(options.run(options))
    except ValidationError as error:
        for problem in error.errors():
            message = problem["msg"].removeprefix("Value error, ")
            print(f"clara: {_setting_name(problem['loc'])}{message}", file=sys.stderr)
        sys.exit(2)
    except ClaraError as error:
        print(f"clara: {error.detail}", file=sys.stderr)
        sys.exit(1)
    except BrokenPipeError:
        # Whoever read our output has gone, as `head` does; nothing is left to say, also not at the interpreter's end.
        sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115
        sys.exit(0)
    except KeyboardInterrupt:
        sys.exit(130)


def _setting_name(location: tuple[int | str, ...]) -> str:
    return f"{'.'.join(str(part) for part in location)}: " if location else ""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="clara", description="A tutor that knows the learner's own material.")
    parser.add_argument("--version", action="version", version=f"clara {__version__}")
    commands = parser.add_subparsers(required=True, metavar="command")

    command = commands.add_parser("serve", help="start the server and print the sign-in link")
    command.set_defaults(run=_serve)

    command = commands.add_parser("worker", help="read and index uploaded files, without a server")
    command.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    command.set_defaults(run=_worker)

    command = commands.add_parser("check", help="print the settings as resolved, redacted, and what works here")
    command.set_defaults(run=_check)

    command = commands.add_parser("migrate", help="bring the database to this version's schema")
    command.set_defaults(run=_migrate)

    _add_key(commands)

    command = commands.add_parser("token", help="make a sign-in link, or a bearer token for development")
    command.add_argument("--user", default=LOCAL_USER, help="whom it is for (default: %(default)s)")
    command.add_argument("--bearer", action="store_true", help="a bearer token instead of a link")
    command.set_defaults(run=_token)

    command = commands.add_parser("ingest", help="read files into the local store")
    command.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="files, or folders to read through")
    command.add_argument("--folder", help="the folder's name; it is made when there is none")
    command.add_argument("--user", default=LOCAL_USER)
    command.set_defaults(run=_ingest)

    for name, words, run in (("ask", "question", _ask), ("search", "words", _search)):
        command = commands.add_parser(name, help=f"{name} the local store")
        command.add_argument("text", metavar=words)
        command.add_argument("--folder", help="only this folder (its name)")
        command.add_argument("--user", default=LOCAL_USER)
        command.add_argument("--json", action="store_true", help="print JSON")
        command.set_defaults(run=run)
    return parser


def _add_key(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    key = commands.add_parser("key", help="add, list and revoke service keys").add_subparsers(
        required=True, metavar="action"
    )
    command = key.add_parser("add", help="make a key; it is printed once")
    command.add_argument("--name", required=True, help="what it is for")
    command.add_argument("--scope", action="append", choices=["tutor", "files", "operator"], help="may be repeated")
    command.add_argument("--learner", help="bind the key to this learner")
    command.set_defaults(run=_key_add)
    command = key.add_parser("list", help="show all keys, revoked ones too, without their secrets")
    command.set_defaults(run=_key_list)
    command = key.add_parser("revoke", help="end a key at once")
    command.add_argument("id", metavar="ID", help="the key's id, as `key list` shows it")
    command.set_defaults(run=_key_revoke)


def _serve(_: argparse.Namespace) -> int:
    _start_quickly()
    from clara.server import run_server

    return run_server(Settings())


def _start_quickly() -> None:
    """Leave what imports make alone, until the server or worker is up: there is no garbage in it, and much to walk."""
    gc.disable()


def _worker(options: argparse.Namespace) -> int:
    _start_quickly()
    from clara.worker import run_worker

    settings = revealed(sys.stdin.buffer.readline()) if options.child else Settings()
    return run_worker(settings, child=options.child)


def _check(_: argparse.Namespace) -> int:
    from clara.cli.check import check

    return check(Settings())


def _migrate(_: argparse.Namespace) -> int:
    from clara.store.migrate import HEAD, migrate

    before = migrate(Settings())
    print(f"The schema is at {HEAD}" + ("." if before == HEAD else f" (it was at {before or 'nothing'})."))
    return 0


def _key_add(options: argparse.Namespace) -> int:
    from clara.cli.keys import add

    return add(Settings(), options.name, options.scope or ["tutor", "files"], options.learner)


def _key_list(_: argparse.Namespace) -> int:
    from clara.cli.keys import show

    return show(Settings())


def _key_revoke(options: argparse.Namespace) -> int:
    from clara.cli.keys import revoke

    return revoke(Settings(), options.id)


def _token(options: argparse.Namespace) -> int:
    from clara.cli.keys import token

    return token(Settings(), options.user, options.bearer)


def _ingest(options: argparse.Namespace) -> int:
    from clara.cli.local import ingest

    return ingest(Settings(), options.user, options.folder, options.paths)


def _ask(options: argparse.Namespace) -> int:
    from clara.cli.local import ask

    return ask(Settings(), options.user, options.folder, options.text, options.json)


def _search(options: argparse.Namespace) -> int:
    from clara.cli.local import search

    return search(Settings(), options.user, options.folder, options.text, options.json)
