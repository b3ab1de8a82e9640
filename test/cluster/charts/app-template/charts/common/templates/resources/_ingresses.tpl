{{- define "common.render.ingresses" -}}
  {{- $ingresses := include "common.values.enabled" (dict "rootContext" $ "entries" .Values.ingress) | fromYaml -}}
  {{- range $identifier, $ingress := $ingresses -}}
    {{- include "common.lib.object" (dict "rootContext" $ "apiVersion" "networking.k8s.io/v1" "kind" "Ingress" "entry" $ingress "body" (include "common.class.ingress" (dict "rootContext" $ "ingress" $ingress))) -}}
  {{- end -}}
{{- end -}}

{{- define "common.class.ingress" -}}
{{- $root := .rootContext -}}
spec:
  {{- with .ingress.className }}
  ingressClassName: {{ tpl . $root }}
  {{- end }}
  {{- with .ingress.tls }}
  tls:
    {{- include "common.lib.rendered" (dict "rootContext" $root "value" .) | nindent 4 }}
  {{- end }}
  rules:
  {{- range $host := .ingress.hosts }}
    - host: {{ tpl $host.host $root | quote }}
      http:
        paths:
        {{- range $path := $host.paths }}
        {{- $backend := include "common.lib.backend" (dict "rootContext" $root "reference" $path.service) | fromYaml }}
          - path: {{ tpl $path.path $root | quote }}
            pathType: {{ default "Prefix" $path.pathType }}
            backend:
              service:
                name: {{ $backend.name }}
                port:
                  number: {{ $backend.port }}
        {{- end }}
  {{- end }}
{{- end -}}
