{{/* The enabled containers of one family, those that others depend on first. Call: rootContext, controller, family. */}}
{{- define "common.container.list" -}}
  {{- $root := .rootContext -}}
  {{- $controller := .controller -}}
  {{- $containers := list -}}
  {{- $family := default dict (get $controller .family) -}}
  {{- $order := include "common.container.order" (dict "family" $family) | fromYamlArray -}}
  {{- range $name := $order -}}
    {{- $container := merge (dict "identifier" $name) (deepCopy (get $family $name)) -}}
    {{- $containers = append $containers (include "common.container.spec" (dict "rootContext" $root "controller" $controller "container" $container "init" (eq $.family "initContainers")) | fromYaml) -}}
  {{- end -}}
  {{- if $containers -}}{{- toYaml $containers -}}{{- end -}}
{{- end -}}

{{- define "common.container.order" -}}
  {{- $order := list -}}
  {{- $waiting := list -}}
  {{- range $name, $container := .family -}}
    {{- if and $container (dig "enabled" true $container) -}}
      {{- if $container.dependsOn -}}
        {{- $waiting = append $waiting $name -}}
      {{- else -}}
        {{- $order = append $order $name -}}
      {{- end -}}
    {{- end -}}
  {{- end -}}
  {{- toYaml (concat $order $waiting) -}}
{{- end -}}
