# Usage: awk -f demo_report.awk REWARDS label=METHOD ANSWERS [label=METHOD ANSWERS]...
#
# What a person wants to see of the answers of `advctl compute --output jsonl` to REWARDS: success by
# model, from the first answers; then a few mixed groups, methods side by side.

# The text of a key's value up to `stop`, e.g. field("n", ",") of {"n":10,…} is "10".
function field(key, stop,    at, rest) {
  at = index($0, "\"" key "\":")
  if (at == 0) return ""
  rest = substr($0, at + length(key) + 3)
  return substr(rest, 1, match(rest, stop) - 1)
}

{ group = field("group", "\","); group = substr(group, 2) }

# The file of rewards comes first and has no label.
label == "" {
  rewards[group] = field("rewards", "]")
  next
}

label != last_label { labels[++label_count] = last_label = label }

label_count == 1 {
  model = substr(group, 1, index(group, "/") - 1)
  if (!(model in groups)) models[++model_count] = model
  n = field("n", ",") + 0; c = field("c", ",") + 0
  ++groups[model]
  size[group] = n
  success[model] += c / n
  ++outcomes[model, c == 0 ? "fail" : c == n ? "pass" : "mixed"]
  passes = field("pass_at_k", "}")
  while (match(passes, /"[0-9]+":[0-9.e+-]+/)) {
    split(substr(passes, RSTART + 1, RLENGTH - 1), pair, "\":")
    pass[model, pair[1]] += pair[2]
    passes = substr(passes, RSTART + RLENGTH)
  }
  # One group for each of these numbers of correct responses.
  if (c < n && c % 2 == 1 && !(c in example)) example[c] = group
}

{
  split(substr(field("advantages", "]"), 2), advantage, ",")
  count = split(substr(rewards[group], 2), reward, ",")
  for (i = 1; i <= count; ++i) value[label, group, reward[i]] = advantage[i]
}

function share(model, outcome) { return 100 * outcomes[model, outcome] / groups[model] }

# "0" for zero: its sign teaches nothing.
function signed(number) { return number == 0 ? "0" : sprintf("%+.3f", number) }

function row(title,    c, text, slash, cell) {
  text = sprintf("%-22s", title)
  for (c = 1; c <= 9; c += 2) {
    if (!(c in example)) continue
    group = example[c]
    slash = index(group, "/")
    if (title == "model") cell = substr(group, 1, slash > 14 ? 13 : slash - 1)
    else if (title == "problem") cell = substr(group, slash + 1)
    else if (title == "correct") cell = c " of " size[group]
    else cell = signed(value[title, group, 1]) " " signed(value[title, group, 0])
    text = text sprintf("%15s", cell)
  }
  print text
}

END {
  print "Real rewards: ten programs for each HumanEval problem, by three models (data/README.md).\n"
  printf "%-24s%8s%9s%9s%9s%9s%10s%9s%10s\n", "model", "groups", "success", "Pass@1", "Pass@4",
         "Pass@8", "all fail", "mixed", "all pass"
  for (m = 1; m <= model_count; ++m) {
    model = models[m]
    total = groups[model]
    printf "%-24s%8d%9.4f%9.4f%9.4f%9.4f%8.1f %%%7.1f %%%8.1f %%\n", model, total,
           success[model] / total, pass[model, 1] / total, pass[model, 4] / total,
           pass[model, 8] / total, share(model, "fail"), share(model, "mixed"), share(model, "pass")
    mixed += outcomes[model, "mixed"]
    all += total
  }
  printf "\nOnly the %d mixed groups of %d teach anything here. The advantages of a correct and of a\n", mixed, all
  print "wrong program in five of them, by method:\n"
  row("model")
  row("problem")
  row("correct")
  for (l = 1; l <= label_count; ++l) row(labels[l])
}
