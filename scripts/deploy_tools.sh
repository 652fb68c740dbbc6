#!/usr/bin/env bash
# Puts what checks deploy/ into build/tools/deploy: helm, kustomize and kubectl-validate, built from
# source by Go, and in crds/ the definitions of the custom resources that we use. Does nothing when
# all is there. Debian 12's Go is too old for them.
set -euo pipefail
cd "$(dirname "$0")/.."

tools=$PWD/build/tools/deploy
programs=(
  helm.sh/helm/v3/cmd/helm@v3.19.0
  sigs.k8s.io/kustomize/kustomize/v5@v5.8.1
  sigs.k8s.io/kubectl-validate@v0.0.4
)
# MODULE FOLDER FILE...
definitions=(
  "github.com/prometheus-operator/prometheus-operator@v0.85.0 example/prometheus-operator-crd
   monitoring.coreos.com_podmonitors.yaml monitoring.coreos.com_servicemonitors.yaml
   monitoring.coreos.com_prometheusrules.yaml"
  "github.com/cert-manager/cert-manager@v1.18.2 deploy/crds crd-certificates.yaml crd-issuers.yaml"
)

wanted=$(printf '%s\n' "${programs[@]}" "${definitions[@]}")
[[ ! -f $tools/installed || $(<"$tools/installed") != "$wanted" ]] || exit 0

scripts/go_programs.sh test-deploy "$tools" "${programs[@]}"
mkdir "$tools/crds"
for line in "${definitions[@]}"; do
  read -r -d '' -a words <<<"$line" || true
  echo "Fetching ${words[0]}"
  folder=$(go mod download -json "${words[0]}" | sed -n 's/.*"Dir": "\(.*\)".*/\1/p')/${words[1]}
  for file in "${words[@]:2}"; do install -m 644 "$folder/$file" "$tools/crds/$file"; done
done
echo "$wanted" >"$tools/installed"
