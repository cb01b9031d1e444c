"""HTTP/1.1 as we speak it: uvicorn's, and two things of our own."""

from .corking import CorkedProtocol
from .http.edge import unreadable


class Protocol(CorkedProtocol):
    """Answers what it cannot read as everything else is answered: a problem, with an id."""

    def send_400_response(self, msg: str) -> None:
        self.transport.write(unreadable())
        self.transport.close()
