"""Which tokens `advantaged.tokens` changes, against float64 loops, in both layouts."""

import numpy as np
import pytest
import token_batches as expected
from advantaged import InvalidArgument, tokens
from token_batches import BATCHES, LAYOUTS, Batch

# Fractions that a training would not have are warned of, as one test says.
pytestmark = pytest.mark.filterwarnings("error", "ignore:fraction")
layouts = pytest.mark.parametrize("layout", LAYOUTS)
batches = pytest.mark.parametrize("batch", BATCHES.values(), ids=BATCHES)


def rng(seed=0):
    return np.random.default_rng(seed)


@layouts
@batches
@pytest.mark.parametrize("alpha, kappa", [(0.4, 2), (0.1, 1), (0, 3.5), (50, 2)])
def test_entropy_bonus_is_the_formula(batch, layout, alpha, kappa):
    found = tokens.entropy_bonus(batch.advantages, batch.given("entropy", layout), **batch.where(layout), alpha=alpha,
                                 kappa=kappa)
    assert found.dtype == np.float64
    for row, wanted in zip(batch.taken(found, layout), expected.entropy_bonus(batch, alpha, kappa)):
        assert row == pytest.approx(wanted, rel=1e-14)


def test_entropy_bonus_has_the_papers_defaults_and_keeps_signs():
    found = tokens.entropy_bonus(np.array([1.0, -1.0]), np.array([[0.5, 9], [0.5, 9]]), np.ones((2, 2)))
    assert found.tolist() == [[1.2, 1.5], [-0.8, -0.5]]


@layouts
@batches
@pytest.mark.parametrize("fraction", [0.2, 0.05, 1 / 3, 1.0, 1e-9])
def test_top_entropy_mask_is_the_quantile_of_all_valid_tokens(batch, layout, fraction):
    found = tokens.top_entropy_mask(batch.given("entropy", layout), **batch.where(layout), fraction=fraction)
    assert found.dtype == np.bool_ and batch.taken(found, layout) == expected.top_entropy(batch, fraction)


def test_equal_entropies_all_keep_their_loss():
    assert tokens.top_entropy_mask(np.full((2, 3), 0.3), np.ones((2, 3))).all()


@layouts
@batches
def test_covariance_is_the_formula(batch, layout):
    found = tokens.covariance(batch.given("log_probs", layout), batch.advantages, **batch.where(layout))
    for row, wanted in zip(batch.taken(found, layout), expected.covariance(batch)):
        assert row == pytest.approx(wanted, rel=1e-12, abs=1e-14)


@layouts
@batches
@pytest.mark.parametrize("fraction", [2e-4, 2e-3, 0.02, 0.3, 1.0])
def test_kl_cov_mask_is_the_largest_covariances(batch, layout, fraction):
    found = tokens.kl_cov_mask(batch.given("covariance", layout), **batch.where(layout), fraction=fraction)
    assert found.dtype == np.bool_ and batch.taken(found, layout) == expected.kl_cov(batch, fraction)


def test_kl_cov_mask_takes_the_earlier_of_equal_covariances():
    assert tokens.kl_cov_mask(np.array([1.0, 2, 2, 2]), fraction=0.5).tolist() == [False, True, True, False]
    many = rng().integers(0, 2, 1000) * 1.0
    assert (np.flatnonzero(tokens.kl_cov_mask(many, fraction=0.1)) == np.flatnonzero(many)[:100]).all()
    assert tokens.kl_cov_mask(np.array([-np.inf, -1.0]), fraction=1.0).tolist() == [True, True]


@layouts
@batches
@pytest.mark.parametrize("fraction", [2e-4, 0.02, 0.3, 1.0])
def test_clip_cov_mask_takes_so_many_of_the_candidates(batch, layout, fraction):
    """All of them where there are fewer, none where there is none."""
    clipped = [[i % 3 == 0 for i in range(len(row))] for row in batch.tokens["covariance"]]
    for given in (None, clipped):
        found = batch.taken(tokens.clip_cov_mask(
            batch.given("covariance", layout), **batch.where(layout), generator=rng(), fraction=fraction,
            clipped=given and batch.array(given, layout, np.bool_)), layout)
        possible = expected.flat(expected.candidates(batch, 1, 5, given))
        chosen = expected.flat(found)
        assert sum(chosen) == min(max(int(fraction * batch.count), 1), sum(possible))
        assert not any(one and not may for one, may in zip(chosen, possible))


