"""Moments of two parts of a batch and what they merge to, to the bit: the formula at BatchMoments in stages.proto."""

import struct

COUNT = 300


def bits(moments):
    """Weight, mean and centred squares, each the 16 hexadecimal digits of a double: JSON readers round numbers."""
    return [struct.pack(">d", number).hex() for number in moments]


def merge(a, b):
    """In doubles, in the order that the parentheses say."""
    if 0 in (a[0], b[0]):
        return b if a[0] == 0 else a
    weight = a[0] + b[0]
    share = b[0] / weight
    d = b[1] - a[1]
    return weight, a[1] + d * share, a[2] + b[2] + d * d * (a[0] * share)


def draw(source):
    """Of responses or of tokens, near each other or far, now and then of nothing."""
    kind = source.randrange(10)
    if kind == 0:
        return 0.0, 0.0, 0.0
    weight = float(source.randint(1, 10 ** source.randint(1, 9)))
    mean = source.gauss(0, 1) * 10 ** source.randint(-3, 6)
    return weight, mean, 0.0 if kind == 1 else weight * source.expovariate(1) * 10 ** source.randint(-6, 6)


def moments(source):
    """(a, b, merged), as bits."""
    for _ in range(COUNT):
        a, b = draw(source), draw(source)
        if source.random() < 0.1:
            b = b[0], a[1], b[2]
        yield bits(a), bits(b), bits(merge(a, b))
