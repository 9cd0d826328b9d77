"""The PyTorch side of the end-to-end benchmark: one epoch of a plain training loop for each number on stdin.

end_to_end_torch.py WORKLOAD
"""

import sys
from collections.abc import Sequence

import torch
from end_to_end_workload import EndToEndWorkload
from processes import serve
from torch import Tensor, nn
from torch_captioner import TorchCaptioner
from torch_vgg import TorchEncoder
from training_torch import epoch_function, sorted_batches

from groundwork.console import script


class TorchEndToEnd(nn.Module):
    """Encoder and decoder, trained together."""

    def __init__(self, encoder: TorchEncoder, decoder: TorchCaptioner):
        super().__init__()
        self.encoder = encoder
        self.decoder = decoder

    def forward(self, images: Tensor, token_ids: Tensor) -> Tensor:
        return self.decoder(self.encoder(images), token_ids)


@script
def main(argv: Sequence[str] | None = None) -> None:
    workload = EndToEndWorkload.from_json((sys.argv[1:] if argv is None else argv)[0])
    torch.manual_seed(workload.seed)
    encoder = TorchEncoder(repeats=workload.encoder["repeats"], filters=workload.encoder["filters"])
    model = TorchEndToEnd(encoder, TorchCaptioner(channels=workload.encoder["filters"][-1], **workload.decoder))
    serve(epoch_function(workload, sorted_batches(workload), model))


if __name__ == "__main__":
    sys.exit(main())