def test_clip_cov_mask_draws_every_candidate_as_often_and_the_same_by_the_same_seed():
    values = np.array([0.0, 2, 3, 1, 5, 4, 2])  # 1 and 5 are not between 1 and 5
    counts = sum(tokens.clip_cov_mask(values, generator=rng(seed)).astype(int) for seed in range(400))
    assert counts.sum() == 400 and counts[[0, 3, 4]].tolist() == [0, 0, 0]
    assert all(60 < count < 140 for count in counts[[1, 2, 5, 6]])
    again = [tokens.clip_cov_mask(values, generator=rng(7)) for _ in range(2)]
    assert (again[0] == again[1]).all()


def test_what_is_outside_of_the_mask_is_chosen_by_none_however_likely_it_looks():
    values, mask = np.full((2, 3), 4.0), np.array([[1, 0, 0], [0, 0, 0]])
    values[0, 0] = 2
    ends = {"cu_seqlens": np.array([0, 0, 1])}  # and no mask: five tokens of padding
    for array, where in ((values, {"response_mask": mask}), (values.ravel(), ends)):
        for found in (tokens.clip_cov_mask(array, **where, generator=rng(), fraction=1.0),
                      tokens.kl_cov_mask(array, **where, fraction=1.0), tokens.top_entropy_mask(array, **where)):
            assert np.flatnonzero(found).tolist() == [0]
        assert tokens.entropy_bonus(np.ones(2), array, **where).sum() == 1.5
        assert not tokens.covariance(array, np.array([1.0, 5]), **where).any()
    assert tokens.token_mean_weights(np.ones(6), **ends).tolist() == [1, 0, 0, 0, 0, 0]


def test_clip_cov_mask_takes_other_bounds():
    values = np.array([0.0, 2, 3, 1, 5, 4, 2])
    assert np.flatnonzero(tokens.clip_cov_mask(values, generator=rng(), low=4.5, high=6)).tolist() == [4]


@pytest.mark.parametrize("choose", [
    lambda fraction: tokens.kl_cov_mask(np.arange(9.0), fraction=fraction),
    lambda fraction: tokens.clip_cov_mask(np.arange(9.0), generator=rng(), fraction=fraction)])
def test_a_fraction_that_was_meant_in_per_cent_is_warned_of(choose):
    text = "fraction: 0.2 is 20 % of the tokens; .* their 0.2 is written 0.002 here"
    with pytest.warns(UserWarning, match=text) as told:
        choose(0.2)
    assert told[0].filename == __file__
    choose(0.05)


@layouts
def test_advantages_per_token_are_taken_as_those_per_response(layout):
    batch = Batch()
    spread = batch.array([[a] * len(row) for a, row in zip(batch.advantages, batch.tokens["entropy"])], layout)
    entropy, where = batch.given("entropy", layout), batch.where(layout)
    found = tokens.entropy_bonus(spread, entropy, **where)
    assert (found == tokens.entropy_bonus(batch.advantages, entropy, **where)).all()


@layouts
@pytest.mark.parametrize("dtype, other", [(np.float16, np.float32), (np.float32, np.float32), (np.float64, np.float64)])
def test_half_precision_is_computed_in_float32(layout, dtype, other):
    batch = Batch()
    arrays = [batch.given(name, layout, dtype) for name in ("log_probs", "entropy")]
    advantages = batch.advantages.astype(dtype)
    where = batch.where(layout)
    found = [tokens.covariance(arrays[0], advantages, **where), tokens.entropy_bonus(advantages, arrays[1], **where)]
    wide = [tokens.covariance(arrays[0].astype(other), advantages.astype(other), **where),
            tokens.entropy_bonus(advantages.astype(other), arrays[1].astype(other), **where)]
    for one, same in zip(found, wide):
        assert one.dtype == other and np.array_equal(one, same)


@pytest.mark.parametrize("dtype", [np.bool_, np.int8, np.float32])
def test_a_mask_may_be_of_any_dtype(dtype):
    batch = Batch()
    mask = batch.where("rows")["response_mask"]
    found = tokens.covariance(batch.given("log_probs", "rows"), batch.advantages, mask.astype(dtype))
    assert (found == tokens.covariance(batch.given("log_probs", "rows"), batch.advantages, mask)).all()


