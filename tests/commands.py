"""Commands of the command line: mostly in this process, which saves seconds of starting, or as an operator has them."""

import logging
import os
import subprocess
import sys
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from click.testing import CliRunner

from bot.cli import main
from bot.config import PROJECT


def nawoord(folder: Path, *command: str, typed: str = "", **variables: str) -> CompletedProcess[str]:
    """What comes of a command on the installation in this folder. variables: of its environment, which has no others.

    It does all that the command does, in the process of the test.
    """
    environment = dict.fromkeys(os.environ) | _environment(folder, variables)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["nawoord", *command])
        # Commands log to their own standard error.
        patch.setattr(logging.root, "handlers", [])
        with CliRunner().isolation(typed, environment) as (out, err, _):
            with pytest.raises(SystemExit) as exited:
                main()
            sys.stdout.flush()
            sys.stderr.flush()
            return CompletedProcess(command, int(exited.value.code or 0), _text(out.getvalue()), _text(err.getvalue()))


def started(folder: Path, *command: str, typed: str = "", **variables: str) -> CompletedProcess[str]:
    """The same in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "bot", *command],
        env=_environment(folder, variables) | {"PATH": ""},
        cwd=PROJECT,
        input=typed,
        capture_output=True,
        text=True,
    )


def _environment(folder: Path, variables: dict[str, str]) -> dict[str, str]:
    return {"NAWOORD_CONFIG": str(folder / "config.yaml"), **variables}


def _text(written: bytes) -> str:
    return written.decode().replace("\r\n", "\n")
