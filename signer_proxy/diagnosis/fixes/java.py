"""What mends each topic in Java."""

from typing import Final

JAVA: Final = {
    "spacing": "mapper.writeValueAsString(payload);  // Jackson, no INDENT_OUTPUT",
    "order": (
        "mapper.configure(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS, true);  // Jackson: maps at every level"
    ),
    "escape": (
        "factory = JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII)\n"
        "    .disable(JsonWriteFeature.WRITE_HEX_UPPER_CASE).build();  // Jackson, from 2.14\n"
        "String json = new GsonBuilder().disableHtmlEscaping().serializeNulls().create().toJson(payload);  // Gson\n"
        'json = json.chars().mapToObj(c -> c < 0x7f ? "" + (char) c : String.format("\\\\u%04x", c))\n'
        "    .collect(Collectors.joining());"
    ),
    "numbers": (
        "new GsonBuilder().setObjectToNumberStrategy(ToNumberPolicy.LONG_OR_DOUBLE).create();  // 1 stays 1\n"
        "// doubles with an exponent are written otherwise by Python: send them as text"
    ),
    "content": ('Object content = body == null || body.isEmpty() || body.equals("{}") ? null : mapper.readTree(body);'),
    "changed": (
        "String body = mapper.writeValueAsString(content);  // once: sign this, and send this\n"
        'RequestBody.create(body, MediaType.get("application/json"));'
    ),
    "path": "String path = uri.getRawPath();  // of the very URI that is sent",
    "query": "String query = uri.getRawQuery();  // not getQuery(): that is decoded",
    "timestamp": ("long timestamp = Instant.now().getEpochSecond();  // once, for the query that is signed and sent"),
    "key": 'byte[] key = System.getenv("SNAPTRADE_CONSUMER_KEY").getBytes(StandardCharsets.UTF_8);',
    "digest": 'Mac mac = Mac.getInstance("HmacSHA256"); mac.init(new SecretKeySpec(key, "HmacSHA256"));',
    "output": "Base64.getEncoder().encodeToString(digest);  // not getUrlEncoder, not getMimeEncoder",
    "base": (
        'payload = new TreeMap<>(); payload.put("content", content); payload.put("path", path); '
        'payload.put("query", query);'
    ),
    "parameters": 'String query = rest + "&clientId=" + clientId + "&timestamp=" + timestamp;  // each once',
    "headers": 'request.setHeader("Signature", signature);  // set, not add',
    "body": '.header("Content-Type", "application/json").POST(BodyPublishers.ofString(json))',
    "pti-lines": (
        'String.join("\\n", method, digest, contentTypeLine, "date:" + date, "x-pti-client-id:" + clientId, path);'
    ),
    "pti-digest": 'HexFormat.of().withUpperCase().formatHex(MessageDigest.getInstance("SHA-256").digest(body));',
    "pti-date": (
        'DateTimeFormatter.RFC_1123_DATE_TIME.format(now);  // days with two digits: pattern "EEE, '
        "dd MMM yyyy HH:mm:ss 'GMT'\""
    ),
    "pti-path": "String path = uri.getRawPath();",
    "pti-kid": "jwk.computeThumbprint().toString();  // Nimbus: RFC 7638, SHA-256",
    "pti-jws": (
        'new JWSHeader.Builder(JWSAlgorithm.RS512).keyID(kid).customParam("cid", clientId).build();  // Nimbus'
    ),
    "token": ('.header("Authorization", "JWT " + token)  // and neither Signature, timestamp, userId nor userSecret'),
}
