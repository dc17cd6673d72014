"""Values of the Content-Type header."""


def with_charset(media_type: str) -> str:
    """Return the value for a media type. Text and XML name their encoding, which is UTF-8."""
    is_text = media_type.startswith("text/") or media_type.endswith(("/xml", "+xml"))
    return (
        f"{media_type}; charset=utf-8" if is_text and "charset=" not in media_type else media_type
    )
