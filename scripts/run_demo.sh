#!/usr/bin/env bash
# Usage: scripts/run_demo.sh [FOLDER]
#
# Shows the service at work: starts FOLDER/advantaged (default build/bin) on loopback, sends it the
# real rewards of data/, prints what a trainer would look at. On a terminal it then keeps serving
# until Ctrl-C; otherwise it ends the server and exits 0. Needs no more than the build does.
set -euo pipefail
cd "$(dirname "$0")/.."

bin=${1:-build/bin}
data=data/humaneval_runs.jsonl
tmp=$(mktemp -d)
server=

stop() {
  trap - EXIT HUP INT TERM
  local status=0
  if [[ -n $server ]]; then
    kill -TERM "$server" 2>/dev/null || true
    wait "$server" || status=$?
  fi
  rm -rf "$tmp"
  return "$status"
}
trap stop EXIT
trap 'stop; exit' HUP INT TERM

# The usual port if nobody listens there, else a free one.
port() { if (: <"/dev/tcp/127.0.0.1/$1") 2>/dev/null; then echo 0; else echo "$1"; fi; }

# In a process group of its own (-m): Ctrl-C is for this script, which then ends the server once.
set -m
"$bin/advantaged" --listen "127.0.0.1:$(port 50051)" --http-listen "127.0.0.1:$(port 9464)" \
  --ready-file "$tmp/ready" --drain-delay 0 >"$tmp/log" 2>&1 &
server=$!
set +m
for ((i = 0; ; ++i)); do
  [[ ! -s $tmp/ready ]] || break
  if ((i == 150)) || ! kill -0 "$server" 2>/dev/null; then
    echo "advantaged did not start:" >&2
    cat "$tmp/log" >&2
    exit 1
  fi
  sleep 0.1
done
grpc=$(sed -E 's/.*"grpc": *\["([^"]*)".*/\1/' "$tmp/ready")
http=$(sed -E 's/.*"http": *"([^"]*)".*/\1/' "$tmp/ready")

# $1: method and parameters; the answer goes to the file of that name.
compute() {
  local parameters=()
  read -ra words <<<"$1"
  for word in "${words[@]:1}"; do parameters+=(-p "$word"); done
  "$bin/advctl" compute --server "$grpc" --method "${words[0]}" "${parameters[@]}" \
    --pass-at 1,4,8 --output jsonl "$data" >"$tmp/$1"
}

methods=("grpo" "rloo" "pass_at_k_grpo k=4" "pass_at_k_shaped k=4" "skew_r" "max_rl")
answers=()
for method in "${methods[@]}"; do
  compute "$method"
  answers+=("label=$method" "$tmp/$method")
done

echo
LC_ALL=C awk -f scripts/demo_report.awk "$data" "${answers[@]}"

[[ $grpc == 127.0.0.1:50051 ]] && option= || option=" --server $grpc"
cat <<END

Serving     gRPC  $grpc
            HTTP  http://$http/metrics  /livez  /readyz  /v1/compute
Try         echo '{"rewards":[1,0,0,1]}' | \\
              $bin/advctl compute$option --method pass_at_k_grpo -p k=2
            $bin/advctl methods$option

END
if [[ -t 0 ]]; then
  echo "Ctrl-C ends the server."
  wait "$server"
fi
