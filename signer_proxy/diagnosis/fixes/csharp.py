"""What mends each topic in C#."""

from typing import Final

CSHARP: Final = {
    "spacing": "new JsonSerializerOptions { WriteIndented = false }",
    "order": "new SortedDictionary<string, object?>(members, StringComparer.Ordinal)  // at every level",
    "escape": (
        "var options = new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };\n"
        'json = Regex.Replace(JsonSerializer.Serialize(payload, options), @"[^\\x00-\\x7e]",\n'
        '    m => $"\\\\u{(int)m.Value[0]:x4}");  // one UTF-16 unit each'
    ),
    "numbers": (
        "var node = JsonNode.Parse(body);  // keeps the digits of the body, which are right but for 1.50 and 1E5"
    ),
    "content": 'JsonNode? content = body is null or "" or "{}" ? null : JsonNode.Parse(body);',
    "changed": (
        "var json = JsonSerializer.Serialize(content);  // once: sign this, and send this\n"
        'new StringContent(json, Encoding.UTF8, "application/json")'
    ),
    "path": "var path = uri.AbsolutePath;  // of the very Uri that is sent",
    "query": "var query = uri.Query.TrimStart('?');",
    "timestamp": (
        "var timestamp = DateTimeOffset.UtcNow.ToUnixTimeSeconds();  // once, for the query that is signed and sent"
    ),
    "key": ('var key = Encoding.UTF8.GetBytes(Environment.GetEnvironmentVariable("SNAPTRADE_CONSUMER_KEY")!);'),
    "digest": "HMACSHA256.HashData(key, new UTF8Encoding(false).GetBytes(text))",
    "output": "Convert.ToBase64String(digest)",
    "base": (
        'new SortedDictionary<string, object?>(StringComparer.Ordinal) { ["content"] = content, '
        '["path"] = path, ["query"] = query }'
    ),
    "parameters": 'var query = $"{rest}&clientId={clientId}&timestamp={timestamp}";  // each once',
    "headers": 'request.Headers.TryAddWithoutValidation("Signature", signature);  // once',
    "body": 'request.Content = new StringContent(json, new UTF8Encoding(false), "application/json");',
    "pti-lines": (
        'string.Join("\\n", method, digest, contentTypeLine, $"date:{date}", $"x-pti-client-id:{clientId}", path)'
    ),
    "pti-digest": "Convert.ToHexString(SHA256.HashData(body))",
    "pti-date": 'var date = DateTime.UtcNow.ToString("R");  // the same text in the line and in the header Date',
    "pti-path": "var path = uri.AbsolutePath;",
    "pti-kid": "Base64UrlEncoder.Encode(jsonWebKey.ComputeJwkThumbprint())  // of the public key",
    "pti-jws": (
        '$"{header}.{payload}." + Base64UrlEncoder.Encode(rsa.SignData(input, '
        "HashAlgorithmName.SHA512, RSASignaturePadding.Pkcs1))"
    ),
    "token": (
        'request.Headers.TryAddWithoutValidation("Authorization", $"JWT {token}");  // and nothing of a signature'
    ),
}
