{{- define "common.render.routes" -}}
  {{- $routes := include "common.values.enabled" (dict "rootContext" $ "entries" .Values.route) | fromYaml -}}
  {{- range $identifier, $route := $routes -}}
    {{- $kind := default "HTTPRoute" $route.kind -}}
    {{- $version := ternary "gateway.networking.k8s.io/v1" "gateway.networking.k8s.io/v1alpha2" (has $kind (list "HTTPRoute" "GRPCRoute")) -}}
    {{- include "common.lib.object" (dict "rootContext" $ "apiVersion" $version "kind" $kind "entry" $route "body" (include "common.class.route" (dict "rootContext" $ "route" $route))) -}}
  {{- end -}}
{{- end -}}

{{- define "common.class.route" -}}
{{- $root := .rootContext -}}
spec:
  parentRefs:
  {{- range $parent := .route.parentRefs }}
    - {{ include "common.lib.rendered" (dict "rootContext" $root "value" (merge (deepCopy $parent) (dict "group" "gateway.networking.k8s.io" "kind" "Gateway"))) | nindent 6 | trim }}
  {{- end }}
  {{- with .route.hostnames }}
  hostnames:
    {{- include "common.lib.rendered" (dict "rootContext" $root "value" .) | nindent 4 }}
  {{- end }}
  rules:
  {{- range $rule := (default (list dict) .route.rules) }}
    - backendRefs:
      {{- range $reference := (default (list dict) $rule.backendRefs) }}
      {{- $backend := include "common.lib.backend" (dict "rootContext" $root "reference" $reference) | fromYaml }}
        - kind: Service
          name: {{ $backend.name }}
          port: {{ $backend.port }}
          weight: {{ dig "weight" 1 (default dict $reference) }}
      {{- end }}
      matches:
        {{- toYaml (default (list (dict "path" (dict "type" "PathPrefix" "value" "/"))) $rule.matches) | nindent 8 }}
      {{- with $rule.filters }}
      filters:
        {{- include "common.lib.rendered" (dict "rootContext" $root "value" .) | nindent 8 }}
      {{- end }}
      {{- with $rule.timeouts }}
      timeouts:
        {{- toYaml . | nindent 8 }}
      {{- end }}
  {{- end }}
{{- end -}}
