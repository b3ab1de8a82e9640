{{- define "common.render.configMaps" -}}
  {{- $maps := include "common.values.enabled" (dict "rootContext" $ "entries" .Values.configMaps) | fromYaml -}}
  {{- range $identifier, $map := $maps -}}
    {{- $body := printf "data:\n%s" (include "common.lib.rendered" (dict "rootContext" $ "value" (default dict $map.data)) | indent 2) -}}
    {{- include "common.lib.object" (dict "rootContext" $ "apiVersion" "v1" "kind" "ConfigMap" "entry" $map "body" $body) -}}
  {{- end -}}
{{- end -}}

{{- define "common.render.secrets" -}}
  {{- $secrets := include "common.values.enabled" (dict "rootContext" $ "entries" .Values.secrets) | fromYaml -}}
  {{- range $identifier, $secret := $secrets -}}
    {{- $body := printf "type: %s\nstringData:\n%s" (default "Opaque" $secret.type) (include "common.lib.rendered" (dict "rootContext" $ "value" (default dict $secret.stringData)) | indent 2) -}}
    {{- include "common.lib.object" (dict "rootContext" $ "apiVersion" "v1" "kind" "Secret" "entry" $secret "body" $body) -}}
  {{- end -}}
{{- end -}}

{{/* Objects as they are, below `manifest` or beside their name. */}}
{{- define "common.render.rawResources" -}}
  {{- $resources := include "common.values.enabled" (dict "rootContext" $ "entries" .Values.rawResources) | fromYaml -}}
  {{- range $identifier, $resource := $resources -}}
    {{- $manifest := default $resource $resource.manifest -}}
    {{- $body := include "common.lib.rendered" (dict "rootContext" $ "value" (omit $manifest "apiVersion" "kind" "metadata" "identifier" "name" "enabled" "labels" "annotations")) -}}
    {{- include "common.lib.object" (dict "rootContext" $ "apiVersion" $manifest.apiVersion "kind" $manifest.kind "entry" $resource "body" $body) -}}
  {{- end -}}
{{- end -}}
