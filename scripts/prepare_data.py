"""Turns a published captioning data set into one prepared directory for training.

  prepare_data.py coco datasets/coco --download --output prepared/coco
  prepare_data.py karpathy datasets/dataset_coco.json datasets/coco --output prepared/coco_karpathy
  prepare_data.py flickr8k datasets/Flickr8k_text datasets/Flicker8k_Dataset --output prepared/flickr8k
  prepare_data.py captions --train a.json images_a --train b.json images_b --val c.json images_c --output prepared/mixed
  prepare_data.py coco datasets/coco --shards 256 --output prepared/coco

Input, by command (pictures stay where they are and are never changed):
  coco      ROOT/annotations/captions_{train,val}2014.json, ROOT/train2014/, ROOT/val2014/ (or 2017); where one is not
            there, the archive ROOT/train2014.zip, val2014.zip, annotations_trainval2014.zip is unpacked, and
            with --download fetched before. Splits: train and val.
  karpathy  dataset_coco.json, dataset_flickr8k.json or dataset_flickr30k.json, and the folder of the pictures.
            Splits: train (with restval, unless --no-restval), val, test.
  flickr8k  a folder with Flickr8k.token.txt and Flickr_8k.{train,dev,test}Images.txt, and the folder of the pictures.
            Splits: train, val (dev), test.
  captions  any number of COCO captions files, each with its folder of pictures, for each split.

Output, in the prepared directory:
  train.json, val.json, test.json   COCO captions format, UTF-8, those splits that the data set has:
      info.description  str
      images            list of {id: int, unique over all splits; file_name: str, relative to the prepared directory}
      annotations       list of {id: int, from 1; image_id: int; caption: str, never without a word}
  vocabulary.txt                    one token a line in id order, UTF-8: <pad> <start> <end> <unk>, then the words of
                                    the training captions, the most frequent first
  report.json                       what was found, kept and left out:
      complete    bool, false until every file of the run is in place
      options     {min_count: int, max_words: int or null, verified: bool}
      sources     list of {split, name: str; images, captions, images_joined: int; new_ids: [first, last] or null};
                  new_ids are given to pictures whose id another source has already, val and test keeping theirs
      splits      by name {images, captions, listed_images, without_captions, empty_captions: int; missing: list of
                  paths; corrupt: {path: reason}; caption_length: {min, mean, p95, max: words}; coverage: float, the
                  share of the split's words that the vocabulary knows}
      vocabulary  {words_kept, distinct_train_words: int}
  verified_pictures.json            {format: int; pictures: {path: [bytes, modified in ns, reason or null]}}; a picture
                                    that has not changed is not decoded again
  shards/, with --shards N only     the pictures of train and val once more, decoded and squashed to 224 x 224; training
                                    reads those from there whose files have not changed, and the others from the files:
      train-00000-of-00256             TFRecords of tf.train.Example: image_id, height, width: int64; image: bytes, RGB
                                       of 8 bits, row by row; captions: list of bytes, UTF-8
      train-00000-of-00256.index.json  {format: int; size: [height, width]; inputs: digest of all that went in;
                                       bytes: int; pictures: list of [image_id, file, offset of pixels, CRC-32]},
                                       written last: a shard without it is written again

The same command, run again, goes on after an interruption and ends with the same files.

Disk, memory and time, printed before anything is done: the prepared directory takes 6 MB for Flickr8k and 0.1 GB for
COCO; memory 0.1 GB and 0.6 GB; checking the pictures 1 and 10 minutes on two processors (none with
--skip-verification). Shards take 1.2 GB and 18.6 GB, and as long as the checking. coco --download takes 20 GB for the
archives and 20 GB for the pictures.
"""

import argparse
import sys
from collections.abc import Sequence

from captioner.data.preparation import (
    ARCHIVES,
    Source,
    caption_file_source,
    flickr8k_sources,
    karpathy_sources,
    make_available,
    official_coco_sources,
    prepare,
)
from groundwork.console import ArgumentParser, script, whole_number, write


