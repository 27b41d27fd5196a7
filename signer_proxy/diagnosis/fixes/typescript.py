"""What mends each topic in TypeScript (Node.js)."""

from typing import Final

TYPESCRIPT: Final = {
    "spacing": "const base = JSON.stringify(sorted(payload));  // no third argument",
    "order": (
        'const sorted = (v: any): any => Array.isArray(v) ? v.map(sorted) : v && typeof v === "object"\n'
        "  ? Object.fromEntries(Object.keys(v).sort().map((k) => [k, sorted(v[k])])) : v;"
    ),
    "escape": ('base.replace(/[\\u007f-\\uffff]/g, (c) => "\\\\u" + c.charCodeAt(0).toString(16).padStart(4, "0"));'),
    "numbers": (
        "const body = JSON.stringify(content);  // send this text: 1.0 leaves as 1. Python writes 1e-7 as 1e-07 and\n"
        "// 1e21 as 1e+21: send such numbers as text"
    ),
    "content": ('const content = body && Object.keys(body).length ? body : null;  // null, not undefined, "" or {}'),
    "changed": (
        "const text = JSON.stringify(content);  // sign JSON.parse(text), and send text itself\n"
        'await fetch(url, { method, body: text, headers: { "Content-Type": "application/json", '
        "Signature: signature } });"
    ),
    "path": "const { pathname } = new URL(url);  // of the very URL that is sent",
    "query": 'const query = url.slice(url.indexOf("?") + 1);  // not URLSearchParams: it encodes anew',
    "timestamp": ("const timestamp = Math.floor(Date.now() / 1000);  // once, for the query that is signed and sent"),
    "key": "const key = process.env.SNAPTRADE_CONSUMER_KEY!;  // no encodeURI, no trim",
    "digest": 'crypto.createHmac("sha256", key).update(base, "utf8")',
    "output": '.digest("base64")',
    "base": "const base = JSON.stringify(sorted({ content, path, query }));",
    "parameters": "const query = `${rest}&clientId=${clientId}&timestamp=${timestamp}`;  // each once",
    "headers": 'headers.set("Signature", signature);  // set, not append',
    "body": 'headers: { "Content-Type": "application/json" }, body: JSON.stringify(content)',
    "pti-lines": ('[method, digest, contentTypeLine, `date:${date}`, `x-pti-client-id:${clientId}`, path].join("\\n")'),
    "pti-digest": 'crypto.createHash("sha256").update(body).digest("hex").toUpperCase()  // body is what is sent',
    "pti-date": "const date = new Date().toUTCString();  // the same text in the line and in the header Date",
    "pti-path": "const path = new URL(url).pathname;",
    "pti-kid": 'const kid = await calculateJwkThumbprint(publicJwk, "sha256");  // jose',
    "pti-jws": (
        'new CompactSign(payload).setProtectedHeader({ alg: "RS512", cid: clientId, kid '
        "}).sign(key)  // jose; EdDSA: add crv"
    ),
    "token": ("headers: { Authorization: `JWT ${token}` }  // and neither Signature, timestamp, userId nor userSecret"),
}
