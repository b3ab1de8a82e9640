{{/* A variable is a text, a source, or a list of either with names. Sorted, because maps have no order. */}}
{{- define "common.container.env" -}}
  {{- $root := .rootContext -}}
  {{- $env := list -}}
  {{- $wanted := .container.env -}}
  {{- if kindIs "slice" $wanted -}}
    {{- range $entry := $wanted -}}
      {{- $env = append $env (include "common.lib.rendered" (dict "rootContext" $root "value" $entry) | fromYaml) -}}
    {{- end -}}
  {{- else if kindIs "map" $wanted -}}
    {{- range $name := (keys $wanted | sortAlpha) -}}
      {{- $value := get $wanted $name -}}
      {{- if kindIs "map" $value -}}
        {{- $source := omit $value "dependsOn" -}}
        {{- if hasKey $source "value" -}}
          {{- $env = append $env (dict "name" $name "value" (tpl (toString $source.value) $root)) -}}
        {{- else if hasKey $source "valueFrom" -}}
          {{- $env = append $env (dict "name" $name "valueFrom" (include "common.lib.rendered" (dict "rootContext" $root "value" $source.valueFrom) | fromYaml)) -}}
        {{- else -}}
          {{- $env = append $env (dict "name" $name "valueFrom" (include "common.lib.rendered" (dict "rootContext" $root "value" $source) | fromYaml)) -}}
        {{- end -}}
      {{- else if kindIs "float64" $value -}}
        {{- $env = append $env (dict "name" $name "value" ($value | toJson)) -}}
      {{- else if not (kindIs "invalid" $value) -}}
        {{- $env = append $env (dict "name" $name "value" (tpl (toString $value) $root)) -}}
      {{- end -}}
    {{- end -}}
  {{- end -}}
  {{- if $env -}}{{- toYaml $env -}}{{- end -}}
{{- end -}}

{{- define "common.container.envFrom" -}}
  {{- $root := .rootContext -}}
  {{- $from := list -}}
  {{- range $entry := .container.envFrom -}}
    {{- $one := dict -}}
    {{- range $kind, $reference := $entry -}}
      {{- if hasSuffix "Ref" $kind -}}
        {{- $_ := set $one $kind (dict "name" (tpl $reference.name $root)) -}}
      {{- else if and (has $kind (list "configMap" "secret")) (kindIs "string" $reference) -}}
        {{- $_ := set $one (printf "%sRef" $kind) (dict "name" (tpl $reference $root)) -}}
      {{- else -}}
        {{- $_ := set $one $kind $reference -}}
      {{- end -}}
    {{- end -}}
    {{- $from = append $from $one -}}
  {{- end -}}
  {{- if $from -}}{{- toYaml $from -}}{{- end -}}
{{- end -}}
