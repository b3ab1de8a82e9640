{{/* The enabled entries of a map of objects, as YAML: each with its identifier and its name. Call: rootContext, entries, id of the kind. */}}
{{- define "common.values.enabled" -}}
  {{- $enabled := dict -}}
  {{- range $identifier, $entry := .entries -}}
    {{- if kindIs "map" $entry -}}
      {{- $switch := dig "enabled" true $entry -}}
      {{- if kindIs "string" $switch -}}
        {{- $switch = eq (tpl $switch $.rootContext) "true" -}}
      {{- end -}}
      {{- if $switch -}}
        {{- $_ := set $enabled $identifier (merge (dict "identifier" $identifier) (deepCopy $entry)) -}}
      {{- end -}}
    {{- end -}}
  {{- end -}}
  {{- $count := len $enabled -}}
  {{- range $identifier, $entry := $enabled -}}
    {{- $_ := set $entry "name" (include "common.lib.objectName" (dict "rootContext" $.rootContext "entry" $entry "count" $count)) -}}
  {{- end -}}
  {{- toYaml $enabled -}}
{{- end -}}
