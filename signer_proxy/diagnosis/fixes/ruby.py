"""What mends each topic in Ruby."""

from typing import Final

RUBY: Final = {
    "spacing": "JSON.generate(payload)  # not pretty_generate",
    "order": (
        "sorted = ->(v) { v.is_a?(Hash) ? v.sort.to_h.transform_values(&sorted) : v.is_a?(Array) ? v.map(&sorted) : v }"
    ),
    "escape": ('base = JSON.generate(payload, ascii_only: true).gsub("\\x7f", "\\\\u007f")  # not to_json of Rails'),
    "numbers": (
        "value = JSON.parse(body)  # Integer and Float: 1 and 1.5 are written as Python has them; 1e20 and 1e-7 are not"
    ),
    "content": 'content = body.nil? || body.empty? || body == "{}" ? nil : JSON.parse(body)',
    "changed": ("body = JSON.generate(content)  # once: sign JSON.parse(body), and send body\nrequest.body = body"),
    "path": "path = uri.path  # of the very URI that is sent",
    "query": "query = uri.query  # not URI.encode_www_form of it again",
    "timestamp": "timestamp = Time.now.to_i  # once, for the query that is signed and sent",
    "key": 'key = ENV.fetch("SNAPTRADE_CONSUMER_KEY")',
    "digest": 'digest = OpenSSL::HMAC.digest("SHA256", key, base)',
    "output": "Base64.strict_encode64(digest)  # not encode64: that has line ends",
    "base": "base = JSON.generate(sorted.({ content: content, path: path, query: query }), ascii_only: true)",
    "parameters": 'query = "#{rest}&clientId=#{client_id}&timestamp=#{timestamp}"  # each once',
    "headers": 'request["Signature"] = signature  # not add_field',
    "body": 'request["Content-Type"] = "application/json"',
    "pti-lines": (
        '[method, digest, content_type_line, "date:#{date}", "x-pti-client-id:#{client_id}", path].join("\\n")'
    ),
    "pti-digest": "Digest::SHA256.hexdigest(body).upcase",
    "pti-date": "date = Time.now.httpdate  # the same text in the line and in the header Date",
    "pti-path": "path = uri.path",
    "pti-kid": "kid = JWT::JWK::Thumbprint.new(jwk).generate  # of the public key",
    "pti-jws": (
        "jws = JSON::JWS.new(payload)  # json-jwt; JWT.encode takes no text\n"
        'jws.header.merge!(alg: "RS512", cid: client_id, kid: kid)'
    ),
    "token": ('request["Authorization"] = "JWT #{token}"  # and neither Signature, timestamp, userId nor userSecret'),
}
