"""The PyTorch side of the self-critical benchmark: one epoch of a plain loop for each number on stdin.

As the well-known implementations do, captions are drawn word by word with the graph kept, until all have ended; the
log-probabilities of the draw are then the loss, weighted by each reward less the mean of the image's other samples, and
one backward pass follows. Rewards are pycocoevalcap's CIDEr-D with the document frequencies of the training captions.
Needs PyTorch, NumPy and pycocoevalcap, no Keras.
"""

import sys
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from processes import Epoch, serve
from self_critical_workload import SelfCriticalWorkload

from captioner.data.vocabulary import END, END_ID, PAD_ID, START_ID, UNKNOWN_ID
from groundwork.console import script

if TYPE_CHECKING:
    from torch import Tensor
    from torch_captioner import TorchCaptioner


@script
def main(argv: Sequence[str] | None = None) -> None:
    workload = SelfCriticalWorkload.from_json((sys.argv[1:] if argv is None else argv)[0])
    import torch

    torch.manual_seed(workload.seed)
    serve(epoch_function(workload))


def epoch_function(workload: SelfCriticalWorkload) -> Epoch:
    """Draw, reward, backward, clipping and Adam."""
    import torch
    from torch_captioner import TorchCaptioner, load_weights

    model = TorchCaptioner(channels=workload.table().shape[2], **workload.decoder).eval()  # No dropout.
    with np.load(workload.weights) as weights:
        load_weights(model, weights)
    optimizer = torch.optim.Adam(model.parameters(), lr=workload.learning_rate)
    table, reward = workload.table(), reward_function(workload)

    def epoch(number: int) -> dict[str, Any]:
        rewards = []
        start = time.perf_counter()
        for images in workload.orders(number):
            token_ids, log_probs = draw(
                model,
                torch.from_numpy(table[images]).float(),
                samples=workload.samples,
                max_length=workload.max_length,
            )
            earned = torch.from_numpy(reward(images, token_ids.numpy())).float()
            others = (earned.sum(1, keepdim=True) - earned) / (workload.samples - 1)
            loss = -((earned - others).flatten() * log_probs).mean()
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), workload.clip_norm)
            optimizer.step()
            rewards.append(earned.mean().item())
        return {"seconds": time.perf_counter() - start, "reward": sum(rewards) / len(rewards)}

    return epoch


def draw(model: "TorchCaptioner", features: "Tensor", *, samples: int, max_length: int) -> "tuple[Tensor, Tensor]":
    """Captions, int64 `(images * samples, time)`, and their log-probabilities `(images * samples,)`."""
    import torch

    state = model.initial_state(features, captions=samples)
    last = torch.full((len(features) * samples,), START_ID)
    ended = torch.zeros_like(last, dtype=torch.bool)
    token_ids, total = [], 0.0
    for place in range(max_length - 1):
        logits, state = model.step(last, state)
        logits[:, [PAD_ID, START_ID, UNKNOWN_ID] + [END_ID] * (place == 0)] = -torch.inf
        log_probs = torch.log_softmax(logits, dim=1)
        last = torch.multinomial(log_probs.detach().exp(), 1)[:, 0]
        chosen = log_probs.gather(1, last[:, None])[:, 0]
        total = total + torch.where(ended, 0.0, chosen)
        last = torch.where(ended, PAD_ID, last)
        token_ids.append(last)
        ended = ended | (last == END_ID)
        if ended.all():
            break
    token_ids.append(torch.where(ended, PAD_ID, END_ID))
    return torch.stack(token_ids, dim=1), total


def reward_function(workload: SelfCriticalWorkload) -> "Callable[[np.ndarray, np.ndarray], np.ndarray]":
    """Images and their captions' token ids to rewards `(images, samples)`."""
    from pycocoevalcap.cider.cider_scorer import CiderScorer

    references = [[f"{text} {END}" for text in texts] for texts in workload.references()]
    corpus = CiderScorer()
    for texts in references:
        corpus.cook_append(None, texts)
    corpus.compute_doc_freq()

    class TrainingCider(CiderScorer):
        """With the number of training images where the official one puts that of the batch."""

        ref_len = property(lambda self: np.log(float(len(references))), lambda self, value: None)

    vocabulary = workload.vocabulary()

    def reward(images: np.ndarray, token_ids: np.ndarray) -> np.ndarray:
        scorer = TrainingCider()
        scorer.document_frequency = corpus.document_frequency
        for image, caption in zip(np.repeat(images, workload.samples), token_ids.tolist(), strict=True):
            scorer.cook_append(f"{vocabulary.decode(caption)} {END}", references[image])
        return np.array(scorer.compute_cider()).reshape(-1, workload.samples)

    return reward


if __name__ == "__main__":
    sys.exit(main())
