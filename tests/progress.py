"""A pytest plugin: says during the long run how many random lives have been judged.

The reports of all workers arrive in one process, which reads no conftest below ``tests``.
"""

import pytest

TELL_EVERY = 10_000


class Progress:
    """Adds up what the tests say in ``record_property("lives", …)``."""

    def __init__(self, config: pytest.Config) -> None:
        self.config, self.judged, self.told = config, 0, 0

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count one test's lives; a line for every ten thousand."""
        if report.when != "call" or not report.passed:
            return
        self.judged += sum(int(str(value)) for name, value in report.user_properties if name == "lives")
        terminal = self.config.pluginmanager.get_plugin("terminalreporter")
        if terminal is not None and self.judged - self.told >= TELL_EVERY:
            self.told = self.judged
            terminal.write_line(f"{self.judged:,} random lives judged, no difference")


def pytest_configure(config: pytest.Config) -> None:
    """Register one counter for the run."""
    config.pluginmanager.register(Progress(config), "random-lives")
