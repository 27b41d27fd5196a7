"""Every mistake of the catalogue: what is done otherwise than in `Asked`, and the codes that must be found."""

import hashlib
import hmac
import json
import unicodedata
from base64 import b64decode, b64encode, urlsafe_b64encode
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import parse_qsl, quote, unquote, unquote_plus, urlencode

from tests.diagnosis.signing import KEY, NOW, OURS, RICH, SECRET, Asked

type Steps = dict[str, Any]
type Entry = tuple[Steps, set[str]]

HOST: Final = "https://api.snaptrade.com"
COMPACT: Final[dict[str, Any]] = {"sort_keys": True, "separators": (",", ":")}


def dumping(**options: object) -> Callable[[Any], str]:
    """Return a json.dumps."""
    given: dict[str, Any] = options
    return lambda value: json.dumps(value, **given)


def replacing(*pairs: tuple[str, str], **options: object) -> Callable[[Any], str]:
    """Return a json.dumps whose text is changed."""

    def write(value: object) -> str:
        given: dict[str, Any] = {**COMPACT, **options}
        text = json.dumps(value, **given)
        for old, new in pairs:
            text = text.replace(old, new)
        return text

    return write


def renamed(**names: str) -> Callable[[Any, str, str], Any]:
    """Return what names members otherwise."""
    return lambda content, path, query: {
        names.get(name, name): value for name, value in (("content", content), ("path", path), ("query", query))
    }


def without_parameter(*names: str) -> Callable[[str], str]:
    """Return what takes parameters out of a query."""
    return lambda query: "&".join(part for part in query.split("&") if part.partition("=")[0] not in names)


def first_level(value: dict[str, Any]) -> str:
    """Sort the content's own keys, and no others."""
    content = {key: value["content"][key] for key in sorted(value["content"])}
    return json.dumps({**value, "content": content}, separators=(",", ":"))


def dropped(value: object) -> object:
    """Leave out what is null."""
    if isinstance(value, dict):
        return {key: dropped(member) for key, member in value.items() if member is not None}
    return [dropped(item) for item in value] if isinstance(value, list) else value


