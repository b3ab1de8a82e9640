{{/* Pod options of the controller over those of all pods: merged, or the one instead of the other. */}}
{{- define "common.pod.options" -}}
  {{- $values := .rootContext.Values -}}
  {{- $defaults := deepCopy (default dict $values.defaultPodOptions) -}}
  {{- $own := deepCopy (default dict .controller.pod) -}}
  {{- if eq $values.defaultPodOptionsStrategy "merge" -}}
    {{- toYaml (mustMergeOverwrite $defaults $own) -}}
  {{- else -}}
    {{- range $key, $value := $own -}}
      {{- $_ := set $defaults $key $value -}}
    {{- end -}}
    {{- toYaml $defaults -}}
  {{- end -}}
{{- end -}}
