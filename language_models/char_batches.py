"""Windows of long contiguous streams, in the order in which a carried state needs them."""

from collections.abc import Iterator

import numpy as np

from groundwork.errors import DataError


class CharBatches:
    """Training windows: row b of each batch goes on where row b of the batch before stopped.

    The text is laid out as `batch_size` streams one after the other. A pass over it starts at an offset drawn from
    (seed, pass), so that windows begin at other characters in each pass. A pass may be cut into `sections` of equal
    length, each of which is an epoch for `Model.fit`.

    Args:
        token_ids: int32 `(characters,)`.
        batch_size: number of streams.
        window: characters predicted in a batch by each stream.
        sections: epochs in a pass.
        seed: seed of the offsets.

    Raises:
        DataError: the text is too short for one window of each stream in each section.
    """

    def __init__(self, token_ids: np.ndarray, *, batch_size: int, window: int, sections: int = 1, seed: int = 0):
        self.token_ids = token_ids
        self.batch_size = batch_size
        self.window = window
        self.sections = sections
        self.seed = seed
        # The last window's targets reach one character further, and an offset may take all but one of a window.
        self.stream_length = (len(token_ids) - window) // batch_size
        self.steps = self.stream_length // window // sections
        if self.steps < 1:
            raise DataError(
                f"The training text has {len(token_ids)} tokens; {batch_size} streams with {sections} window(s) of "
                f"{window} need at least {(batch_size * sections + 1) * window}: choose a smaller `batch_size` or "
                f"`window`."
            )

    @property
    def shapes(self) -> tuple[tuple[int, int], tuple[int, int]]:
        return ((self.batch_size, self.window),) * 2

    def __len__(self) -> int:
        return self.steps

    def starts_pass(self, epoch: int) -> bool:
        """Whether an epoch begins at the start of the streams, where no state comes before."""
        return epoch % self.sections == 0

    def epoch(self, epoch: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Inputs and targets of each step, int32 `(batch_size, window)`; targets are the inputs one place further."""
        round_, section = divmod(epoch, self.sections)
        offset = int(np.random.default_rng((self.seed, round_)).integers(self.window))
        starts = offset + self.stream_length * np.arange(self.batch_size)[:, None]
        for step in range(section * self.steps, (section + 1) * self.steps):
            places = starts + step * self.window + np.arange(self.window)
            yield self.token_ids[places], self.token_ids[places + 1]
