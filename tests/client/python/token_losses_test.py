"""The weights and the losses of `advantaged.tokens`, against float64 loops, in both layouts."""

import numpy as np
import pytest
import token_batches as expected
from advantaged import InvalidArgument, tokens
from advantaged.integrations import loops
from token_batches import BATCHES, LAYOUTS, Batch

pytestmark = pytest.mark.filterwarnings("error")
layouts = pytest.mark.parametrize("layout", LAYOUTS)
batches = pytest.mark.parametrize("batch", BATCHES.values(), ids=BATCHES)
WEIGHTS = {"token_mean": (tokens.token_mean_weights, "token_count", {}),
           "response_mean": (tokens.response_mean_weights, "response_count", {}),
           "fixed_length": (tokens.fixed_length_weights, "response_count", {"max_length": 64})}
kinds = pytest.mark.parametrize("kind", WEIGHTS)


@layouts
@batches
@kinds
@pytest.mark.parametrize("count", [None, 1000, np.float64(1000)])
def test_weights_are_the_formulas(batch, layout, kind, count):
    weigh, counted, others = WEIGHTS[kind]
    found = weigh(**batch.where(layout), **others, **({} if count is None else {counted: count}))
    wanted = expected.weights(batch, kind, count, **others)
    assert found.dtype == np.float32
    for row, same in zip(batch.taken(found, layout), wanted):
        assert row == pytest.approx(same, rel=2e-7)


def test_parts_of_a_batch_by_the_count_of_the_whole_add_up_to_its_mean():
    """Which a mean over each part does not."""
    batch = Batch(lengths=(30, 2, 9), share=1, masked=())
    losses, mask = np.nan_to_num(batch.given("entropy", "rows")), batch.where("rows")["response_mask"]
    whole = (losses * tokens.token_mean_weights(mask)).sum()
    parts = [(losses[i:i + 1] * tokens.token_mean_weights(mask[i:i + 1], token_count=batch.count)).sum()
             for i in range(3)]
    assert sum(parts) == pytest.approx(whole, rel=1e-6)
    alone = [(losses[i:i + 1] * tokens.token_mean_weights(mask[i:i + 1])).sum() / 3 for i in range(3)]
    assert abs(sum(alone) - whole) > 0.01 * whole


@layouts
@batches
@pytest.mark.parametrize("low, high", [(0.2, 0.2), (0.1, 0.28), (1, 100)])
@pytest.mark.parametrize("kind", [None, *WEIGHTS])
def test_min_clip_loss_is_the_formula(batch, layout, low, high, kind):
    where = batch.where(layout)
    given = {} if kind is None else {"weights": WEIGHTS[kind][0](**where, **WEIGHTS[kind][2])}
    found = tokens.min_clip_loss(batch.given("log_probs", layout), batch.given("old_log_probs", layout),
                                 batch.advantages, **where, clip_low=low, clip_high=high, **given)
    wanted = expected.total(expected.per_token(batch, expected.min_clip(low, high)),
                            expected.weights(batch, kind or "response_mean", **WEIGHTS[kind or "response_mean"][2]))
    assert found == pytest.approx(wanted, rel=1e-12 if kind is None else 1e-6, abs=1e-15)


@layouts
@batches
@pytest.mark.parametrize("beta", [1.0, 0.1, 0])
def test_kl_cov_loss_is_the_formula(batch, layout, beta):
    where = batch.where(layout)
    chosen = [[i % 2 == 0 for i in range(len(row))] for row in batch.tokens["entropy"]]
    found = tokens.kl_cov_loss(batch.given("log_probs", layout), batch.given("old_log_probs", layout), batch.advantages,
                               **where, kl_mask=batch.array(chosen, layout, np.bool_), beta=beta)
    plain = expected.per_token(batch, lambda x, a: -np.exp(x) * a)
    change = expected.per_token(batch, lambda x, a: beta * abs(x))
    losses = [[p + c * k for p, c, k in zip(*rows)] for rows in zip(plain, change, chosen)]
    wanted = expected.total(losses, expected.weights(batch, "response_mean"))
    assert found == pytest.approx(wanted, rel=1e-12, abs=1e-15)


@layouts
@batches
def test_clipped_mask_is_where_the_clipped_gain_is_the_smaller(batch, layout):
    found = tokens.clipped_mask(batch.given("log_probs", layout), batch.given("old_log_probs", layout),
                                batch.advantages, **batch.where(layout), clip_low=0.1, clip_high=0.3)
    wanted = expected.per_token(batch, lambda x, a: (np.exp(x) > 1.3 and a > 0) or (np.exp(x) < 0.9 and a < 0))
    assert batch.taken(found, layout) == wanted


def test_clip_cov_drops_the_loss_and_keeps_the_denominator():
    new, old, mask = np.log([[0.5, 0.25, 0.5]]), np.log([[0.5, 0.5, 0.5]]), np.ones((1, 3))
    dropped = np.array([[True, False, False]])
    found = tokens.min_clip_loss(new, old, np.ones(1), mask, weights=tokens.token_mean_weights(mask) * ~dropped)
    assert found == pytest.approx(-(0.5 + 1) / 3)


def test_the_loss_of_loops_is_this_one():
    assert loops.min_clip_loss is tokens.min_clip_loss


M, P, CU = np.ones((2, 3)), np.zeros((2, 3)), np.array([0, 2, 3])
WRONG = {
    "no mask": (lambda: tokens.token_mean_weights(None), "response_mask: a NoneType; it must be an array or a tensor"),
    "no tokens": (lambda: tokens.token_mean_weights(M, token_count=0), "token_count: 0; it must be a number, above 0"),
    "many": (lambda: tokens.token_mean_weights(M, token_count=np.ones(2)),
             r"token_count: shape \(2,\), float64; .* one number"),
    "a text": (lambda: tokens.response_mean_weights(M, response_count="3"), "response_count: '3'; it must be a number"),
    "no ends": (lambda: tokens.response_mean_weights(M[0]), "cu_seqlens: not set; .* each of the 3 tokens"),
    "no ends by length": (lambda: tokens.fixed_length_weights(M[0], max_length=3), "cu_seqlens: not set"),
    "max_length": (lambda: tokens.fixed_length_weights(M, max_length=0), "max_length: 0; it must be a number, above 0"),
    "old": (lambda: tokens.min_clip_loss(P, P[:, :1], M, M), r"old_log_probs: shape \(2, 1\); log_probs has \(2, 3\)"),
    "weights": (lambda: tokens.min_clip_loss(P, P, M, M, weights=M[0]),
                r"weights: shape \(3,\); log_probs has \(2, 3\)"),
    "clip_low": (lambda: tokens.min_clip_loss(P, P, M, M, clip_low=1.2), "clip_low: 1.2; .* at least 0 and at most 1"),
    "clip_high": (lambda: tokens.min_clip_loss(P, P, M, M, clip_high=-0.2),
                  "clip_high: -0.2; it must be .* at least 0"),
    "beta": (lambda: tokens.kl_cov_loss(P, P, M, M, kl_mask=M, beta=-1), "beta: -1; it must be a number, at least 0"),
    "kl_mask": (lambda: tokens.kl_cov_loss(P, P, M, M, kl_mask=M[0]), r"kl_mask: shape \(3,\); log_probs has \(2, 3\)"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_what_is_wrong_is_named_with_its_value(kind):
    call, text = WRONG[kind]
    with pytest.raises(InvalidArgument, match=f"^{text}"):
        call()
