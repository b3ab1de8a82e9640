{{- define "common.render.serviceMonitors" -}}
  {{- $monitors := include "common.values.enabled" (dict "rootContext" $ "entries" .Values.serviceMonitor) | fromYaml -}}
  {{- range $identifier, $monitor := $monitors -}}
    {{- include "common.lib.object" (dict "rootContext" $ "apiVersion" "monitoring.coreos.com/v1" "kind" "ServiceMonitor" "entry" $monitor "body" (include "common.class.serviceMonitor" (dict "rootContext" $ "monitor" $monitor))) -}}
  {{- end -}}
{{- end -}}

{{- define "common.class.serviceMonitor" -}}
{{- $root := .rootContext -}}
{{- $service := "" -}}
{{- if .monitor.serviceName -}}
{{- $service = tpl .monitor.serviceName $root -}}
{{- else -}}
{{- $identifier := default (dig "identifier" "" (default dict .monitor.service)) "" -}}
{{- $backend := include "common.lib.backend" (dict "rootContext" $root "reference" (dict "identifier" $identifier)) | fromYaml -}}
{{- $service = $backend.name -}}
{{- end -}}
spec:
  jobLabel: {{ default .monitor.name .monitor.jobLabel | quote }}
  namespaceSelector:
    matchNames:
      - {{ $root.Release.Namespace }}
  selector:
    matchLabels:
      app.kubernetes.io/service: {{ $service }}
      {{- include "common.lib.selectorLabels" (dict "rootContext" $root) | nindent 6 }}
  endpoints:
    {{- include "common.lib.rendered" (dict "rootContext" $root "value" .monitor.endpoints) | nindent 4 }}
  {{- with .monitor.targetLabels }}
  targetLabels:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}
