"""JSON bodies, as the text a client would send, on which writers of canonical JSON are known to differ."""

NO_BODY = None

EMPTY: dict[str, str | None] = {
    "none": NO_BODY,
    "empty-object": "{}",
    "empty-object-spaced": " { } ",
    "empty-array": "[]",
    "zero": "0",
    "minus-zero": "-0",
    "false": "false",
    "true": "true",
    "empty-string": '""',
    "null": "null",
    "number": "42",
    "string": '"text"',
    "object-of-empties": '{"a":{},"b":[],"c":null,"d":"","e":0,"f":false}',
    "array-of-empties": "[{},[],null]",
}

ORDER: dict[str, str | None] = {
    "keys-unsorted": '{"b":1,"a":2,"c":3}',
    "keys-unsorted-nested": '{"z":{"y":{"b":1,"a":2},"x":0},"a":[{"d":1,"c":2}]}',
    "keys-upper-before-lower": '{"b":1,"B":2,"a":3,"A":4,"_":5}',
    "keys-prefixes": '{"aa":1,"a":2,"a.a":3,"a a":4,"a0":5}',
    "keys-digits": '{"10":1,"9":2,"1":3,"01":4,"-1":5}',
    "keys-empty": '{"b":1,"":2}',
    "keys-code-point-or-utf16": '{"😀":1,"\uffee":2}',
    "keys-code-point-or-utf16-escaped": r'{"\ud83d\ude00":1,"\uffee":2}',
    "keys-accented": '{"é":1,"e":2,"z":3,"e\u0301":4}',
    "keys-duplicate": '{"a":1,"b":2,"a":3}',
    "keys-duplicate-nested": '{"a":{"b":1,"b":{"c":1,"c":2}},"a":{"d":0}}',
    "keys-duplicate-by-escape": r'{"a":1,"\u0061":2}',
    "keys-of-the-payload": '{"query":"q","path":"/p","content":null}',
    "keys-object-prototype": '{"toString":1,"constructor":2,"valueOf":3,"hasOwnProperty":4,"kept":5}',
    "keys-proto": '{"__proto__":{"a":1},"b":2}',
    "keys-array-like": '{"length":1,"0":2}',
    "keys-quoted": r'{"\"":1,"\\":2,"\n":3}',
}

SPACE: dict[str, str | None] = {
    "space-after-separators": '{"a": 1, "b": [1, 2, {"c": null}]}',
    "space-everywhere": '\r\n\t { "a" :\t[ 1 ,\n2 ] , "b" : { } }\n',
    "space-indented": '{\n  "userId": "new_user_123",\n  "flags": [\n    true,\n    false\n  ]\n}\n',
    "space-in-strings": '{" a ":"  b  "}',
}

STRINGS: dict[str, str | None] = {
    "latin": '{"name":"José Müller ñ ß"}',
    "latin-escaped": r'{"name":"Jos\u00e9 M\u00FCller"}',
    "combining-and-composed": '{"a":"e\u0301","b":"é"}',
    "chinese": '{"名字":"中文"}',
    "arabic-and-hebrew": '{"a":"سلام","b":"שלום"}',
    "emoji": '{"note":"🚀 to the 🌕"}',
    "emoji-escaped": r'{"note":"\ud83d\ude80"}',
    "emoji-joined": '{"note":"👩\u200d👩\u200d👧"}',
    "lone-surrogate": r'{"a":"\ud800","b":"x\udfffy"}',
    "line-separators": '{"a":"x\u2028y\u2029z"}',
    "delete": '{"a":"\x7f"}',
    "latin-controls": '{"a":"\x80\x85\xa0\xad"}',
    "controls-escaped": r'{"a":"\u0000\u0001\u001f\u000b"}',
    "controls-short": r'{"a":"\b\f\n\r\t"}',
    "byte-order-mark-inside": '{"a":"\ufeffx"}',
    "noncharacters": '{"a":"\uffff\ufffe","b":"\U0010ffff"}',
    "html": '{"a":"<b>Tom & Jerry</b>","c":"a>b"}',
    "html-escaped": r'{"a":"\u003cb\u003e\u0026"}',
    "slash": '{"url":"https://app.example/a/b?c=d"}',
    "slash-escaped": r'{"url":"https:\/\/app.example\/a"}',
    "quotes": r"""{"a":"say \"hi\"","b":"it's","c":"`"}""",
    "backslashes": r'{"path":"C:\\dir\\file","pattern":"\\d+\\/\\u0041"}',
    "percent": '{"a":"100%","b":"%20","c":"a+b"}',
    "long-string": '{"a":"' + "0123456789abcdef" * 64 + '"}',
    "long-string-wide": '{"a":"' + "ä中" * 128 + '"}',
}

NUMBERS: dict[str, str | None] = {
    "float-whole": '{"n":1.0}',
    "float-trailing-zero": '{"n":150.250}',
    "float-tenth": '{"n":0.1}',
    "float-many-digits": '{"n":123456789.123456789}',
    "float-tiny": '{"n":1e-7}',
    "float-before-exponent": '{"n":0.0001}',
    "float-after-exponent": '{"n":0.00001}',
    "float-exponent-upper": '{"n":1E5}',
    "float-exponent-plus": '{"n":2.5e+3}',
    "float-1e15": '{"n":1e15}',
    "float-1e16": '{"n":1e16}',
    "float-1e21": '{"n":1e21}',
    "float-1e22": '{"n":1e22}',
    "float-1.5e300": '{"n":1.5e300}',
    "float-minus-zero": '{"n":-0.0}',
    "integer-minus-zero": '{"n":-0}',
    "float-smallest": '{"n":5e-324}',
    "float-underflow": '{"n":1e-400}',
    "float-largest": '{"n":1.7976931348623157e308}',
    "float-rounded": '{"n":0.30000000000000004,"m":0.1000000000000000055511151231257827}',
    "integer-negative": '{"n":-17}',
    "integer-2-53": '{"n":9007199254740992}',
    "integer-2-53-and-1": '{"n":9007199254740993}',
    "integer-2-64": '{"n":18446744073709551616}',
    "integer-10-30": '{"n":1000000000000000000000000000000}',
    "integer-minus-2-63": '{"n":-9223372036854775808}',
    "numbers-in-array": "[1,1.0,1e0,10E-1,-1]",
}

SHAPES: dict[str, str | None] = {
    "nested-objects": '{"a":' * 60 + "1" + "}" * 60,
    "nested-arrays": "[" * 100 + "]" * 100,
    "array-of-objects": '[{"b":1,"a":2},{"a":3,"b":4},{}]',
    "array-mixed": '[null,true,false,"é",1.5,{"k":[]}]',
    "array-long": "[" + ",".join(str(n) for n in range(200)) + "]",
    "many-keys": "{" + ",".join(f'"k{n * 37 % 101}":{n}' for n in range(101)) + "}",
    "register-user": '{"userId":"new_user_123","rsaPublicKey":"ssh-rsa AAAAB3NzaC1yc2E+/= alice@laptop"}',
    "order": (
        '{"account_id":"917c8734-8470-4a3e-a18f-57c3f2ee6631","action":"BUY","order_type":"Limit",'
        '"price":31.33,"stop":null,"time_in_force":"Day","units":10.0,"universal_symbol_id":"2bcd7cc3"}'
    ),
}

BODIES = EMPTY | ORDER | SPACE | STRINGS | NUMBERS | SHAPES
