"""What holds for all tests."""

import signal


def pytest_configure():
    """Hear interrupts, as a program in a terminal does.

    What a shell starts in the background ignores them, and so would all that tests start.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
