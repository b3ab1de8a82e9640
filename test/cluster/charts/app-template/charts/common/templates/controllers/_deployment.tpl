{{- define "common.class.deployment" -}}
{{- $root := .rootContext -}}
{{- $controller := .controller -}}
{{- $strategy := default "Recreate" $controller.strategy -}}
{{- $body := include "common.class.deployment.spec" (dict "rootContext" $root "controller" $controller "strategy" $strategy) -}}
{{- include "common.lib.object" (dict "rootContext" $root "apiVersion" "apps/v1" "kind" "Deployment" "entry" $controller "body" $body "labels" (dict "app.kubernetes.io/controller" $controller.identifier)) -}}
{{- end -}}

{{- define "common.class.deployment.spec" -}}
spec:
  revisionHistoryLimit: {{ default 3 .controller.revisionHistoryLimit }}
  {{- if not (kindIs "invalid" .controller.replicas) }}
  replicas: {{ .controller.replicas }}
  {{- end }}
  strategy:
    type: {{ .strategy }}
    {{- with .controller.rollingUpdate }}
    {{- if eq $.strategy "RollingUpdate" }}
    rollingUpdate:
      {{- with .unavailable }}
      maxUnavailable: {{ . }}
      {{- end }}
      {{- with .surge }}
      maxSurge: {{ . }}
      {{- end }}
    {{- end }}
    {{- end }}
  selector:
    matchLabels:
      {{- include "common.lib.selectorLabels" (dict "rootContext" .rootContext "controller" .controller.identifier) | nindent 6 }}
  template:
    {{- include "common.controllers.template" . | nindent 4 }}
{{- end -}}
