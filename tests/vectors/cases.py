"""The requests whose signatures the golden vectors hold: each varies one thing of a plain request, some all at once.

Every query has a `clientId` and a `timestamp`, and every target is one that the proxy signs: bytes from 0x21 to
0x7E, no `#`. A query with a second `?` is left out, since the Python SDK raises on it (it unpacks `split("?")`).
"""

from dataclasses import dataclass

from tests.vectors.bodies import BODIES

KEY = "YOUR_CONSUMER_KEY"
PATH = "/snapTrade/registerUser"
OURS = "clientId=PASSIVTEST&timestamp=1635790389"
USER = "userId=alice&userSecret=adf2aa34-8219-40f7-a6b3-60156985cc61"
ACCOUNT = "/accounts/917c8734-8470-4a3e-a18f-57c3f2ee6631"
BODY = '{"userId":"new_user_123"}'

QUERIES = {
    "plain": OURS,
    "reversed": "timestamp=1635790389&clientId=PASSIVTEST",
    "user": f"{USER}&{OURS}",
    "ours-first": f"{OURS}&{USER}",
    "unsorted": f"z=1&a=2&M=3&{OURS}&b=4",
    "space-percent": f"q=a%20b&{OURS}",
    "space-plus": f"q=a+b&{OURS}",
    "plus-percent": f"q=a%2Bb&{OURS}",
    "slash-percent": f"q=a%2Fb&{OURS}",
    "slash-percent-lower": f"q=a%2fb&{OURS}",
    "slash-raw": f"q=a/b//c&{OURS}",
    "percent-percent": f"q=100%25&{OURS}",
    "percent-twice": f"q=%2520&{OURS}",
    "percent-broken": f"q=%zz&{OURS}",
    "percent-cut": f"q=%&r=%4&{OURS}",
    "percent-unreserved": f"q=%41%7E%2D&{OURS}",
    "percent-ampersand-equals": f"q=%26%3D&{OURS}",
    "percent-hash-question": f"q=%23%3F&{OURS}",
    "percent-controls": f"q=%00%0D%0A&{OURS}",
    "unicode-percent": f"q=%C3%A9%E4%B8%AD%F0%9F%98%80&{OURS}",
    "unicode-broken": f"q=%FF%C3&{OURS}",
    "name-percent": f"start%44ate=2024-01-01&{OURS}",
    "name-brackets": f"ids[]=1&ids[]=2&{OURS}",
    "value-empty": f"q=&{OURS}",
    "value-missing": f"q&{OURS}",
    "name-empty": f"=x&{OURS}",
    "equals-alone": f"=&{OURS}",
    "equals-more": f"q=a=b==&{OURS}",
    "repeated": f"q=1&q=2&q=1&{OURS}",
    "ampersand-double": f"a=1&&{OURS}",
    "ampersand-leading": f"&{OURS}",
    "ampersand-trailing": f"{OURS}&",
    "ampersands-only": f"&&&{OURS}&&",
    "semicolon": f"a=1;b=2&{OURS}",
    "comma-colon": f"types=BUY,SELL&t=2024-01-01T10:00:00&{OURS}",
    "at-tilde-star": f"q=a@b~c*d!$'()&{OURS}",
    "quote": f'q="x"&{OURS}',
    "backslash": f"q=a\\b\\u0041&{OURS}",
    "html": f"q=<b>&{OURS}",
    "braces": f"q={{a}}|^`&{OURS}",
    "looks-like-json": f'","path":"/other&{OURS}',
    "base64": f"q=YWJj+/==&{OURS}",
    "long": f"q={'0123456789' * 100}&{OURS}",
    "client-id-percent": "clientId=PASSIV%20TEST&timestamp=1635790389",
}

