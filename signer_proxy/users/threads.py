"""Threads for the users alone: a lock that is held, or a keyring that sleeps, keeps nothing else waiting."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

_THREADS: Final = ThreadPoolExecutor(max_workers=4, thread_name_prefix="users")


async def in_users_thread[**P, T](function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call a method of Users off the event loop."""
    return await asyncio.get_running_loop().run_in_executor(_THREADS, lambda: function(*args, **kwargs))
