{{/* A library's values lie below its name: they are defaults for the values of the chart that uses it. */}}
{{- define "common.values.init" -}}
  {{- with .Values.common -}}
    {{- $own := deepCopy (omit $.Values "common") -}}
    {{- $_ := set $ "Values" (mustMergeOverwrite (deepCopy .) $own) -}}
  {{- end -}}
{{- end -}}
