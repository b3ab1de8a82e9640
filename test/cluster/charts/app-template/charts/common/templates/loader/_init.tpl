{{/* Values first: all that follows reads the merged ones. */}}
{{- define "common.loader.init" -}}
  {{- include "common.values.init" . -}}
{{- end -}}
