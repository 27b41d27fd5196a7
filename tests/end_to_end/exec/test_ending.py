"""How a command ends is how `exec` ends, and whatever ends it leaves nothing behind."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.end_to_end.daemon import PATIENCE
from tests.end_to_end.exec.stage import Stage

CODES: dict[str, tuple[tuple[str, ...], int]] = {
    "done": (("true",), 0),
    "failed": (("sh", "-c", "exit 7"), 7),
    "killed": (("sh", "-c", "kill -KILL $$"), 128 + signal.SIGKILL),
    "terminated": (("sh", "-c", "kill $$"), 128 + signal.SIGTERM),
    "not-found": (("no-such-command",), 127),
    "not-executable": (("/etc/passwd",), 126),
    "directory": (("/",), 126),
    "empty": (("",), 127),
    "option-of-the-command": (("sh", "-c", "exit 3", "--config"), 3),
}


@pytest.mark.parametrize(("words", "expected"), CODES.values(), ids=CODES)
def test_exit_code(stage: Stage, words: tuple[str, ...], expected: int) -> None:
    """The exit code is the command's, or the one of shells where it has none."""
    done = stage.run(*words)
    assert done.returncode == expected
    assert "Traceback" not in done.stderr


def test_interpreter_that_is_not_there(stage: Stage) -> None:
    """A script is found and its interpreter is not: the line names the one that is missing."""
    script = stage.folder / "script"
    script.write_text("#!/nowhere/python3 -u\n")
    script.chmod(0o755)
    done = stage.run(script)
    assert done.returncode == 127
    assert (
        done.stderr == f"signer-proxy: {script}: its interpreter /nowhere/python3 is not there (see its first line)\n"
    )


def test_nothing_to_run_is_wrong_usage(stage: Stage) -> None:
    """Without a command there is nothing to do."""
    assert stage.run().returncode == 2


def test_broken_config_runs_nothing(stage: Stage) -> None:
    """A command without its proxy would call the API unsigned, so it is not run."""
    done = stage.run("echo", "run", extra={"SIGNER_PROXY_CONFIG": "/nowhere.toml"})
    assert (done.returncode, done.stdout) == (1, "")


def test_unusable_corporate_proxy_runs_nothing(stage: Stage) -> None:
    """Where our own calls could not leave, the command is not run; what the variable holds is not shown."""
    done = stage.run("echo", "run", extra={"HTTPS_PROXY": "socks5://me:secret-word@proxy.example"})
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("signer-proxy: HTTPS_PROXY: must be the URL of a proxy that speaks HTTP")
    assert "secret-word" not in done.stderr


def test_streams_and_files_are_the_commands(stage: Stage) -> None:
    """Stdin, stdout and stderr are passed through whole, and so is any other open file; we say nothing of our own."""
    script = 'cat >"/dev/fd/$1"; printf E >&2'
    data = bytes(range(256)) * 64  # less than a pipe takes
    read, write = os.pipe()
    with subprocess.Popen(
        stage.command("sh", "-c", script, "sh", str(write)),
        cwd=stage.folder,
        env=stage.environ,
        pass_fds=[write],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        os.close(write)
        assert process.stdin is not None
        process.stdin.write(data)
        process.stdin.close()
        with open(read, "rb") as file:
            assert file.read() == data
        assert process.stdout is not None
        assert process.stderr is not None
        assert (process.stdout.read(), process.stderr.read()) == (b"", b"E")


CATCHING = """
import os, signal, sys, threading
def caught(number, _):
    os.write(1, f"{signal.Signals(number).name}\\n".encode())
    if number in (signal.SIGTERM, signal.SIGINT):
        sys.exit(42)
for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2, signal.SIGINT):
    signal.signal(number, caught)
os.write(1, b"ready\\n")
while True:
    signal.pause()
"""


@contextmanager
def running(stage: Stage, *words: str) -> Iterator[subprocess.Popen[str]]:
    """Run a command that says so when it is ready."""
    process = subprocess.Popen(
        stage.command(*words),
        cwd=stage.folder,
        env=stage.environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process
    finally:
        process.kill()
        process.communicate(timeout=PATIENCE)


@pytest.mark.parametrize("last", [signal.SIGTERM, signal.SIGINT])
def test_signals_reach_the_command(stage: Stage, last: signal.Signals) -> None:
    """Each signal is passed on once, none ends us before the command, and its exit code is ours."""
    with running(stage, sys.executable, "-c", CATCHING) as process:
        assert process.stdout is not None
        for number in (signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2, last):
            process.send_signal(number)
            assert process.stdout.readline() == f"{number.name}\n"
        assert process.wait(PATIENCE) == 42
        assert process.stdout.read() == ""


def test_signal_that_the_command_does_not_catch(stage: Stage) -> None:
    """It ends the command, and then us, cleared up."""
    with running(stage, "sh", "-c", "echo ready; exec sleep 600") as process:
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 128 + signal.SIGTERM


def test_signal_that_was_ignored_stays_so(stage: Stage) -> None:
    """Under `nohup` a command outlives its terminal."""
    script = "import signal; print('ready', flush=True); print(signal.getsignal(signal.SIGHUP).name, flush=True)"
    with running(stage, sys.executable, "-c", script) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "SIG_DFL\n"
        assert process.wait(PATIENCE) == 0
    command = ["sh", "-c", 'trap "" HUP; exec "$@"', "sh", *stage.command(sys.executable, "-c", script)]
    done = subprocess.run(command, cwd=stage.folder, env=stage.environ, capture_output=True, text=True, check=True)
    assert done.stdout == "ready\nSIG_IGN\n"


def test_no_process_is_left(stage: Stage) -> None:
    """When the command has ended, nobody of ours is there."""
    done = stage.run("sh", "-c", "echo $PPID")
    with pytest.raises(ProcessLookupError):
        os.kill(int(done.stdout), 0)


def test_signal_before_the_command_runs(stage: Stage) -> None:
    """Who gives up early leaves nothing behind either, and the command is not run."""
    slow = stage.folder / "python3"  # is asked for the vendor's SDK before anything runs
    slow.write_text('#!/bin/sh\n[ "$1" = -c ] && echo asked >>"$ASKED" && exec sleep 600\necho run\n')
    slow.chmod(0o755)
    asked = stage.folder / "asked"
    os.mkfifo(asked)
    process = subprocess.Popen(
        stage.command(slow), cwd=stage.folder, env={**stage.environ, "ASKED": str(asked)}, stdout=subprocess.PIPE
    )
    assert asked.read_text() == "asked\n"
    process.send_signal(signal.SIGTERM)
    output, _ = process.communicate(timeout=PATIENCE)
    assert (process.returncode, output) == (128 + signal.SIGTERM, b"")
