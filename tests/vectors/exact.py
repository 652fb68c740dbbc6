"""Numbers for the exact values: float32 in and out, and how surely a value rounds to the float32 it does."""

import math
import struct
from fractions import Fraction

import mpmath

# 300 digits: sums and squares of float32 numbers are exact in it, whatever their magnitudes.
mpmath.mp.prec = 1000

# The service promises 0.51 units in the last place: a value nearer than this to the middle between two float32
# numbers may be rounded either way.
ULP_ALLOWANCE = 0.01
# Of the largest advantage of a group of real rewards, beside it.
REWARD_ALLOWANCE = mpmath.mpf(2) ** -40


class Ambiguous(Exception):
    """An exact value for which two float32 numbers keep the promise; the batch must be drawn again."""


class BeyondFloat32(Exception):
    """An exact value that is no finite float32."""


def real(number):
    """An mpf of an int, a float, a Fraction or an mpf."""
    if isinstance(number, Fraction):
        return mpmath.mpf(number.numerator) / number.denominator
    return mpmath.mpf(number)


def certainly_zero(number):
    """Whether it is 0 as a rational: by a factor that is 0 or an empty sum. An mpf of 0 is a difference that vanishes,
    which no promise covers."""
    return not isinstance(number, mpmath.mpf) and number == 0


def product(*factors):
    """Their product; a rational 0 among them makes it one."""
    if any(certainly_zero(factor) for factor in factors):
        return 0
    result = factors[0]
    for factor in factors[1:]:
        if isinstance(result, mpmath.mpf) or isinstance(factor, mpmath.mpf):
            result, factor = real(result), real(factor)
        result = result * factor
    return result


def root(number):
    """Its square root; exact 0 stays rational."""
    return 0 if certainly_zero(number) else mpmath.sqrt(real(number))


def as_float32(number):
    """A double rounded to float32, as a double."""
    return struct.unpack("<f", struct.pack("<f", number))[0]


def nearest_float32(number, allowance=0):
    """The float32 nearest to an exact value, as a double. `allowance` is the absolute error that is permitted beside
    ULP_ALLOWANCE. Raises Ambiguous where that leaves two answers."""
    if certainly_zero(number):
        return 0.0
    sign, mantissa, exponent, bits = real(number)._mpf_
    if mantissa == 0:
        raise Ambiguous()
    # The last place has weight 2^last; below 2^-126 numbers are denormal and it stays the same.
    last = max(exponent + bits - 1, -126) - 23
    if exponent >= last:
        units, rest = mantissa << (exponent - last), 0.0
    else:
        shift = last - exponent
        units = mantissa >> shift
        rest = float(Fraction(mantissa & ((1 << shift) - 1), 1 << shift))
    if not abs(rest - 0.5) > ULP_ALLOWANCE + real(allowance) / mpmath.ldexp(1, last):
        raise Ambiguous()
    magnitude = math.ldexp(units + (rest > 0.5), last)
    if magnitude >= 2.0 ** 128:
        raise BeyondFloat32()
    return -magnitude if sign else magnitude


def float32_text(number):
    """The shortest decimal that reads back as this float32, also by way of a double."""
    if number != number:
        return '"NaN"'
    if number == int(number) and abs(number) < 1e7:
        return str(int(number))
    for digits in range(1, 10):
        text = f"{number:.{digits}g}"
        if as_float32(float(text)) == number:
            return text
    raise ValueError(f"{number!r} is no float32")
