{{/* Any value with every template in it rendered. Call: rootContext, value. */}}
{{- define "common.lib.rendered" -}}
  {{- tpl (toYaml .value) .rootContext -}}
{{- end -}}

{{/* `key: value` where the value says something. Call: rootContext, key, value. */}}
{{- define "common.lib.field" -}}
  {{- if not (or (kindIs "invalid" .value) (and (kindIs "map" .value) (empty .value)) (and (kindIs "slice" .value) (empty .value)) (and (kindIs "string" .value) (empty .value))) -}}
    {{- include "common.lib.rendered" (dict "rootContext" .rootContext "value" (dict .key .value)) | nindent 0 -}}
  {{- end -}}
{{- end -}}

{{/* Several fields of one map, in the order asked for. Call: rootContext, from, keys. */}}
{{- define "common.lib.fields" -}}
  {{- range $key := .keys -}}
    {{- include "common.lib.field" (dict "rootContext" $.rootContext "key" $key "value" (get $.from $key)) -}}
  {{- end -}}
{{- end -}}

{{/* One document. Call: rootContext, apiVersion, kind, entry, body; labels and annotations for its metadata. */}}
{{- define "common.lib.object" -}}
{{ printf "---" }}
apiVersion: {{ .apiVersion }}
kind: {{ .kind }}
metadata:
  {{- include "common.lib.metadata" . | nindent 2 }}
{{- with .body }}
{{ . }}
{{- end }}
{{ end -}}
