{{- define "common.class.statefulset" -}}
{{- $controller := .controller -}}
{{- include "common.lib.object" (dict "rootContext" .rootContext "apiVersion" "apps/v1" "kind" "StatefulSet" "entry" $controller "body" (include "common.class.statefulset.spec" .) "labels" (dict "app.kubernetes.io/controller" $controller.identifier)) -}}
{{- end -}}

{{- define "common.class.statefulset.spec" -}}
{{- $own := default dict .controller.statefulset -}}
spec:
  replicas: {{ .controller.replicas }}
  serviceName: {{ .controller.name }}
  podManagementPolicy: {{ default "OrderedReady" $own.podManagementPolicy }}
  updateStrategy:
    type: {{ default "RollingUpdate" .controller.strategy }}
  selector:
    matchLabels:
      {{- include "common.lib.selectorLabels" (dict "rootContext" .rootContext "controller" .controller.identifier) | nindent 6 }}
  template:
    {{- include "common.controllers.template" . | nindent 4 }}
  {{- with $own.volumeClaimTemplates }}
  volumeClaimTemplates:
    {{- range $claim := . }}
    - metadata:
        name: {{ $claim.name }}
      spec:
        accessModes: [{{ $claim.accessMode | quote }}]
        resources:
          requests:
            storage: {{ $claim.size | quote }}
        {{- with $claim.storageClass }}
        storageClassName: {{ tpl . $.rootContext }}
        {{- end }}
    {{- end }}
  {{- end }}
{{- end -}}
