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

{{- define "common.render.rawResources" -}}
  {{- $resources := include "common.values.enabled" (dict "rootContext" $ "entries" .Values.rawResources) | fromYaml -}}
  {{- range $identifier, $resource := $resources -}}
    {{- $body := include "common.lib.rendered" (dict "rootContext" $ "value" (default (omit $resource "apiVersion" "kind" "identifier" "name" "enabled" "labels" "annotations" "manifest") $resource.manifest)) -}}
    {{- include "common.lib.object" (dict "rootContext" $ "apiVersion" $resource.apiVersion "kind" $resource.kind "entry" $resource "body" $body) -}}
  {{- end -}}
{{- end -}}
