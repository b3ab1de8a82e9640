{{/* Every enabled entry of `persistence` that this controller mounts is a volume. */}}
{{- define "common.pod.volumes" -}}
  {{- $root := .rootContext -}}
  {{- $controller := .controller -}}
  {{- $volumes := list -}}
  {{- $entries := include "common.values.enabled" (dict "rootContext" $root "entries" $root.Values.persistence) | fromYaml -}}
  {{- range $identifier, $entry := $entries -}}
    {{- $advanced := default dict $entry.advancedMounts -}}
    {{- if or (empty $advanced) (hasKey $advanced $controller.identifier) (hasKey $entry "globalMounts") -}}
      {{- $source := include "common.pod.volumeSource" (dict "rootContext" $root "entry" $entry) | fromYaml -}}
      {{- if $source -}}
        {{- $volumes = append $volumes (merge (dict "name" $identifier) $source) -}}
      {{- end -}}
    {{- end -}}
  {{- end -}}
  {{- if $volumes -}}{{- toYaml $volumes -}}{{- end -}}
{{- end -}}

{{- define "common.pod.volumeSource" -}}
{{- $root := .rootContext -}}
{{- $entry := .entry -}}
{{- $type := default "persistentVolumeClaim" $entry.type -}}
{{- if eq $type "persistentVolumeClaim" -}}
persistentVolumeClaim:
  claimName: {{ tpl (default $entry.name $entry.existingClaim) $root }}
{{- else if or (eq $type "configMap") (eq $type "secret") -}}
{{- $name := $entry.name -}}
{{- with $entry.identifierOf -}}
{{- $name = include "common.lib.nameOf" (dict "rootContext" $root "family" (printf "%ss" $type) "identifier" .) -}}
{{- end -}}
{{ $type }}:
  {{ ternary "name" "secretName" (eq $type "configMap") }}: {{ tpl $name $root }}
  {{- with $entry.defaultMode }}
  defaultMode: {{ . }}
  {{- end }}
  {{- with $entry.items }}
  items:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- else if eq $type "emptyDir" -}}
emptyDir:
  {{- if or $entry.medium $entry.sizeLimit }}
  {{- with $entry.medium }}
  medium: {{ . }}
  {{- end }}
  {{- with $entry.sizeLimit }}
  sizeLimit: {{ . }}
  {{- end }}
  {{- else }} {}
  {{- end }}
{{- else if eq $type "hostPath" -}}
hostPath:
  path: {{ required "a hostPath needs its path" $entry.hostPath | quote }}
  {{- with $entry.hostPathType }}
  type: {{ . }}
  {{- end }}
{{- else if eq $type "nfs" -}}
nfs:
  server: {{ tpl (required "nfs needs a server" $entry.server) $root }}
  path: {{ tpl (required "nfs needs a path" $entry.path) $root }}
{{- else if eq $type "custom" -}}
{{ include "common.lib.rendered" (dict "rootContext" $root "value" $entry.volumeSpec) }}
{{- else -}}
{{- fail (printf "persistence %s: type %s is not known" $entry.identifier $type) -}}
{{- end -}}
{{- end -}}
