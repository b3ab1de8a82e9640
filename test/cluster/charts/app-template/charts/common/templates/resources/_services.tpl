{{- define "common.render.services" -}}
  {{- $services := include "common.values.enabled" (dict "rootContext" $ "entries" .Values.service) | fromYaml -}}
  {{- range $identifier, $service := $services -}}
    {{- if not $service.controller -}}
      {{- $controllers := keys $.Values.controllers -}}
      {{- if ne (len $controllers) 1 -}}
        {{- fail (printf "service %s has to name its controller" $identifier) -}}
      {{- end -}}
      {{- $_ := set $service "controller" (first $controllers) -}}
    {{- end -}}
    {{- include "common.lib.object" (dict "rootContext" $ "apiVersion" "v1" "kind" "Service" "entry" $service "body" (include "common.class.service" (dict "rootContext" $ "service" $service)) "labels" (dict "app.kubernetes.io/service" $service.name)) -}}
  {{- end -}}
{{- end -}}

{{- define "common.class.service" -}}
{{- $service := .service -}}
{{- $type := default "ClusterIP" $service.type -}}
spec:
  type: {{ $type }}
  {{- with (include "common.lib.fields" (dict "rootContext" .rootContext "from" $service "keys" (list "clusterIP" "externalIPs" "externalName" "externalTrafficPolicy" "internalTrafficPolicy" "ipFamilies" "ipFamilyPolicy" "loadBalancerIP" "loadBalancerClass" "loadBalancerSourceRanges" "allocateLoadBalancerNodePorts" "publishNotReadyAddresses" "sessionAffinity" "sessionAffinityConfig"))) }}
  {{- trim . | nindent 2 }}
  {{- end }}
  ports:
  {{- range $name := (keys (default dict $service.ports) | sortAlpha) }}
  {{- $port := get $service.ports $name }}
  {{- if and $port (dig "enabled" true $port) }}
    - port: {{ $port.port }}
      targetPort: {{ default $port.port $port.targetPort }}
      protocol: {{ include "common.class.service.protocol" (default "TCP" $port.protocol) }}
      name: {{ $name }}
      {{- with $port.nodePort }}
      nodePort: {{ . }}
      {{- end }}
  {{- end }}
  {{- end }}
  selector:
    {{- include "common.lib.selectorLabels" (dict "rootContext" .rootContext "controller" $service.controller) | nindent 4 }}
{{- end -}}

{{- define "common.class.service.protocol" -}}
  {{- if eq (upper .) "UDP" -}}UDP{{- else -}}TCP{{- end -}}
{{- end -}}

{{/* The first service that a reference means, with its port. Call: rootContext, reference. */}}
{{- define "common.lib.backend" -}}
  {{- $root := .rootContext -}}
  {{- $reference := default dict .reference -}}
  {{- if $reference.name -}}
    {{- toYaml (dict "name" (tpl $reference.name $root) "port" $reference.port) -}}
  {{- else -}}
    {{- $services := include "common.values.enabled" (dict "rootContext" $root "entries" $root.Values.service) | fromYaml -}}
    {{- $identifier := default (keys $services | sortAlpha | first) $reference.identifier -}}
    {{- $service := get $services $identifier -}}
    {{- $ports := default dict $service.ports -}}
    {{- $port := $reference.port -}}
    {{- if or (empty $port) (kindIs "string" $port) -}}
      {{- $port = (get $ports (default (keys $ports | sortAlpha | first) $port)).port -}}
    {{- end -}}
    {{- toYaml (dict "name" $service.name "port" $port) -}}
  {{- end -}}
{{- end -}}
