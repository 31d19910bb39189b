"""What the server that forks the kernel's processes loads before it forks the first."""

from tests.kernel import worker_process

worker_process.configure()
