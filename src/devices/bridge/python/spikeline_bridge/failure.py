"""What can go wrong, in words that say what to do."""


class Failure(Exception):
    """A failure with the code of Spikeline's DeviceError: not-found, busy, refused, protocol, timed-out, unsupported, overflow."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code
        self.message = message

    def told(self):
        return {"code": self.code, "message": self.message}


class Unfit(Exception):
    """A request that cannot be: a list of (path, what is wrong)."""

    def __init__(self, problems):
        super().__init__("; ".join(f"{path}: {what}" for path, what in problems))
        self.problems = problems

    def told(self):
        return {"problems": self.problems}
