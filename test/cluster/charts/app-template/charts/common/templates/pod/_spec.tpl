{{/* Call: rootContext, controller, options. */}}
{{- define "common.pod.spec" -}}
{{- $root := .rootContext -}}
{{- $controller := .controller -}}
{{- $options := .options -}}
enableServiceLinks: {{ dig "enableServiceLinks" false $options }}
automountServiceAccountToken: {{ dig "automountServiceAccountToken" true $options }}
serviceAccountName: {{ include "common.pod.serviceAccount" . | quote }}
{{- $restart := default (ternary "Never" "Always" (has $controller.type (list "cronjob" "job"))) $options.restartPolicy }}
restartPolicy: {{ $restart }}
{{- if $options.hostNetwork }}
hostNetwork: true
dnsPolicy: {{ default "ClusterFirstWithHostNet" $options.dnsPolicy }}
{{- else }}
dnsPolicy: {{ default "ClusterFirst" $options.dnsPolicy }}
{{- end }}
{{- include "common.lib.fields" (dict "rootContext" $root "from" $options "keys" (list "hostIPC" "hostPID" "hostUsers" "hostname" "hostAliases" "dnsConfig" "securityContext" "nodeSelector" "affinity" "tolerations" "imagePullSecrets" "priorityClassName" "runtimeClassName" "schedulerName" "shareProcessNamespace" "terminationGracePeriodSeconds" "activeDeadlineSeconds" "resourceClaims")) -}}
{{- with $options.topologySpreadConstraints }}
topologySpreadConstraints:
  {{- include "common.pod.spread" (dict "rootContext" $root "controller" $controller "constraints" .) | nindent 2 }}
{{- end }}
{{- with (include "common.container.list" (dict "rootContext" $root "controller" $controller "family" "initContainers")) }}
initContainers:
  {{- . | nindent 2 }}
{{- end }}
containers:
  {{- include "common.container.list" (dict "rootContext" $root "controller" $controller "family" "containers") | nindent 2 }}
{{- with (include "common.pod.volumes" .) }}
volumes:
  {{- . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* A constraint without a selector means the pods of its own controller. */}}
{{- define "common.pod.spread" -}}
  {{- $constraints := list -}}
  {{- range $constraint := .constraints -}}
    {{- $selector := dict "matchLabels" (include "common.lib.selectorLabels" (dict "rootContext" $.rootContext "controller" $.controller.identifier) | fromYaml) -}}
    {{- $constraints = append $constraints (merge (deepCopy $constraint) (dict "labelSelector" $selector)) -}}
  {{- end -}}
  {{- include "common.lib.rendered" (dict "rootContext" $.rootContext "value" $constraints) -}}
{{- end -}}

{{- define "common.pod.serviceAccount" -}}
  {{- $wanted := .controller.serviceAccount -}}
  {{- if and (kindIs "map" $wanted) $wanted.name -}}
    {{- tpl $wanted.name .rootContext -}}
  {{- else if and (kindIs "map" $wanted) $wanted.identifier -}}
    {{- include "common.lib.nameOf" (dict "rootContext" .rootContext "family" "serviceAccount" "identifier" $wanted.identifier) -}}
  {{- else -}}
    {{- default "default" .options.serviceAccountName -}}
  {{- end -}}
{{- end -}}