WRITING: Final[dict[str, Entry]] = {
    "spaces-in-content": (
        {
            "members": lambda content, path, query: (
                f'{{"content":{json.dumps(content, sort_keys=True)},"path":"{path}","query":"{query}"}}'
            )
        },
        {"json-white-space-in-content"},
    ),
    "spaces": ({"write": dumping(sort_keys=True)}, {"json-white-space"}),
    "space-colon": ({"write": dumping(sort_keys=True, separators=(",", ": "))}, {"json-space-after-colon"}),
    "space-comma": ({"write": dumping(sort_keys=True, separators=(", ", ":"))}, {"json-space-after-comma"}),
    "indent-2": ({"write": dumping(sort_keys=True, indent=2)}, {"json-indented"}),
    "indent-4": ({"write": dumping(sort_keys=True, indent=4)}, {"json-indented"}),
    "indent-tab": ({"write": dumping(sort_keys=True, indent="\t")}, {"json-indented"}),
    "top-only": ({"write": dumping(separators=(",", ":"))}, {"json-keys-sorted-at-top-only"}),
    "first-level": ({"write": first_level}, {"json-keys-sorted-at-first-level"}),
    "utf8": ({"write": dumping(**COMPACT, ensure_ascii=False)}, {"json-not-ascii"}),
    "html": (
        {"write": replacing(("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026"), ensure_ascii=False)},
        {"json-html-escaped"},
    ),
    "slash": ({"write": replacing(("/", "\\/"))}, {"json-slash-escaped"}),
    "slash-utf8": ({"write": replacing(("/", "\\/"), ensure_ascii=False)}, {"json-slash-escaped", "json-not-ascii"}),
    "capitals": ({"write": replacing(("\\u00e9", "\\u00E9"))}, {"json-escapes-in-capitals"}),
    "numbers-js": ({"write": replacing(("1.0", "1"), ("1e-07", "1e-7"))}, {"json-numbers-as-doubles"}),
    "numbers-typed": (
        {"write": replacing(("1e-07", "1e-7"), ("1.5]", "1.50]"))},
        {"json-numbers-as-typed"},
    ),
    "numbers-java": (
        {"content": lambda _: json.loads(RICH, parse_int=float), "write": replacing(("1e-07", "1.0E-7"))},
        {"json-numbers-as-java-doubles"},
    ),
}
CONTENT: Final[dict[str, Entry]] = {
    "null": ({"content": lambda _: None}, {"content-null"}),
    "object": ({"content": lambda _: {}}, {"json-keys-dropped"}),  # as JSON.stringify with a list of keys
    "empty-text": ({"content": lambda _: ""}, {"content-empty-string"}),
    "list": ({"content": lambda _: []}, {"content-empty-list"}),
    "undefined": ({"content": lambda _: "undefined"}, {"content-null-as-string"}),
    "text": ({"content": lambda _: RICH}, {"content-as-string"}),
    "compact-text": ({"content": lambda content: json.dumps(content, **COMPACT)}, {"content-as-string"}),
    "wrapped": ({"content": lambda content: {"body": content}}, {"content-wrapped"}),
    "nulls": ({"content": dropped}, {"content-nulls-dropped"}),
    "member": (
        {"content": lambda content: {k: v for k, v in content.items() if k != "keyName"}},
        {"content-member-missing"},
    ),
    "nfd": (
        {"content": lambda content: {**content, "z": unicodedata.normalize("NFD", content["z"])}},
        {"content-normalised"},
    ),
    "stripped": ({"content": lambda content: {**content, "keyName": "x"}}, {"content-strings-stripped"}),
    "base64": ({"content": lambda _: b64encode(RICH.encode()).decode()}, {"content-digest"}),
    "form": ({"content": urlencode}, {"content-form-encoded"}),
    "bom": ({"content": lambda _: f"\ufeff{RICH}"}, {"content-bom", "content-as-string"}),
}
PATH: Final[dict[str, Entry]] = {
    "prefix": ({"signed_path": lambda path: f"/api/v1{path}"}, {"path-prefix-added"}),
    "prefix-twice": ({"signed_path": lambda path: f"/api/v1/api/v1{path}"}, {"path-prefix-doubled"}),
    "host": ({"signed_path": lambda path: HOST + path}, {"path-with-host"}),
    "host-alone": ({"signed_path": lambda path: f"api.snaptrade.com{path}"}, {"path-with-host"}),
    "slash": ({"signed_path": lambda path: f"{path}/"}, {"path-slash-added"}),
    "no-slash": ({"signed_path": lambda path: path[1:]}, {"path-leading-slash-missing"}),
    "decoded": ({"signed_path": unquote}, {"path-decoded"}),
    "lower": ({"signed_path": str.lower}, {"path-lower-case"}),
    "again": ({"signed_path": quote}, {"path-encoded-again"}),
    "lower-escapes": ({"signed_path": lambda path: path.replace("%2F", "%2f")}, {"path-encoded-again"}),
    "empty": ({"signed_path": lambda _: ""}, {"path-empty"}),
}
QUERY: Final[dict[str, Entry]] = {
    "mark": ({"signed_query": lambda query: f"?{query}"}, {"query-question-mark"}),
    "sorted": ({"signed_query": lambda query: "&".join(sorted(query.split("&")))}, {"query-sorted"}),
    "reversed": ({"signed_query": lambda query: "&".join(query.split("&")[::-1])}, {"query-reordered"}),
    "decoded": ({"signed_query": unquote}, {"query-decoded"}),
    "plus": ({"signed_query": lambda query: query.replace("%20", "+")}, {"query-plus-for-space"}),
    "decoded-again": ({"signed_query": lambda query: unquote(query).replace(" ", "%20")}, {"query-encoded-again"}),
    "twice": ({"signed_query": lambda query: query.replace("%", "%25")}, {"query-encoded-twice"}),
    "quoted": ({"signed_query": lambda query: quote(query, safe="")}, {"query-encoded-twice"}),
    "html": ({"signed_query": lambda query: query.replace("&", "&amp;")}, {"query-html-escaped"}),
    "separator": ({"signed_query": lambda query: f"{query}&"}, {"query-separators"}),
    "empty": ({"signed_query": lambda _: ""}, {"query-empty"}),
    "null": ({"signed_query": lambda _: None}, {"query-empty"}),
    "no-client": ({"signed_query": without_parameter("clientId")}, {"query-without-client-id"}),
    "no-time": ({"signed_query": without_parameter("timestamp")}, {"query-without-timestamp"}),
    "neither": (
        {"signed_query": without_parameter("clientId", "timestamp")},
        {"query-without-ours"},
    ),
    "ours-alone": ({"signed_query": lambda _: OURS}, {"query-parameters-added"}),
    "added-q": ({"signed_query": without_parameter("q")}, {"query-parameters-added"}),
    "added-user": ({"signed_query": without_parameter("userId", "userSecret")}, {"query-parameters-added"}),
    "object": ({"signed_query": lambda query: dict(parse_qsl(query))}, {"query-as-object"}),
    "second-late": ({"signed_query": lambda query: query.replace(f"{NOW}", f"{NOW + 1}")}, {"timestamp-differs"}),
    "seconds-early": ({"signed_query": lambda query: query.replace(f"{NOW}", f"{NOW - 90}")}, {"timestamp-differs"}),
    "hours": ({"signed_query": lambda query: query.replace(f"{NOW}", f"{NOW - 7200}")}, {"timestamp-time-zone"}),
    "milliseconds": (
        {"signed_query": lambda query: query.replace(f"{NOW}", f"{NOW}123")},
        {"timestamp-milliseconds-signed"},
    ),
}
KEYS: Final[dict[str, Entry]] = {
    "encode-uri": ({"key": quote(KEY, safe=";,/?:@&=+$-_.!~*'()#").encode()}, {"key-url-encoded"}),
    "encode-component": ({"key": quote(KEY, safe="").encode()}, {"key-url-encoded"}),
    "newline": ({"key": f"{KEY}\n".encode()}, {"key-with-newline"}),
    "crlf": ({"key": f"{KEY}\r\n".encode()}, {"key-with-newline"}),
    "space": ({"key": f"{KEY} ".encode()}, {"key-with-spaces"}),
    "quotes": ({"key": f'"{KEY}"'.encode()}, {"key-with-quotes"}),
    "upper": ({"key": KEY.upper().encode()}, {"key-case"}),
    "base64": ({"key": b64encode(KEY.encode())}, {"key-base64-encoded"}),
    "client": ({"key": b"CLIENT"}, {"key-is-client-id"}),
    "secret": ({"key": SECRET.encode()}, {"key-is-user-secret"}),
    "user": ({"key": b"alice"}, {"key-is-user-id"}),
    "other": ({"key": b"another-key"}, {"key-of-another-profile"}),
    "joined": ({"key": f"{KEY}{SECRET}".encode()}, {"key-joined"}),
    "empty": ({"key": b""}, {"key-missing"}),
    "undefined": ({"key": b"undefined"}, {"key-missing"}),
    "none": ({"key": b"None"}, {"key-missing"}),
    "placeholder": ({"key": b"YOUR_CONSUMER_KEY"}, {"key-placeholder"}),
}
DIGEST: Final[dict[str, Entry]] = {
    "sha1": ({"digest": lambda key, base: hmac.digest(key, base, "sha1")}, {"digest-sha1"}),
    "sha384": ({"digest": lambda key, base: hmac.digest(key, base, "sha384")}, {"digest-sha384"}),
    "sha512": ({"digest": lambda key, base: hmac.digest(key, base, "sha512")}, {"digest-sha512"}),
    "md5": ({"digest": lambda key, base: hmac.digest(key, base, "md5")}, {"digest-md5"}),
    "plain": ({"digest": lambda _, base: hashlib.sha256(base).digest()}, {"digest-not-keyed"}),
    "key-first": ({"digest": lambda key, base: hashlib.sha256(key + base).digest()}, {"digest-not-keyed"}),
    "key-last": ({"digest": lambda key, base: hashlib.sha256(base + key).digest()}, {"digest-not-keyed"}),
    "swapped": (
        {"digest": lambda key, base: hmac.digest(base, key, "sha256")},
        {"digest-key-and-message-swapped"},
    ),
    "hashed": (
        {"digest": lambda key, base: hmac.digest(key, hashlib.sha256(base).digest(), "sha256")},
        {"digest-hashed-twice"},
    ),
}
OUTPUT: Final[dict[str, Entry]] = {
    "hex": ({"output": lambda digest: digest.hex().encode()}, {"signature-hex"}),
    "hex-upper": ({"output": lambda digest: digest.hex().upper().encode()}, {"signature-hex"}),
    "unpadded": ({"output": lambda digest: b64encode(digest).rstrip(b"=")}, {"signature-unpadded"}),
    "of-hex": ({"output": lambda digest: b64encode(digest.hex().encode())}, {"signature-base64-of-hex"}),
    "twice": ({"output": lambda digest: b64encode(b64encode(digest))}, {"signature-base64-twice"}),
    "text": ({"output": lambda digest: b64encode(digest.decode("latin-1").encode())}, {"signature-of-text"}),
    "quoted": ({"output": lambda digest: b'"' + b64encode(digest) + b'"'}, {"signature-with-more"}),
    "word": ({"output": lambda digest: b"HMAC " + b64encode(digest)}, {"signature-with-more"}),
    "url": ({"output": lambda digest: quote(b64encode(digest), safe="").encode()}, {"signature-url-encoded"}),
}
BASE: Final[dict[str, Entry]] = {
    "method-before": ({"base": lambda text: f"POST{text}".encode()}, {"base-with-method"}),
    "method-line": ({"base": lambda text: f"POST\n{text}".encode()}, {"base-with-method"}),
    "method-member": (
        {"members": lambda content, path, query: {"content": content, "method": "POST", "path": path, "query": query}},
        {"base-with-method"},
    ),
    "newline": ({"base": lambda text: f"{text}\n".encode()}, {"base-trailing-newline"}),
    "bom": ({"base": lambda text: f"\ufeff{text}".encode()}, {"base-bom"}),
    "utf16": ({"base": lambda text: text.encode("utf-16-le")}, {"base-encoded"}),
    "base64": ({"base": lambda text: b64encode(text.encode())}, {"base-encoded"}),
    "twice": ({"base": lambda text: json.dumps(text).encode()}, {"base-json-twice"}),
    "body-name": ({"members": renamed(content="body")}, {"base-members-renamed"}),
    "url-name": ({"members": renamed(path="url")}, {"base-members-renamed"}),
    "absent": ({"members": lambda _, path, query: {"path": path, "query": query}}, {"content-absent"}),
    "content-alone": ({"members": lambda content, _path, _query: content}, {"base-content-only"}),
    "verbatim": (
        {"members": lambda _, path, query: f'{{"content":{RICH},"path":"{path}","query":"{query}"}}'},
        {"content-verbatim"},
    ),
    "crlf": (
        {"members": lambda _, path, query: f'{{"content":{RICH}\r\n,"path":"{path}","query":"{query}"}}'},
        {"content-line-ends"},
    ),
    "plain": ({"members": lambda _, path, query: f"{path}?{query}"}, {"base-not-json"}),
    "unsorted": (
        {
            "members": lambda content, path, query: {"path": path, "query": query, "content": content},
            "write": dumping(separators=(",", ":")),
        },
        {"json-keys-unsorted"},
    ),
    "members": (
        {
            "members": lambda content, path, query: {
                "path": path,
                "query": query,
                "content": json.loads(json.dumps(content, sort_keys=True)),
            },
            "write": dumping(separators=(",", ":")),
        },
        {"json-members-unsorted"},
    ),
}
TABLES: Final = {
    "write": WRITING, "content": CONTENT, "path": PATH, "query": QUERY, "key": KEYS, "digest": DIGEST,
    "output": OUTPUT, "base": BASE,
}  # fmt: skip

