{{/* Every family of objects in turn. A family that the values do not mention gives nothing. */}}
{{- define "common.loader.generate" -}}
  {{- range $family := list "serviceAccounts" "persistence" "configMaps" "secrets" "controllers" "services" "ingresses" "routes" "serviceMonitors" "rbac" "networkPolicies" "rawResources" -}}
    {{- include (printf "common.render.%s" $family) $ -}}
  {{- end -}}
{{- end -}}
