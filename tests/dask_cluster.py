"""A Dask cluster of programs of this machine."""

import socket
import subprocess
import sys


class Cluster:
    """A scheduler and workers, programs of their own, as a user starts them."""

    def __init__(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
        self.programs = []
        self.scheduler()

    def scheduler(self):
        self.programs.insert(0, self._start("scheduler", "--host", self.address))

    def worker(self):
        self.programs.append(self._start("worker", self.address, "--nthreads", "1", "--no-nanny"))

    def _start(self, kind, *options):
        command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", "--no-dashboard", *options]
        return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def lose(self, number):
        program = self.programs.pop(number)
        program.kill()
        program.wait()
