{{/* A claim of its own for what has a size and names no claim that is there. */}}
{{- define "common.render.persistence" -}}
  {{- $entries := include "common.values.enabled" (dict "rootContext" $ "entries" .Values.persistence) | fromYaml -}}
  {{- range $identifier, $entry := $entries -}}
    {{- if and (eq (default "persistentVolumeClaim" $entry.type) "persistentVolumeClaim") (not $entry.existingClaim) -}}
      {{- $keep := ternary (dict "helm.sh/resource-policy" "keep") dict (default false $entry.retain) -}}
      {{- include "common.lib.object" (dict "rootContext" $ "apiVersion" "v1" "kind" "PersistentVolumeClaim" "entry" $entry "body" (include "common.class.claim" (dict "rootContext" $ "entry" $entry)) "annotations" $keep) -}}
    {{- end -}}
  {{- end -}}
{{- end -}}

{{- define "common.class.claim" -}}
spec:
  accessModes:
    - {{ required (printf "persistence %s needs an accessMode" .entry.identifier) .entry.accessMode | quote }}
  resources:
    requests:
      storage: {{ required (printf "persistence %s needs a size" .entry.identifier) .entry.size | quote }}
  {{- with .entry.storageClass }}
  storageClassName: {{ if eq "-" . }}""{{ else }}{{ tpl . $.rootContext | quote }}{{ end }}
  {{- end }}
{{- end -}}
