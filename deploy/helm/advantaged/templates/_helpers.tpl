{{/* From the release's name, for resources of two releases in a namespace must differ. Prometheus takes
     its label job from it, in which the alerts want "advantaged". At most 63 characters. */}}
{{- define "advantaged.name" -}}
{{- if contains "advantaged" .Release.Name -}}
{{- .Release.Name -}}
{{- else -}}
{{- printf "%s-advantaged" (.Release.Name | trunc 52 | trimSuffix "-") -}}
{{- end -}}
{{- end -}}

{{- define "advantaged.selector" -}}
app.kubernetes.io/name: advantaged
app.kubernetes.io/component: shared
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "advantaged.labels" -}}
{{ include "advantaged.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end -}}
