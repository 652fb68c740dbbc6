"""Rewards of one group, of every kind that trainers and testers come up with. All are float32."""

from exact import as_float32


def binary(random, n):
    c = random.choice([0, n, 1, n - 1, random.randint(0, n), random.randint(0, n)])
    rewards = [1.0] * c + [0.0] * (n - c)
    random.shuffle(rewards)
    return rewards


def mixed_binary(random, n):
    c = random.randint(1, n - 1) if n > 1 else random.randint(0, 1)
    rewards = [1.0] * c + [0.0] * (n - c)
    random.shuffle(rewards)
    return rewards


def normal(random, n):
    return [random.gauss(0, 1) for _ in range(n)]


def uniform(random, n):
    return [random.random() for _ in range(n)]


def negative(random, n):
    return [-abs(random.gauss(3, 2)) for _ in range(n)]


def tied(random, n):
    levels = random.sample([-1, -0.5, 0, 0.1, 0.25, 0.5, 0.7, 1, 1.5, 2], 3)
    return [random.choice(levels) for _ in range(n)]


def huge(random, n):
    scale = 10.0 ** random.randint(20, 35)
    return [random.gauss(0, 1) * scale for _ in range(n)]


def tiny(random, n):
    scale = 10.0 ** random.randint(-36, -20)
    return [random.gauss(0, 1) * scale for _ in range(n)]


def denormal(random, n):
    return [random.randint(-200, 200) * 2.0 ** -149 for _ in range(n)]


def magnitudes(random, n):
    return [random.choice([-1, 1]) * 10.0 ** random.uniform(-6, 6) for _ in range(n)]


def offset(random, n):
    at = random.choice([2.0 ** 20, -1e5, 1e6, 4096.0])
    return [at + random.randint(0, 5) for _ in range(n)]


def neighbours(random, n):
    """Two neighbouring float32 numbers."""
    low = as_float32(random.choice([0.5, 1.0, 1e10, 3.0]))
    high = low * (1 + 2.0 ** -23)
    return [random.choice([low, high]) for _ in range(n)]


def signs(random, n):
    return [random.choice([-1.0, 1.0]) for _ in range(n)]


def constant(random, n):
    return [random.choice([0.95, 0.1, 1e-3, -1.0, 0.0, 1.0, 1e30])] * n


def shaped(random, n):
    """Rewards as trainers shape them: right or wrong, and a little for format and length."""
    return [random.choice([-1.0, 1.0]) + random.choice([0, 0.1]) + random.gauss(0, 0.05) for _ in range(n)]


REAL = [normal, uniform, negative, tied, huge, tiny, denormal, magnitudes, offset, neighbours, signs, constant, shaped]


def drawn(random, kind, n):
    return [as_float32(reward) for reward in kind(random, n)]
