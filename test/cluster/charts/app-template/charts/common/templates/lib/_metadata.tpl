{{- define "common.lib.selectorLabels" -}}
app.kubernetes.io/name: {{ include "common.lib.chart.name" .rootContext | quote }}
app.kubernetes.io/instance: {{ .rootContext.Release.Name | quote }}
{{- with .controller }}
app.kubernetes.io/controller: {{ . | quote }}
{{- end }}
{{- end -}}

{{- define "common.lib.allLabels" -}}
{{ include "common.lib.selectorLabels" . }}
helm.sh/chart: {{ printf "%s-%s" .rootContext.Chart.Name .rootContext.Chart.Version | replace "+" "_" | trunc 63 | quote }}
app.kubernetes.io/managed-by: {{ .rootContext.Release.Service | quote }}
{{- with .rootContext.Chart.AppVersion }}
app.kubernetes.io/version: {{ . | quote }}
{{- end }}
{{- end -}}

{{/* Labels or annotations of several origins, rendered as templates; the later ones win. Call: rootContext, maps. */}}
{{- define "common.lib.textMap" -}}
  {{- $all := dict -}}
  {{- range $map := .maps -}}
    {{- range $key, $value := (default dict $map) -}}
      {{- if not (kindIs "invalid" $value) -}}
        {{- $_ := set $all (tpl $key $.rootContext) (tpl (toString $value) $.rootContext) -}}
      {{- end -}}
    {{- end -}}
  {{- end -}}
  {{- if $all -}}{{- toYaml $all -}}{{- end -}}
{{- end -}}

{{/* Call: rootContext, entry. */}}
{{- define "common.lib.metadata" -}}
{{- $root := .rootContext -}}
{{- $labels := include "common.lib.textMap" (dict "rootContext" $root "maps" (list (include "common.lib.allLabels" (dict "rootContext" $root) | fromYaml) $root.Values.global.labels .labels .entry.labels)) -}}
{{- $annotations := include "common.lib.textMap" (dict "rootContext" $root "maps" (list $root.Values.global.annotations .annotations .entry.annotations)) -}}
name: {{ .entry.name }}
labels:
  {{- $labels | nindent 2 }}
{{- with $annotations }}
annotations:
  {{- . | nindent 2 }}
{{- end }}
namespace: {{ $root.Release.Namespace }}
{{- end -}}
