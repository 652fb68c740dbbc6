"""What training looks like: how hard the prompts are, who gets the gradient, and whether it goes well."""

from grafana_foundation_sdk.builders import dashboard
from panels import (FULL, RHO, THIRD, bars, heat, lines, mean, new_dashboard, nonzero, number, of_methods, profile, query,
                    ratio, samples, step, training, training_variables)

KNOWN = 'outcome=~"all_fail|mixed|all_pass"'
OUTCOMES = {"all_fail": "semi-dark-red", "mixed": "semi-dark-blue", "all_pass": "semi-dark-green",
            "constant": "light-orange", "empty": "gray"}
SIGNS = {"positive": "semi-dark-green", "negative": "semi-dark-red", "zero": "gray"}
SIDES = {"correct, positive": "semi-dark-green", "wrong, negative": "semi-dark-red", "correct, negative": "light-orange",
         "wrong, positive": "semi-dark-purple"}
REASONS = {**OUTCOMES, "small": "light-blue", "suspicious": "semi-dark-purple"}


def mean_success(by=""):
    return mean("advantaged_success_rate", by, select=training)


def share(labels, by=""):
    """Of groups."""
    return ratio(step(training("advantaged_groups_total", labels), by), step(training("advantaged_groups_total"), by))


def mean_weight(side):
    return mean("advantaged_effective_weight", "method", f'side="{side}"', select=of_methods)


def mass(side):
    return step(of_methods("advantaged_weight_mass_total", f'side="{side}"'), "rho_bucket")


def glance(board):
    return (board.with_row(dashboard.Row("At a glance"))
            .with_panel(number("Success rate", "Mean ρ̂ = c/n of the groups of the last step.", mean_success(),
                               unit="percentunit", decimals=1,
                               steps=[(None, "red"), (0.1, "orange"), (0.25, "green"), (0.9, "blue")]))
            .with_panel(number("Groups without signal",
                               "Share of the groups of the last step whose responses all have the same reward: no gradient.",
                               share('outcome!~"mixed|varied"'), unit="percentunit", decimals=1,
                               steps=[(None, "green"), (0.5, "orange"), (0.9, "red")]))
            .with_panel(number("Groups in a step", "Groups whose advantages were computed within the last step.",
                               step(training("advantaged_groups_total")), decimals=0))
            .with_panel(number("Since the last batch",
                               "How long ago any replica last computed a batch. Half an hour may be as it should be.",
                               f'time() - max({samples("advantaged_last_batch_timestamp_seconds")} > 0)', unit="s",
                               decimals=0)))


def difficulty(board):
    return (board.with_row(dashboard.Row("Difficulty"))
            .with_panel(heat("Success rate of groups", "Groups by ρ̂, a column a step. The row at 0 is all-fail. A policy that "
                             "learns moves up; a collapse is a column that falls to the bottom and stays there.",
                             training("advantaged_success_rate_bucket"), "percentunit", y_label="ρ̂ up to"))
            .with_panel(bars("Outcomes", "Only mixed groups have a gradient under methods that compare within a group.",
                             query(step(training("advantaged_groups_total", KNOWN), "outcome"), "{{outcome}}"),
                             percent=True, colors=OUTCOMES, height=9))
            .with_panel(lines("Mean success rate", "By method and run.", query(mean_success("method, run"),
                                                                               "{{method}} {{run}}"),
                              unit="percentunit", largest=1.0, width=THIRD))
            .with_panel(lines("Pass@K", "Unbiased Pass@K, mean over groups, for every K that trainers ask for.",
                              query(ratio(step(samples("advantaged_pass_at_k_sum"), "k"),
                                          step(samples("advantaged_pass_at_k_groups_total"), "k")), "K = {{k}}"),
                              unit="percentunit", largest=1.0, width=THIRD))
            .with_panel(lines("Groups without signal", "Share of groups, by method and run: all-fail, all-pass, constant or "
                              "empty ones.", query(share('outcome!~"mixed|varied"', "method, run"), "{{method}} {{run}}"),
                              unit="percentunit", largest=1.0, width=THIRD)))


