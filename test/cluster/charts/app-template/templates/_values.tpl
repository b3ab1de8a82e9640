{{/* What this chart sets before the library looks: a label that says who made the objects. */}}
{{- define "app-template.values" -}}
  {{- $global := default dict .Values.global -}}
  {{- $_ := set .Values "global" (merge $global (dict "labels" (dict "app.example.com/made-from" "app-template"))) -}}
{{- end -}}
