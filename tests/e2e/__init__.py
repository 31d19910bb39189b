"""The scenarios told through a browser. What these modules assert is spelt out when it does not hold."""

import pytest

pytest.register_assert_rewrite("tests.e2e.reader", "tests.e2e.walks", "tests.e2e.editor")
