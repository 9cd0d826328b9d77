"""The network that a bundle holds, in a recipe's words; usable before Keras is loaded."""

from dataclasses import fields
from pathlib import Path
from typing import Any

from captioner.bundle_files import find_bundle, read_config
from captioner.config import NetworkConfig
from captioner.models.published import published_name
from groundwork.errors import BundleError


def describe_network(bundle: str | Path) -> dict[str, Any]:
    """The values of `NetworkConfig` that a bundle decides, lists for tuples; it is not loaded.

    Raises:
        BundleError: there is no such bundle, or its CNN is none that a recipe can name.
    """
    config = read_config(find_bundle(bundle))
    try:
        encoder, decoder = config["encoder"], config["decoder"]
        name = published_name(encoder)
        own = {"encoder": name, "decoder": decoder.get("kind", "lstm"), "image_size": encoder["image_size"]}
        own["last_pooling"] = encoder.get("last_pooling", True)
    except (KeyError, TypeError) as error:
        raise BundleError(f"{bundle} does not say which network it holds.") from error
    if name is None:
        raise BundleError(f"The CNN of {bundle} is none of those that a recipe can name.")
    return {**own, **{field.name: decoder[field.name] for field in fields(NetworkConfig) if field.name in decoder}}
