{{/* The one template that a chart has to call. */}}
{{- define "common.loader.all" -}}
  {{- include "common.loader.init" . -}}
  {{- include "common.loader.generate" . -}}
{{- end -}}
