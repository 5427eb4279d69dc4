# SPDX-License-Identifier: GPL-2.0
"""The pmem lab - an error that a person can act on, in one line."""


class LabError(Exception):
    """What is wrong and, when known, what to do about it."""

    def __init__(self, wrong, todo=None):
        super().__init__(f"{wrong}; {todo}" if todo else wrong)
