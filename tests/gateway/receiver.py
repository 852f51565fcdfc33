"""A program of the clinic that takes events, as one would write it: it checks the
signature with its own means and writes down what came.

receiver.py RECORD PLAN KEY [CERTIFICATE PRIVATE-KEY]: answers with the numbers in
PLAN, one after the other, then with 204. Prints its port."""
import hashlib
import hmac
import http.server
import json
import ssl
import sys

record, plan, key = sys.argv[1:4]


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        signed = dict(p.split("=", 1) for p in self.headers["Sealpost-Signature"].split(","))
        wanted = hmac.new(key.encode(), signed["t"].encode() + b"." + body, hashlib.sha256)
        came = {
            "path": self.path,
            "host": self.headers["Host"],
            "type": self.headers["Content-Type"],
            "t": int(signed["t"]),
            "good": hmac.compare_digest(signed["v1"], wanted.hexdigest()),
            "v1": signed["v1"],
            "body": body.decode(),
            "event": json.loads(body),
        }
        with open(plan) as f:
            answers = f.read().split()
        with open(record, "a+") as f:
            f.seek(0)
            n = len(f.readlines())
            f.write(json.dumps(came) + "\n")
        answer = int(answers[n]) if n < len(answers) else 204
        self.send_response(answer)
        if answer // 100 == 3:
            self.send_header("Location", "/elsewhere")
        self.end_headers()

    def log_message(self, *words):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
if len(sys.argv) > 4:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[4], sys.argv[5])
    server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_address[1], flush=True)
server.serve_forever()
