"""What mends each topic in PHP."""

from typing import Final

PHP: Final = {
    "spacing": "json_encode($payload, JSON_UNESCAPED_SLASHES)  // no JSON_PRETTY_PRINT",
    "order": (
        "function sorted(mixed $v): mixed {\n"
        '    if (is_object($v)) { $a = (array) $v; ksort($a, SORT_STRING); return (object) array_map("sorted", $a); }\n'
        '    return is_array($v) ? array_map("sorted", $v) : $v;\n'
        "}"
    ),
    "escape": (
        "json_encode($payload, JSON_UNESCAPED_SLASHES | JSON_PRESERVE_ZERO_FRACTION)  // no JSON_UNESCAPED_UNICODE"
    ),
    "numbers": "json_encode($payload, JSON_UNESCAPED_SLASHES | JSON_PRESERVE_ZERO_FRACTION)",
    "content": (
        '$content = $body === "" || $body === "{}" ? null : json_decode($body);  // objects: with true, {} becomes []'
    ),
    "changed": (
        "$body = json_encode($content);  // once: sign this, and send this\n"
        "curl_setopt($curl, CURLOPT_POSTFIELDS, $body);"
    ),
    "path": "$path = parse_url($url, PHP_URL_PATH);  // of the very URL that is sent",
    "query": "$query = parse_url($url, PHP_URL_QUERY);  // not http_build_query of it again",
    "timestamp": "$timestamp = time();  // once, for the query that is signed and sent",
    "key": '$key = getenv("SNAPTRADE_CONSUMER_KEY");',
    "digest": 'hash_hmac("sha256", $base, $key, true)  // true: bytes, not hex',
    "output": 'base64_encode(hash_hmac("sha256", $base, $key, true))  // true: bytes, not hex',
    "base": (
        '$base = json_encode(["content" => $content, "path" => $path, "query" => $query], JSON_UNESCAPED_SLASHES);'
    ),
    "parameters": '$query = "$rest&clientId=$clientId&timestamp=$timestamp";  // each once',
    "headers": '"Signature: $signature"  // once in CURLOPT_HTTPHEADER',
    "body": '"Content-Type: application/json"  // and json_encode, not http_build_query',
    "pti-lines": (
        'implode("\\n", [$method, $digest, $contentTypeLine, "date:$date", "x-pti-client-id:$clientId", $path])'
    ),
    "pti-digest": 'strtoupper(hash("sha256", $body))',
    "pti-date": '$date = gmdate("D, d M Y H:i:s") . " GMT";  // the same text in the line and in the header Date',
    "pti-path": "$path = parse_url($url, PHP_URL_PATH);",
    "pti-kid": '$kid = $jwk->toPublic()->thumbprint("sha256");  // web-token',
    "pti-jws": "new CompactSerializer();  // web-token: RS512 or EdDSA, header alg, cid, kid",
    "token": '"Authorization: JWT $token"  // and neither Signature, timestamp, userId nor userSecret',
}
