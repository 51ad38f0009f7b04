"""What in a text from an image is a credential, and its masking. This room knows texts alone, so that every
other room may ask it.

:func:`mask` is the one way: it is pure, and its time grows with the length of the text and no faster. What is known of
names, shapes, phrases and programs is data, in ``kinds.toml``.
"""

from layerscope.credentials.masking import mask, mask_content
from layerscope.credentials.names import is_credential
from layerscope.credentials.spans import MASK, Span, spans_of
from layerscope.credentials.values import literal

__all__ = ["MASK", "Span", "is_credential", "literal", "mask", "mask_content", "spans_of"]
