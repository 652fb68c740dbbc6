{{/* The release's name; resources of two releases in a namespace must differ. */}}
{{- define "advantaged.name" -}}
{{- .Release.Name | trunc 53 | trimSuffix "-" -}}
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
