"""The PyTorch side of the training benchmark: one epoch of a plain training loop for each number on stdin.

    training_torch.py WORKLOAD            batches of images in random order
    training_torch.py WORKLOAD --sorted   the very batches that the Keras side gets

Every batch is padded to its longest caption. Needs PyTorch and NumPy, no Keras.
"""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from processes import Epoch, serve
from training_workload import Workload

from groundwork.console import script

if TYPE_CHECKING:
    from torch import Tensor, nn

    Batches = Iterator[tuple[Tensor, Tensor, Tensor]]  # features, token ids, targets


@script
def main(argv: Sequence[str] | None = None) -> None:
    text, *options = sys.argv[1:] if argv is None else argv
    workload = Workload.from_json(text)
    import torch
    from torch_captioner import TorchCaptioner

    torch.manual_seed(workload.seed)
    model = TorchCaptioner(channels=workload.table().shape[2], **workload.decoder)
    batches = sorted_batches(workload) if "--sorted" in options else shuffled_batches(workload)
    serve(epoch_function(workload, batches, model))


def epoch_function(workload: Workload, batches: "Callable[[int], Batches]", model: "nn.Module") -> Epoch:
    """Forward, backward, clipping and Adam, as PyTorch's own examples write it."""
    import torch
    from torch_captioner import caption_loss

    model.train()
    # Tied weights count once, and the second bias of nn.LSTM not at all.
    parameters = sum(part.numel() for name, part in model.named_parameters() if not name.endswith("lstm.bias_hh_l0"))
    optimizer = torch.optim.Adam(model.parameters(), lr=workload.learning_rate)

    def epoch(number: int) -> dict[str, Any]:
        losses = []
        start = time.perf_counter()
        for features, token_ids, targets in batches(number):
            loss = caption_loss(model(features, token_ids), targets, label_smoothing=workload.label_smoothing)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), workload.clip_norm)
            optimizer.step()
            losses.append(loss.item())
        return {"seconds": time.perf_counter() - start, "loss": sum(losses) / len(losses), "parameters": parameters}

    return epoch


def shuffled_batches(workload: Workload) -> "Callable[[int], Batches]":
    """Images in random order, their captions padded together."""
    import torch
    from torch.nn.utils.rnn import pad_sequence

    from captioner.data.vocabulary import END_ID, PAD_ID, START_ID

    table, longest = workload.table(), workload.max_caption_length
    lines = [
        [torch.tensor([START_ID, *caption[:longest], END_ID]) for caption in captions]
        for captions in workload.captions()
    ]

    def epoch(number: int) -> "Batches":
        order = torch.randperm(len(lines), generator=torch.Generator().manual_seed(number))
        for images in order.split(workload.batch_size):
            padded = pad_sequence(
                [line for image in images.tolist() for line in lines[image]], batch_first=True, padding_value=PAD_ID
            )
            yield torch.from_numpy(table[images.numpy()]).float(), padded[:, :-1], padded[:, 1:]

    return epoch


def sorted_batches(workload: Workload) -> "Callable[[int], Batches]":
    """This project's batches: images of like length together."""
    import torch

    from captioner.data.batches import CaptionBatches

    table = workload.table()
    batches = CaptionBatches(
        workload.captions(),
        lambda indices, epoch: table[indices],
        batch_size=workload.batch_size,
        captions_per_image=workload.captions_per_image,
        max_caption_length=workload.max_caption_length,
        seed=workload.seed,
    )

    def epoch(number: int) -> "Batches":
        for inputs, targets, _ in batches.epoch(number):
            features = torch.from_numpy(inputs["images"]).float()
            token_ids = torch.from_numpy(inputs["token_ids"]).long().flatten(0, 1)
            yield features, token_ids, torch.from_numpy(targets).long().flatten(0, 1)

    return epoch


if __name__ == "__main__":
    sys.exit(main())
