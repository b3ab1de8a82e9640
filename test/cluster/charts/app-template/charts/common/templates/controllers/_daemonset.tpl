{{- define "common.class.daemonset" -}}
{{- $controller := .controller -}}
{{- include "common.lib.object" (dict "rootContext" .rootContext "apiVersion" "apps/v1" "kind" "DaemonSet" "entry" $controller "body" (include "common.class.daemonset.spec" .) "labels" (dict "app.kubernetes.io/controller" $controller.identifier)) -}}
{{- end -}}

{{- define "common.class.daemonset.spec" -}}
spec:
  revisionHistoryLimit: {{ default 3 .controller.revisionHistoryLimit }}
  selector:
    matchLabels:
      {{- include "common.lib.selectorLabels" (dict "rootContext" .rootContext "controller" .controller.identifier) | nindent 6 }}
  template:
    {{- include "common.controllers.template" . | nindent 4 }}
{{- end -}}
