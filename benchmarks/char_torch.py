"""The PyTorch side of the character benchmark: nn.Embedding, nn.LSTM, nn.Linear, and plain loops around them.

Needs PyTorch and NumPy, no Keras.
"""

import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from char_workload import CharWorkload
from processes import Epoch, serve

from groundwork.console import script

if TYPE_CHECKING:
    from torch import nn


@script
def main(argv: Sequence[str] | None = None) -> None:
    workload = CharWorkload.from_json((sys.argv[1:] if argv is None else argv)[0])
    import torch
    from torch import nn

    torch.manual_seed(workload.seed)
    parts = nn.ModuleDict(
        {
            "embedding": nn.Embedding(workload.vocabulary, workload.embedding_dim),
            "lstm": nn.LSTM(workload.embedding_dim, workload.units, workload.depth, batch_first=True),
            "output": nn.Linear(workload.units, workload.vocabulary),
        }
    )
    serve(generation(parts, workload) if workload.task == "generate" else training(parts, workload))


def training(parts: "nn.ModuleDict", workload: CharWorkload) -> Epoch:
    """Truncated backpropagation through time with a carried state, clipping and Adam."""
    import torch

    optimizer = torch.optim.Adam(parts.parameters(), lr=workload.learning_rate)
    streams = torch.from_numpy(workload.token_ids()).long()
    length = workload.window * workload.steps
    inputs = streams[: workload.batch_size * length].reshape(workload.batch_size, length)
    targets = streams[1 : workload.batch_size * length + 1].reshape(workload.batch_size, length)

    def epoch(number: int) -> dict[str, Any]:
        state = None
        start = time.perf_counter()
        for begin in range(0, length, workload.window):
            window = slice(begin, begin + workload.window)
            hidden, state = parts["lstm"](parts["embedding"](inputs[:, window]), state)
            logits = parts["output"](hidden)
            loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), targets[:, window].flatten())
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(parts.parameters(), workload.clip_norm)
            optimizer.step()
            state = tuple(part.detach() for part in state)
            loss.item()
        return {"seconds": time.perf_counter() - start, "parameters": parameters(parts)}

    return epoch


def generation(parts: "nn.ModuleDict", workload: CharWorkload) -> Epoch:
    """One character after the other, drawn at temperature 1, without gradients."""
    import torch

    parts.eval()

    @torch.inference_mode()
    def epoch(number: int) -> dict[str, Any]:
        torch.manual_seed(number)
        token_id, state, written = torch.zeros(1, 1, dtype=torch.long), None, []
        start = time.perf_counter()
        for _ in range(workload.length):
            hidden, state = parts["lstm"](parts["embedding"](token_id), state)
            probabilities = torch.softmax(parts["output"](hidden[:, -1]), dim=-1)
            token_id = torch.multinomial(probabilities, 1)
            written.append(workload.alphabet[token_id.item()])
        return {"seconds": time.perf_counter() - start, "parameters": parameters(parts)}

    return epoch


def parameters(parts: "nn.ModuleDict") -> int:
    """Without the second bias of nn.LSTM, which Keras does not have."""
    return sum(part.numel() for name, part in parts.named_parameters() if "bias_hh" not in name)


if __name__ == "__main__":
    sys.exit(main())
