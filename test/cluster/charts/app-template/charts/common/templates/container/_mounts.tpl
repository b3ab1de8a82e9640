{{/* Mounts for every container, and those that name controller and container. */}}
{{- define "common.container.mounts" -}}
  {{- $root := .rootContext -}}
  {{- $mounts := list -}}
  {{- $entries := include "common.values.enabled" (dict "rootContext" $root "entries" $root.Values.persistence) | fromYaml -}}
  {{- range $identifier, $entry := $entries -}}
    {{- $wanted := list -}}
    {{- if hasKey $entry "globalMounts" -}}
      {{- $wanted = $entry.globalMounts -}}
    {{- else if hasKey $entry "advancedMounts" -}}
      {{- $wanted = dig $.controller.identifier $.container.identifier list $entry.advancedMounts -}}
    {{- else -}}
      {{- $wanted = list (dict "path" (printf "/%s" $identifier)) -}}
    {{- end -}}
    {{- range $mount := $wanted -}}
      {{- $path := tpl (default (printf "/%s" $identifier) $mount.path) $root -}}
      {{- $one := dict "name" $identifier "mountPath" $path -}}
      {{- with $mount.subPath -}}{{- $_ := set $one "subPath" (tpl . $root) -}}{{- end -}}
      {{- with $mount.readOnly -}}{{- $_ := set $one "readOnly" . -}}{{- end -}}
      {{- with $mount.mountPropagation -}}{{- $_ := set $one "mountPropagation" . -}}{{- end -}}
      {{- $mounts = append $mounts $one -}}
    {{- end -}}
  {{- end -}}
  {{- if $mounts -}}{{- toYaml $mounts -}}{{- end -}}
{{- end -}}
