{{/* Workloads: a class for each type. */}}
{{- define "common.render.controllers" -}}
  {{- $controllers := include "common.values.enabled" (dict "rootContext" $ "entries" .Values.controllers) | fromYaml -}}
  {{- range $identifier, $controller := $controllers -}}
    {{- $object := include "common.controllers.defaults" (dict "rootContext" $ "controller" $controller) | fromYaml -}}
    {{- include "common.controllers.validate" (dict "rootContext" $ "controller" $object) -}}
    {{- include (printf "common.class.%s" $object.type) (dict "rootContext" $ "controller" $object) -}}
  {{- end -}}
{{- end -}}

{{- define "common.controllers.defaults" -}}
  {{- $controller := .controller -}}
  {{- $_ := set $controller "type" (default "deployment" $controller.type | lower) -}}
  {{- if and (not (hasKey $controller "replicas")) (has $controller.type (list "deployment" "statefulset")) -}}
    {{- $_ := set $controller "replicas" 1 -}}
  {{- end -}}
  {{- range $family := list "containers" "initContainers" -}}
    {{- range $name, $container := (default dict (get $controller $family)) -}}
      {{- if $container -}}
        {{- $defaults := deepCopy (default dict $controller.defaultContainerOptions) -}}
        {{- $_ := set (get $controller $family) $name (mustMergeOverwrite $defaults (deepCopy $container)) -}}
      {{- end -}}
    {{- end -}}
  {{- end -}}
  {{- toYaml $controller -}}
{{- end -}}

{{- define "common.controllers.validate" -}}
  {{- $known := list "deployment" "statefulset" "daemonset" "cronjob" "job" -}}
  {{- if not (has .controller.type $known) -}}
    {{- fail (printf "controller %s: type %s is none of %s" .controller.identifier .controller.type (join ", " $known)) -}}
  {{- end -}}
  {{- $enabled := 0 -}}
  {{- range $name, $container := .controller.containers -}}
    {{- if dig "enabled" true (default dict $container) -}}{{- $enabled = add1 $enabled -}}{{- end -}}
  {{- end -}}
  {{- if eq (int $enabled) 0 -}}
    {{- fail (printf "controller %s has no container" .controller.identifier) -}}
  {{- end -}}
{{- end -}}

{{/* The labels of a workload, and of the pods in it. */}}
{{- define "common.controllers.template" -}}
{{- $root := .rootContext -}}
{{- $controller := .controller -}}
{{- $options := include "common.pod.options" . | fromYaml -}}
{{- $labels := include "common.lib.textMap" (dict "rootContext" $root "maps" (list (include "common.lib.selectorLabels" (dict "rootContext" $root "controller" $controller.identifier) | fromYaml) $options.labels)) -}}
{{- $sums := include "common.controllers.checksums" $root -}}
{{- $annotations := include "common.lib.textMap" (dict "rootContext" $root "maps" (list ($sums | fromYaml) $options.annotations)) -}}
metadata:
  labels:
    {{- $labels | nindent 4 }}
  {{- with $annotations }}
  annotations:
    {{- . | nindent 4 }}
  {{- end }}
spec:
  {{- include "common.pod.spec" (dict "rootContext" $root "controller" $controller "options" $options) | nindent 2 }}
{{- end -}}

{{/* Pods start again when a ConfigMap or Secret of the values changes. */}}
{{- define "common.controllers.checksums" -}}
  {{- range $family := list "configMaps" "secrets" -}}
    {{- $sums := dict -}}
    {{- range $identifier, $entry := (get $.Values $family) -}}
      {{- if and (kindIs "map" $entry) (dig "enabled" true $entry) (dig "includeInChecksum" true $entry) -}}
        {{- $content := coalesce $entry.data $entry.stringData dict -}}
        {{- $_ := set $sums $identifier (tpl (toYaml $content) $ | sha256sum) -}}
      {{- end -}}
    {{- end -}}
    {{- if $sums }}
checksum/{{ lower $family }}: {{ toYaml $sums | sha256sum }}
    {{- end -}}
  {{- end -}}
{{- end -}}
