"""An S3 server of the tests' own: moto's, in this process, on a port of its own."""

import math
import urllib.request

import moto.settings
from moto.server import ThreadedMotoServer

KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}
"""What a client is told besides the server's address; with one attempt each, as an outage is waited for."""


class Server:
    """A server with the bucket `lab`; what is in it stays when it is stopped and started again."""

    def __init__(self):
        self._port = 0
        self.start()
        bucket = urllib.request.Request(f"{self.address}/lab", method="PUT")
        urllib.request.urlopen(bucket, timeout=10).close()

    @property
    def address(self):
        return f"http://127.0.0.1:{self._port}"

    def start(self):
        self._server = ThreadedMotoServer(ip_address="127.0.0.1", port=self._port, verbose=False)
        self._server.start()
        _, self._port = self._server.get_host_and_port()

    def stop(self):
        self._server.stop()

    def refuse(self):
        """From now on nobody whom the server does not know has any right."""
        moto.settings.INITIAL_NO_AUTH_ACTION_COUNT = 0

    def allow(self):
        """Everybody has every right again."""
        moto.settings.INITIAL_NO_AUTH_ACTION_COUNT = math.inf
