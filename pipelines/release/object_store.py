"""Puts a folder into an object store that speaks S3, its manifest last: what has one is whole."""

import os
from pathlib import Path
from urllib.parse import urlsplit

import pyarrow.fs as pafs

from emergence.errors import EmergenceError, InputError

SCHEME = "s3://"
LAST = "manifest.json"
BLOCK = 8 << 20
RETRIES = 3
SECONDS_TO_CONNECT = 10
SECONDS_TO_ANSWER = 120


class ObjectStoreError(EmergenceError):
    """An object store cannot be reached, or refuses."""


def is_address(target: str) -> bool:
    """Whether a target names a place in an object store."""
    return target.startswith(SCHEME)


def refuse_if_there(address: str) -> None:
    """Raise InputError where a whole copy stands at an address; what an upload left half done is no such."""
    try:
        found = _store(address).get_file_info(f"{_path(address)}/{LAST}")
    except OSError as error:
        raise _told(address, error) from error
    if found.type != pafs.FileType.NotFound:
        raise InputError(f"{address} holds a release already; name a place that does not")


def upload(folder: Path, address: str) -> int:
    """Put every file of a folder below an address and return how many; raises ObjectStoreError."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    files.sort(key=lambda path: path.relative_to(folder).as_posix() == LAST)
    try:
        store = _store(address)
        for path in files:
            _put(store, path, f"{_path(address)}/{path.relative_to(folder).as_posix()}")
    except OSError as error:
        raise _told(address, error) from error
    return len(files)


def _put(store: pafs.FileSystem, path: Path, key: str) -> None:
    with path.open("rb") as read, store.open_output_stream(key) as written:
        while block := read.read(BLOCK):
            written.write(block)


def _path(address: str) -> str:
    path = address.removeprefix(SCHEME).strip("/")
    if not path or any(part in ("", ".", "..") for part in path.split("/")):
        raise InputError(f"{address} names no bucket; write s3://bucket/folder")
    return path


def _store(address: str) -> pafs.FileSystem:
    """Return the store that the usual AWS_ variables name."""
    endpoint = urlsplit(os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL") or "")
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    if not region:
        bucket = _path(address).split("/")[0]
        region = "us-east-1" if endpoint.netloc else pafs.resolve_s3_region(bucket)
    return pafs.S3FileSystem(
        endpoint_override=endpoint.netloc or None,
        scheme=endpoint.scheme or "https",
        region=region,
        connect_timeout=SECONDS_TO_CONNECT,
        request_timeout=SECONDS_TO_ANSWER,
        retry_strategy=pafs.AwsStandardS3RetryStrategy(max_attempts=RETRIES),
    )


def _told(address: str, error: OSError) -> ObjectStoreError:
    said = " ".join(str(error).split())[:300]
    return ObjectStoreError(
        f"{address} cannot be written: {said}; the place is that of AWS_ENDPOINT_URL and AWS_REGION, who may "
        "write that of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY or of your profile"
    )
