"""The operations of the APIs: what is known of each, and how a request's path finds its row."""

from signer_proxy.operations.operation import Access, Operation, Operations

__all__ = ["Access", "Operation", "Operations"]