H, M, CU = np.ones((2, 3)), np.ones((2, 3)), np.array([0, 2, 3])
WRONG = {
    "no mask": (lambda: tokens.top_entropy_mask(H),
                r"response_mask: not set; without it the padding of entropy, \(2, 3\)"),
    "a list": (lambda: tokens.top_entropy_mask(H.tolist(), M), "entropy: a list; it must be an array or a tensor"),
    "another mask": (lambda: tokens.top_entropy_mask(H, M[:, :2]),
                     r"response_mask: shape \(2, 2\); entropy has \(2, 3\)"),
    "three dimensions": (lambda: tokens.top_entropy_mask(H[None], M[None]), r"entropy: shape \(1, 2, 3\)"),
    "texts": (lambda: tokens.top_entropy_mask(H.astype(str), M), "entropy: dtype <U32; it must be real numbers"),
    "advantages of others": (lambda: tokens.covariance(H, np.ones(3), M),
                             r"advantages: shape \(3,\); log_probs has \(2, 3\), so it must be that, or \(2,\)"),
    "flat without ends": (lambda: tokens.covariance(H[0], np.ones(2)), "cu_seqlens: not set; .* each of the 3 tokens"),
    "of either": (lambda: tokens.covariance(H[0], np.ones(3), cu_seqlens=np.array([0, 0, 2, 3])),
                  r"advantages: shape \(3,\), for as many responses as tokens"),
    "ends of rows": (lambda: tokens.covariance(H, np.ones(2), M, cu_seqlens=CU),
                     r"cu_seqlens: set, but log_probs has "),
    "ends that fall": (lambda: tokens.covariance(H[0], np.ones(2), cu_seqlens=np.array([0, 3, 2])),
                       r"cu_seqlens: \[0, 3, 2\]; it must ascend from 0 to at most the 3 tokens"),
    "ends that begin later": (lambda: tokens.covariance(H[0], np.ones(2), cu_seqlens=np.array([1, 2, 3])),
                              r"cu_seqlens: \[1, 2, 3\]; it must ascend from 0"),
    "ends beyond": (lambda: tokens.covariance(H[0], np.ones(2), cu_seqlens=np.array([0, 3, 4])),
                    r"cu_seqlens: \[0, 3, 4\]"),
    "ends of floats": (lambda: tokens.covariance(H[0], np.ones(2), cu_seqlens=CU * 1.0), "cu_seqlens: shape .*float64"),
    "alpha": (lambda: tokens.entropy_bonus(H, H, M, alpha=-1), "alpha: -1; it must be a number, at least 0"),
    "kappa": (lambda: tokens.entropy_bonus(H, H, M, kappa=0), "kappa: 0; it must be a number, above 0"),
    "a text": (lambda: tokens.entropy_bonus(H, H, M, kappa="2"), "kappa: '2'; it must be a number, above 0"),
    "nan": (lambda: tokens.entropy_bonus(H, H, M, alpha=float("nan")), "alpha: nan; it must be a number"),
    "fraction": (lambda: tokens.top_entropy_mask(H, M, fraction=20), "fraction: 20; .* above 0 and at most 1"),
    "no fraction": (lambda: tokens.kl_cov_mask(H, M, fraction=0), "fraction: 0; .* above 0 and at most 1"),
    "bounds": (lambda: tokens.clip_cov_mask(H, M, generator=rng(), low=5, high=1),
               "high: 1; it must be a number, above 5"),
    "generator": (lambda: tokens.clip_cov_mask(H, M, generator=0), "generator: 0; it must be of numpy.random"),
    "clipped": (lambda: tokens.clip_cov_mask(H, M, generator=rng(), clipped=M[0]), r"clipped: shape \(3,\)"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_what_is_wrong_is_named_with_its_value(kind):
    call, text = WRONG[kind]
    with pytest.raises(InvalidArgument, match=f"^{text}"):
        call()


def test_as_many_responses_as_tokens_may_be_given_as_a_column():
    column = np.array([[3.0], [1.0], [2.0]])
    found = tokens.entropy_bonus(column, np.zeros(3), cu_seqlens=np.array([0, 0, 2, 3]))
    assert found.tolist() == [1, 1, 2]
    one = tokens.entropy_bonus(np.array([3.0]), np.zeros(1), cu_seqlens=np.array([0, 1]))
    assert one.tolist() == [3], "of one response of one token both are the same"
