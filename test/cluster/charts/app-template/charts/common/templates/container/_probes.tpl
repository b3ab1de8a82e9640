{{/* Probes are on where they are asked for, and look at the first port of the controller's service unless they are custom. */}}
{{- define "common.container.probes" -}}
{{- range $type := list "liveness" "readiness" "startup" -}}
{{- $probe := get (default dict $.container.probes) $type -}}
{{- if and $probe (dig "enabled" true $probe) -}}
{{- $spec := deepCopy (default dict $probe.spec) -}}
{{- if not $probe.custom -}}
{{- $port := coalesce $probe.port $spec.port (include "common.container.servicePort" $) -}}
{{- $spec = omit $spec "port" -}}
{{- if $port -}}
{{- $kind := default "TCP" $probe.type | upper -}}
{{- if or (eq $kind "HTTP") (eq $kind "HTTPS") -}}
{{- $_ := set $spec "httpGet" (dict "path" (default "/" $probe.path) "port" (int $port) "scheme" $kind) -}}
{{- else -}}
{{- $_ := set $spec "tcpSocket" (dict "port" (int $port)) -}}
{{- end -}}
{{- end -}}
{{- $spec = merge $spec (dict "initialDelaySeconds" 0 "timeoutSeconds" 1 "periodSeconds" (ternary 5 10 (eq $type "startup")) "failureThreshold" (ternary 30 3 (eq $type "startup"))) -}}
{{- end -}}
{{- $action := or $spec.httpGet $spec.tcpSocket $spec.exec $spec.grpc -}}
{{- if $action }}
{{ $type }}Probe:
  {{- include "common.lib.rendered" (dict "rootContext" $.rootContext "value" $spec) | nindent 2 }}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "common.container.servicePort" -}}
  {{- $found := "" -}}
  {{- range $identifier, $service := .rootContext.Values.service -}}
    {{- if and (not $found) (kindIs "map" $service) (dig "enabled" true $service) -}}
      {{- if eq (default $.controller.identifier $service.controller) $.controller.identifier -}}
        {{- range $name := (keys (default dict $service.ports) | sortAlpha) -}}
          {{- $port := get $service.ports $name -}}
          {{- if and (not $found) $port (dig "enabled" true $port) -}}
            {{- $found = toString (default $port.port $port.targetPort) -}}
          {{- end -}}
        {{- end -}}
      {{- end -}}
    {{- end -}}
  {{- end -}}
  {{- if regexMatch "^[0-9]+$" $found -}}{{- $found -}}{{- end -}}
{{- end -}}
