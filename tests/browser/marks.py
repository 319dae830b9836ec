"""What every module here begins with: it is skipped as a whole, in one line, where there is no Chromium."""

import os
import shutil
from typing import Final

import pytest

if shutil.which("chromium") is None and os.environ.get("REQUIRE_BROWSER") != "1":
    pytest.skip("Chromium is missing (Debian package chromium).", allow_module_level=True)

# One worker drives the browser; its first test also starts three programs.
BROWSER: Final = [pytest.mark.browser, pytest.mark.timeout(300)]
