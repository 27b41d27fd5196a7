"""What mends each topic in Go."""

from typing import Final

GO: Final = {
    "spacing": "base, err := json.Marshal(payload)  // not MarshalIndent",
    "order": "var content any; json.Unmarshal(body, &content)  // maps are written sorted, structs are not",
    "escape": (
        "encoder.SetEscapeHTML(false)  // then, since Go writes é as it is:\n"
        "for _, unit := range utf16.Encode([]rune(base)) {\n"
        '    if unit < 0x7f { out.WriteByte(byte(unit)) } else { fmt.Fprintf(&out, "\\\\u%04x", unit) }\n'
        "}"
    ),
    "numbers": (
        "decoder.UseNumber()  // before Decode: keeps the digits of the body, which are right but for 1.50 and 1E5"
    ),
    "content": "var content any  // nil is null; leave it nil for no body and for {}",
    "changed": (
        "body, _ := json.Marshal(content)  // once: sign its JSON, and send these bytes\n"
        "http.NewRequest(method, url, bytes.NewReader(body))"
    ),
    "path": "path := request.URL.EscapedPath()",
    "query": "query := request.URL.RawQuery  // not request.URL.Query().Encode(): that sorts",
    "timestamp": "timestamp := time.Now().Unix()  // once, for the query that is signed and sent",
    "key": 'key := []byte(os.Getenv("SNAPTRADE_CONSUMER_KEY"))',
    "digest": "mac := hmac.New(sha256.New, key); mac.Write(base)",
    "output": "base64.StdEncoding.EncodeToString(mac.Sum(nil))",
    "base": 'base := strings.TrimSuffix(buffer.String(), "\\n")  // Encoder writes a line end behind the JSON',
    "parameters": 'request.URL.RawQuery = rest + "&clientId=" + clientID + "&timestamp=" + timestamp  // each once',
    "headers": 'request.Header.Set("Signature", signature)  // Set, not Add',
    "body": 'request.Header.Set("Content-Type", "application/json")',
    "pti-lines": (
        'strings.Join([]string{method, digest, contentTypeLine, "date:" + date, "x-pti-client-id:" '
        '+ clientID, path}, "\\n")'
    ),
    "pti-digest": 'fmt.Sprintf("%X", sha256.Sum256(body))',
    "pti-date": (
        "date := time.Now().UTC().Format(http.TimeFormat)  // the same text in the line and in the header Date"
    ),
    "pti-path": "path := request.URL.EscapedPath()",
    "pti-kid": (
        "sum, _ := publicJWK.Thumbprint(crypto.SHA256); kid := base64.RawURLEncoding.EncodeToString(sum)  // go-jose"
    ),
    "pti-jws": (
        "jose.SigningKey{Algorithm: jose.RS512, Key: key}  // go-jose: headers cid and kid; then CompactSerialize()"
    ),
    "token": (
        'request.Header.Set("Authorization", "JWT "+token)  // and neither Signature, timestamp, userId nor userSecret'
    ),
}