@script
def main(argv: Sequence[str] | None = None) -> None:
    arguments = parse_arguments(argv)
    summary = prepare(
        arguments.read(arguments),
        arguments.output,
        min_count=arguments.min_count,
        max_words=arguments.max_words,
        verify=not arguments.skip_verification,
        shards=arguments.shards,
        workers=arguments.workers,
        announce=announce,
    )
    print(summary)


def parse_arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    coco = commands.add_parser("coco", help="MS COCO, official archives", description="MS COCO, official archives.")
    coco.add_argument("root", metavar="ROOT", help="the folder with annotations/, train2014/ ... or their archives")
    coco.add_argument("--year", type=int, choices=sorted(ARCHIVES), default=2014, help="2014 if not given")
    coco.add_argument("--download", action="store_true", help="fetch the official archives that are not there")
    coco.set_defaults(read=read_coco)

    karpathy = commands.add_parser("karpathy", help="Karpathy's splits", description="Karpathy's splits.")
    karpathy.add_argument("dataset", metavar="DATASET", help="dataset_coco.json, dataset_flickr8k.json, ...")
    karpathy.add_argument(
        "images", metavar="IMAGES", help="the folder of the pictures; of COCO, of train2014/ and val2014/"
    )
    karpathy.add_argument(
        "--no-restval", action="store_true", help="do not train on restval (COCO's remaining val2014)"
    )
    karpathy.set_defaults(read=read_karpathy)

    flickr8k = commands.add_parser("flickr8k", help="Flickr8k, official files", description="Flickr8k, official files.")
    flickr8k.add_argument("text", metavar="TEXT", help="the folder with Flickr8k.token.txt and the split lists")
    flickr8k.add_argument("images", metavar="IMAGES", help="the folder of the pictures")
    flickr8k.add_argument("--with-unlisted", action="store_true", help="train on the 91 pictures of no split as well")
    flickr8k.set_defaults(read=read_flickr8k)

    captions = commands.add_parser("captions", help="COCO captions files", description="COCO captions files.")
    for split in ("train", "val", "test"):
        captions.add_argument(
            f"--{split}",
            nargs=2,
            action="append",
            default=[],
            required=split == "train",
            metavar=("JSON", "IMAGES"),
            help=f"a captions file and its folder of pictures for the split {split}; may be given several times",
        )
    captions.set_defaults(read=read_captions)

    for command in (coco, karpathy, flickr8k, captions):
        add_common_arguments(command)
    return parser.parse_args(argv)


def add_common_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--output", required=True, metavar="DIR", help="the prepared directory: new, empty or prepared before"
    )
    command.add_argument(
        "--min-count",
        type=whole_number(1),
        default=5,
        metavar="N",
        help="a word must occur N times in training; 5 if not given",
    )
    command.add_argument(
        "--max-words", type=whole_number(1), metavar="N", help="at most N words, the most frequent ones"
    )
    command.add_argument("--skip-verification", action="store_true", help="only look whether the pictures exist")
    command.add_argument(
        "--shards",
        type=whole_number(1),
        metavar="N",
        help="also copy the pictures for training to N TFRecord files, and those of val to as many as it takes",
    )
    command.add_argument(
        "--workers", type=whole_number(1), metavar="N", help="decoding threads; one per processor if not given"
    )


def read_coco(arguments: argparse.Namespace) -> list[Source]:
    make_available(arguments.root, ARCHIVES[arguments.year], fetch=arguments.download, announce=announce)
    return official_coco_sources(arguments.root, year=arguments.year)


def read_karpathy(arguments: argparse.Namespace) -> list[Source]:
    return karpathy_sources(arguments.dataset, arguments.images, restval=not arguments.no_restval)


def read_flickr8k(arguments: argparse.Namespace) -> list[Source]:
    return flickr8k_sources(arguments.text, arguments.images, unlisted=arguments.with_unlisted)


def read_captions(arguments: argparse.Namespace) -> list[Source]:
    return [
        caption_file_source(split, annotations, images)
        for split in ("train", "val", "test")
        for annotations, images in getattr(arguments, split)
    ]


def announce(sentence: str) -> None:
    write(f"{sentence}\n", sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