PATHS = {
    "root": "/",
    "one-letter": "/a",
    "legacy-prefix": "/api/v1/snapTrade/registerUser",
    "legacy-prefix-alone": "/api/v1",
    "legacy-prefix-twice": "/api/v1/api/v1/accounts",
    "account": f"{ACCOUNT}/balances",
    "slash-percent": "/accounts/a%2Fb",
    "slash-percent-lower": "/accounts/a%2fb",
    "space-percent": "/accounts/a%20b",
    "plus": "/accounts/a+b",
    "percent-broken": "/accounts/%zz",
    "percent-twice": "/accounts/%2520",
    "percent-question": "/accounts/a%3Fb",
    "unicode-percent": "/accounts/%C3%A9%E4%B8%AD",
    "at": "/users/alice@example.com",
    "colon": "/symbols/NYSE:BRK.B",
    "tilde": "/~alice/accounts",
    "trailing-slash": "/accounts/",
    "double-slash": "/accounts//positions",
    "double-slash-leading": "//accounts",
    "dot": "/accounts/./positions",
    "dots": "/accounts/../snapTrade/listUsers",
    "semicolon": "/accounts;v=1/positions",
    "ampersand-equals": "/a&b=c",
    "quote": '/accounts/"x"',
    "backslash": "/accounts\\positions",
    "html": "/accounts/<b>",
    "sub-delims": "/a!$'()*,b",
    "upper-case": "/SNAPTRADE/RegisterUser",
    "long": "/" + "segment/" * 60 + "end",
}

KEYS = {
    "one-character": "k",
    "uuid": "3f0f4d1c-7b5c-4f0e-9b4a-2d0c5b8f4a11",
    "space": "key with spaces",
    "space-around": " key ",
    "percent": "100%key",
    "percent-encoded": "key%20key",
    "base64": "q83vEjRWeJq83w+/8AAAA==",
    "ampersand": "a&b=c",
    "url-reserved": ";/?:@&=+$,#",
    "url-unreserved": "-_.!~*'()",
    "brackets": "[key]{key}",
    "quotes-backslash": "\"key\"\\'key'",
    "html": "<key>",
    "caret-bar-backtick": "^|`",
    "accented": "clé",
    "chinese": "密钥",
    "emoji": "🔑",
    "tab-newline": "key\t\n",
    "block-64": "k" * 64,
    "block-65": "k" * 65,
    "very-long": "0123456789abcdef" * 64,
}


@dataclass(frozen=True, slots=True)
class Case:
    """A request to sign; `body` is JSON text, None for no body, and `path` is all of the path that is sent."""

    id: str
    consumer_key: str = KEY
    path: str = PATH
    query: str = OURS
    body: str | None = None


WHOLE = [
    Case("documented", path="/api/v1/snapTrade/registerUser", body=BODY),
    Case("get-positions", path=f"{ACCOUNT}/positions", query=f"{USER}&{OURS}"),
    Case("delete-user", path="/snapTrade/deleteUser", query=f"userId=al%20ice%40x.org&{OURS}"),
    Case(
        "login",
        path="/snapTrade/login",
        query=f"{USER}&{OURS}",
        body='{"broker":"ALPACA","immediateRedirect":true}',
    ),
    Case("search-symbols", path="/symbols", body='{"substring":"<é&>"}'),
    Case("trade-impact", path="/trade/impact", query=f"{USER}&{OURS}", body=BODIES["order"]),
    Case("trade-place", path="/trade/place", query=f"{USER}&{OURS}", body=BODIES["order"]),
    Case("legacy-order", "clé+/=", "/api/v1/trade/place", f"q=%zz+%2F&{USER}&{OURS}", BODIES["order"]),
    Case("all-at-once", "k %é", "/a%2Fb/../~c@d:e//", f'&&q="%zz"+\\&q&{OURS}&=', BODIES["array-mixed"]),
]


def cases() -> list[Case]:
    """Return every case, in the order of the tables above."""
    return [
        *WHOLE,
        *(Case(f"body-{name}", body=body) for name, body in BODIES.items()),
        *(Case(f"query-{name}", query=query) for name, query in QUERIES.items()),
        *(Case(f"path-{name}", path=path) for name, path in PATHS.items()),
        *(Case(f"key-{name}", consumer_key=key, body=BODY) for name, key in KEYS.items()),
    ]
