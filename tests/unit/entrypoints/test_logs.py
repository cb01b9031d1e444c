"""Logs: one line each, whatever comes from outside."""

import json
import logging

import pytest

from marketplace.entrypoints.logs import JsonLines


@pytest.mark.parametrize("said", ["طلب", 'a "line"\nand another', "half a character \ud800"])
def test_whatever_is_said_is_one_line_that_can_be_read(said: str) -> None:
    record = logging.makeLogRecord({"name": "marketplace", "levelname": "INFO", "msg": said})

    line = JsonLines().format(record)

    assert "\n" not in line
    assert json.loads(line)["message"] == said
