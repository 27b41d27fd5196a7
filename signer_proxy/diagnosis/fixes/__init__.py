"""The lines of code that mend mistakes, by language and topic."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from signer_proxy.diagnosis.fixes.csharp import CSHARP
from signer_proxy.diagnosis.fixes.go import GO
from signer_proxy.diagnosis.fixes.java import JAVA
from signer_proxy.diagnosis.fixes.php import PHP
from signer_proxy.diagnosis.fixes.python import PYTHON
from signer_proxy.diagnosis.fixes.ruby import RUBY
from signer_proxy.diagnosis.fixes.typescript import TYPESCRIPT

FIXES: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "python": PYTHON,
        "typescript": TYPESCRIPT,
        "java": JAVA,
        "go": GO,
        "csharp": CSHARP,
        "ruby": RUBY,
        "php": PHP,
    }
)
