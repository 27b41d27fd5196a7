"""What mends each topic in Python."""

from typing import Final

PYTHON: Final = {
    "spacing": 'json.dumps(payload, separators=(",", ":"), sort_keys=True)',
    "order": 'json.dumps(payload, separators=(",", ":"), sort_keys=True)',
    "escape": 'json.dumps(payload, separators=(",", ":"), sort_keys=True)  # ensure_ascii stays True',
    "numbers": ('json.dumps(json.loads(body), separators=(",", ":"), sort_keys=True)  # no parse_float, no Decimal'),
    "content": (
        "content = json.loads(body) if body else None\n"
        'payload = {"content": None if content == {} else content, "path": path, "query": query}'
    ),
    "changed": (
        "body = json.dumps(content).encode()  # once, and sent as it is\n"
        'requests.request(method, url, data=body, headers={"Content-Type": "application/json", '
        '"Signature": signature})'
    ),
    "path": "path = urlsplit(url).path  # of the very URL that is sent",
    "query": 'path, _, query = target.partition("?")  # target is what the request line has',
    "timestamp": "timestamp = int(time.time())  # once, for the query that is signed and sent",
    "key": 'key = os.environ["SNAPTRADE_CONSUMER_KEY"].encode()',
    "digest": "hmac.new(key, base.encode(), hashlib.sha256).digest()",
    "output": "base64.b64encode(digest).decode()",
    "base": (
        'base = json.dumps({"content": content, "path": path, "query": query}, separators=(",", ":"), sort_keys=True)'
    ),
    "parameters": 'query = urlencode([*params, ("clientId", client_id), ("timestamp", timestamp)])  # each once',
    "headers": 'headers = {"Signature": signature}  # once; set it, do not add it',
    "body": (
        'requests.request(method, url, data=json.dumps(content).encode(), headers={"Content-Type": "application/json"})'
    ),
    "pti-lines": (
        '"\\n".join([method, digest, content_type_line, f"date:{date}", f"x-pti-client-id:{client_id}", path])'
    ),
    "pti-digest": "hashlib.sha256(body).hexdigest().upper()  # body is the bytes that are sent",
    "pti-date": "date = email.utils.formatdate(usegmt=True)  # the same text in the line and in the header Date",
    "pti-path": "path = urlsplit(url).path",
    "pti-kid": "kid = jwk.thumbprint()  # joserfc: of the public key, SHA-256, Base64url",
    "pti-jws": (
        'jws.serialize_compact({"alg": "RS512", "cid": client_id, "kid": kid}, payload, key)  # '
        'joserfc; EdDSA: add "crv"'
    ),
    "token": ('headers = {"Authorization": f"JWT {token}"}  # and neither Signature, timestamp, userId nor userSecret'),
}