GET: Final = Asked(method="GET", path="/api/v1/accounts", query=f"z=1&a=b+c&{OURS}", body="")
PLAIN: Final[dict[str, tuple[Asked, set[str]]]] = {
    "get-object": (GET.but(content=lambda _: {}), {"content-empty-object"}),
    "get-text": (GET.but(content=lambda _: ""), {"content-empty-string"}),
    "get-prefix-missing": (GET.but(signed_path=lambda path: path[7:]), {"path-prefix-missing"}),
    "get-prefix-doubled": (GET.but(signed_path=lambda path: f"/api/v1{path}"), {"path-prefix-doubled"}),
    "get-percent": (GET.but(signed_query=lambda query: query.replace("+", "%20")), {"query-percent-for-plus"}),
    "get-decoded-plus": (GET.but(signed_query=unquote_plus), {"query-decoded"}),
    "empty-object-body": (Asked(body="{}", content=lambda _: {}), {"content-empty-object"}),
    "slash-lost": (
        Asked(path="/accounts/", signed_path=lambda path: path[:-1]),
        {"path-slash-missing"},
    ),
    "base64url": (
        # One of these digests has a sign in it that the alphabets do not share.
        GET.but(query=f"n=13&{OURS}", output=lambda digest: urlsafe_b64encode(digest)),
        {"signature-base64url"},
    ),
    "plus-lost": (
        GET.but(query=f"n=13&{OURS}", output=lambda digest: b64encode(digest).replace(b"+", b" ")),
        {"signature-plus-lost"},
    ),
    "sorted-plus": (
        Asked(query=f"z=a%20b&{OURS}", body="", signed_query=lambda _: f"{OURS}&z=a+b"),
        {"query-sorted", "query-plus-for-space"},
    ),
    "sorted-decoded": (
        Asked(query=f"z=a%2Bb&{OURS}", body="", signed_query=lambda _: f"{OURS}&z=a+b"),
        {"query-sorted", "query-decoded"},
    ),
    "mark-without-ours": (
        Asked(query=f"z=1&{OURS}", body="", signed_query=lambda _: "?z=1"),
        {"query-without-ours", "query-question-mark"},
    ),
    "prefix-and-slash": (
        Asked(signed_path=lambda path: f"/api/v1{path}/"),
        {"path-prefix-added", "path-slash-added"},
    ),
    "time-method-path": (
        GET.but(members=lambda _, path, _query: f"{NOW}GET{path}"),
        {"base-not-json", "base-with-method"},
    ),
    "base64-key": (GET.but(key=b64decode("c2VjcmV0LWtleQ==")), {"key-base64-decoded"}),
    "hex-key": (GET.but(key=bytes.fromhex("00ff10")), {"key-hex-decoded"}),
    "keys-reversed": (
        Asked(
            body='{"a":1,"b":2}',
            members=lambda content, path, query: {
                "query": query,
                "path": path,
                "content": dict(reversed(content.items())),
            },
            write=dumping(separators=(",", ":")),
        ),
        {"json-keys-reversed"},
    ),
    "arrays-sorted": (
        Asked(body='{"a":[3,1,2]}', content=lambda _: {"a": [1, 2, 3]}),
        {"json-arrays-sorted"},
    ),
    "keys-dropped": (
        Asked(body='{"a":1,"path":{"query":2,"c":3}}', content=lambda _: {"path": {"query": 2}}),
        {"json-keys-dropped"},
    ),
}
