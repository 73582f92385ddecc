"""A sign-in service of the tests' own (OpenID Connect, authorization code): whoever comes is Kim."""

import base64
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey


class SignInService:
    """Listens on a port of its own until it is stopped."""

    def __init__(self, email):
        self.key = RSAKey.generate_key(2048, parameters={"kid": "tests"})
        self.email = email
        self.nonces = {}
        self._server = ThreadingHTTPServer(("localhost", 0), type("Handler", (_Handler,), {"service": self}))
        self.url = f"http://localhost:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()

    def metadata(self):
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }

    def token(self, client_id, code):
        now = int(time.time())
        claims = {"iss": self.url, "sub": "1", "aud": client_id, "iat": now, "exp": now + 300}
        claims |= {"email": self.email, "nonce": self.nonces.pop(code)}
        signed = jwt.encode({"alg": "RS256", "kid": "tests"}, claims, self.key)
        return {"access_token": "x", "token_type": "Bearer", "expires_in": 300, "id_token": signed}


class _Handler(BaseHTTPRequestHandler):
    service: SignInService

    def do_GET(self):
        asked = urlsplit(self.path)
        fields = {name: values[0] for name, values in parse_qs(asked.query).items()}
        if asked.path == "/authorize":
            code = base64.urlsafe_b64encode(fields["state"].encode()).decode()
            self.service.nonces[code] = fields.get("nonce")
            self.send_response(302)
            back = urlencode({"code": code, "state": fields["state"]})
            self.send_header("Location", f"{fields['redirect_uri']}?{back}")
            self.end_headers()
        elif asked.path == "/keys":
            self._answer({"keys": [self.service.key.as_dict(private=False)]})
        else:
            self._answer(self.service.metadata())

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        fields = {name: values[0] for name, values in parse_qs(body).items()}
        self._answer(self.service.token("mask-loop", fields["code"]))

    def _answer(self, values):
        content = json.dumps(values).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass
