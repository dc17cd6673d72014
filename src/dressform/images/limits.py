"""The limits of pictures, and the sentences that name the one that a picture exceeds."""

MAX_BYTES = 10 * 1024 * 1024
MAX_SIDE = 1024

MAX_PIXELS = 40_000_000
MAX_JPEG_PIXELS = 200_000_000
"""The limit for a JPEG of one scan, which libjpeg scales while it decodes."""
MAX_HEIF_PIXELS = 50_000_000
"""Phones take pictures of 48 megapixels, and HEIC needs less memory than other formats."""

MAX_MEMORY = 768 * 1024 * 1024
"""40 megapixels of any format need 700 MB at most. A small AVIF could take 2 GB."""

QUICK_EFFORT = 120_000_000
"""The estimated effort, in pixels of a scan of a JPEG, up to which a picture does not wait for slower ones.

It takes about a second of processor time.
"""

FORMATS = "PNG, JPEG, WebP, AVIF, HEIC or GIF"
SEND_ANOTHER = f"Send a {FORMATS} of at most 10 MB and 40 megapixels."
TOO_LARGE = "The picture is larger than 10 MB; send a smaller file."
TOO_MANY_PIXELS = (
    "The picture has more than 40 megapixels; scale it down first. "
    "A HEIC may have 50, and a JPEG that is not progressive 200."
)
TOO_SLOW = "The picture takes too long to decode; save it anew as an ordinary JPEG or PNG."
TOO_MUCH_MEMORY = (
    "The picture needs too much memory to decode; scale it down, or save it as a JPEG."
)
TOO_MANY_PARTS = "The picture has far more scans or segments than cameras write; save it anew."
CUT = "The file ends too early: a part of the picture is missing. Send the whole file."
DAMAGED = "The picture is damaged: its data cannot be decoded. Save it anew, or send another one."
EMPTY = "The body is empty: send the picture itself."
