// Signs one request in the ways in which JavaScript goes wrong; writes what came of each as JSON.
import crypto from "node:crypto";

const { method, path, query, body, key } = JSON.parse(process.argv[2]);
const content = JSON.parse(body);
const hmac = (base, secret = key, how = "base64") => crypto.createHmac("sha256", secret).update(base).digest(how);
const whole = (given = content) => ({ content: given, path, query });
const sorted = (value) =>
  Array.isArray(value)
    ? value.map(sorted)
    : value && typeof value === "object"
      ? Object.fromEntries(Object.keys(value).sort().map((name) => [name, sorted(value[name])]))
      : value;
const right = () => JSON.stringify(sorted(whole()));
const fixed = right().replace(/[\u007f-\uffff]/g, (c) => "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0"));

const signatures = {
  "utf8-and-doubles": hmac(right()),
  "doubles": hmac(fixed),
  "replacer": hmac(JSON.stringify(whole(), Object.keys(whole()).sort())),
  "unsorted": hmac(JSON.stringify(whole())),
  "indented": hmac(JSON.stringify(sorted(whole()), null, 2)),
  "undefined": hmac(JSON.stringify(sorted({ content: undefined, path, query }))),
  "text": hmac(JSON.stringify(whole(JSON.stringify(content)))),
  "encode-uri": hmac(fixed, encodeURI(key)),
  "hex": hmac(fixed, key, "hex"),
  "binary": Buffer.from(hmac(fixed, key, "latin1"), "utf8").toString("base64"),
  "url-search-params": hmac(JSON.stringify({ ...JSON.parse(fixed), query: new URLSearchParams(query).toString() })),
  "buffer-key": hmac(fixed, Buffer.from(key, "base64")),
  "sha256": crypto.createHash("sha256").update(fixed).digest("base64"),
  "date-now": hmac(fixed.replace(/timestamp=\d+/, "$&042")),
  "method": hmac(JSON.stringify(sorted({ ...whole(), method }))),
};
process.stdout.write(JSON.stringify(signatures));
