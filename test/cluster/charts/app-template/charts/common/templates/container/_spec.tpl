{{/* Call: rootContext, controller, container, init. */}}
{{- define "common.container.spec" -}}
{{- $root := .rootContext -}}
{{- $container := .container -}}
name: {{ default $container.identifier $container.nameOverride }}
image: {{ include "common.container.image" . | quote }}
{{- with $container.image.pullPolicy }}
imagePullPolicy: {{ . }}
{{- end }}
{{- range $key := list "command" "args" -}}
{{- with (get $container $key) }}
{{ $key }}:
  {{- if kindIs "string" . }}
  - {{ tpl . $root | quote }}
  {{- else }}
  {{- include "common.lib.rendered" (dict "rootContext" $root "value" .) | nindent 2 }}
  {{- end }}
{{- end }}
{{- end }}
{{- include "common.lib.fields" (dict "rootContext" $root "from" $container "keys" (list "workingDir" "restartPolicy" "stdin" "tty" "securityContext" "lifecycle" "ports" "terminationMessagePath" "terminationMessagePolicy" "resources")) -}}
{{- with (include "common.container.env" .) }}
env:
  {{- . | nindent 2 }}
{{- end }}
{{- with (include "common.container.envFrom" .) }}
envFrom:
  {{- . | nindent 2 }}
{{- end }}
{{- if not .init }}
{{- include "common.container.probes" . }}
{{- end }}
{{- with (include "common.container.mounts" .) }}
volumeMounts:
  {{- . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "common.container.image" -}}
  {{- $image := .container.image -}}
  {{- if kindIs "string" $image -}}
    {{- tpl $image .rootContext -}}
  {{- else -}}
    {{- $repository := tpl (required (printf "container %s needs an image" .container.identifier) $image.repository) .rootContext -}}
    {{- $tag := tpl (toString (default "" $image.tag)) .rootContext -}}
    {{- if hasPrefix "sha256:" $tag -}}
      {{- printf "%s@%s" $repository $tag -}}
    {{- else if $image.digest -}}
      {{- printf "%s:%s@%s" $repository $tag $image.digest -}}
    {{- else if $tag -}}
      {{- printf "%s:%s" $repository $tag -}}
    {{- else -}}
      {{- $repository -}}
    {{- end -}}
  {{- end -}}
{{- end -}}