def gradient(board):
    text = ("Weight mass (1/n) Σ |A| by the ρ̂ of the group, {} responses, over the time shown: which difficulty gets the "
            "gradient. Of all runs.")
    return (board.with_row(dashboard.Row("Who gets the gradient"))
            .with_panel(profile("Weight mass by difficulty, correct responses", text.format("correct"), mass("correct"),
                                "{{rho_bucket}}", color="semi-dark-green"))
            .with_panel(profile("Weight mass by difficulty, wrong responses", text.format("wrong"), mass("wrong"),
                                "{{rho_bucket}}", color="semi-dark-red"))
            .with_panel(bars("Weight mass over time, correct responses", "The same as shares, a column a step. Of all runs.",
                             query(mass("correct"), "{{rho_bucket}}"), percent=True, colors=RHO))
            .with_panel(bars("Weight mass over time, wrong responses", "The same as shares, a column a step. Of all runs.",
                             query(mass("wrong"), "{{rho_bucket}}"), percent=True, colors=RHO))
            .with_panel(bars("Weight mass by side and sign", "A method that balances pushes correct responses up as much as wrong "
                             "ones down. Correct ones pushed down, or wrong ones up, show a baseline or a weight gone astray. "
                             "Of all runs.",
                             query(step(of_methods("advantaged_weight_mass_total"), "side, sign"), "{{side}}, {{sign}}"),
                             percent=True, colors=SIDES))
            .with_panel(bars("Signs of advantages", "Responses that are pushed up, pushed down, or have no part.",
                             query(step(training("advantaged_advantage_sign_total"), "sign"), "{{sign}}"), percent=True,
                             colors=SIGNS)))


def weights(board):
    return (board.with_row(dashboard.Row("Weights"))
            .with_panel(lines("Mean W₊ and W₋", "By method, of all runs. Where they differ, correct and wrong responses do not "
                              "balance, as under Pass@K or weighted methods.", query(mean_weight("correct"), "W₊ {{method}}"),
                              query(mean_weight("wrong"), "W₋ {{method}}"), dashed="W₋.*"))
            .with_panel(lines("Mean |A|", "By method and run; a step upwards that stays is a change of rewards or of method.",
                              query(mean("advantaged_advantage_magnitude", "method, run", select=training),
                                    "{{method}} {{run}}"))))


def weight(side):
    return of_methods("advantaged_effective_weight_bucket", f'side="{side}"')


def distributions(board):
    """A row for each of the chosen methods: Grafana repeats it, with `method` as that one."""
    return (board.with_row(dashboard.Row("Distributions under $method").repeat("method"))
            .with_panel(heat("W₊", "Groups by the effective weight of their correct responses, W₊ = |(1/n) Σ A|. Of all runs.",
                             weight("correct"), "short", width=THIRD, y_label="W₊ up to"))
            .with_panel(heat("W₋", "Groups by the effective weight of their wrong responses, W₋ = |(1/n) Σ A|. Of all runs.",
                             weight("wrong"), "short", width=THIRD, y_label="W₋ up to"))
            .with_panel(heat("|A|", "Responses by the size of their advantage, as returned.",
                             training("advantaged_advantage_magnitude_bucket"), "short", width=THIRD, y_label="|A| up to")))


def health(board):
    return (board.with_row(dashboard.Row("Health of the data"))
            .with_panel(bars("Degenerate groups", "Groups that teach little, by reason; one may have several. suspicious: rewards "
                             "that differ by rounding only. small: masking left too few.",
                             query(nonzero(samples("advantaged_degenerate_groups_total"), "reason", "none"), "{{reason}}"),
                             colors=REASONS, width=THIRD))
            .with_panel(heat("Group size", "Groups by their number of valid responses.", samples("advantaged_group_size_bucket"),
                             "short", width=THIRD, height=8, y_label="n up to"))
            .with_panel(lines("Clipped and refused", "Advantages that clip stages changed; NaN and infinite rewards, in calls that "
                              "were refused.",
                              query(step(samples("advantaged_clipped_responses_total"), "bound"), "clipped, {{bound}}"),
                              query(step(samples("advantaged_nonfinite_inputs_total")), "not finite"), width=THIRD))
            .with_panel(bars("Responses", "Valid responses, by method.",
                             query(step(training("advantaged_responses_total"), "method") + " > 0", "{{method}}"), width=FULL,
                             height=6)))


def researcher():
    board = training_variables(new_dashboard(
        "advantaged: researcher", "advantaged-researcher",
        "Success rates, who gets the gradient, and weights of the batches that trainers have sent.", "1m"))
    for part in (glance, difficulty, gradient, weights, distributions, health):
        board = part(board)
    return board
