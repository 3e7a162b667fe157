"""Writes model.bin of format version 3 from its description alone, with nothing but the standard library.

The payload is what the Rust struct `Sample { count: u32, name: String, share: f64, levels: Vec<i64>, note: Option<String> }`
holds. bincode 2 writes it without field names, in order: integers of variable length (below 251 one byte; 251 then two
bytes, 252 then four), signed ones zigzagged before, floats as eight bytes, texts and lists with their length in front,
an option with one byte in front.
"""

import hashlib
import json
import pathlib
import platform
import struct


def varint(number):
    if number < 251:
        return struct.pack("<B", number)
    if number < 2**16:
        return b"\xfb" + struct.pack("<H", number)
    return b"\xfc" + struct.pack("<I", number)


def zigzag(number):
    return 2 * number if number >= 0 else -2 * number - 1


def text(value):
    raw = value.encode()
    return varint(len(raw)) + raw


sample = {"count": 300, "name": "größe", "share": 0.1, "levels": [-1, 0, 70000], "note": None}
payload = (
    varint(sample["count"])
    + text(sample["name"])
    + struct.pack("<d", sample["share"])
    + varint(len(sample["levels"]))
    + b"".join(varint(zigzag(level)) for level in sample["levels"])
    + b"\x00"
)
head = b"\x89LSM\r\n\x1a\n" + struct.pack("<IQ", 3, len(payload))
checksum = hashlib.sha256(head + payload)
out = {
    "made_with": f"Python {platform.python_version()}, hashlib, struct",
    "sample": sample,
    "checksum": checksum.hexdigest(),
    "model_bin": (head + checksum.digest() + payload).hex(),
}
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps(out, indent=2, ensure_ascii=False) + "\n")
