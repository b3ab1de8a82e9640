{{- define "common.render.serviceAccounts" -}}
  {{- $accounts := include "common.values.enabled" (dict "rootContext" $ "entries" .Values.serviceAccount) | fromYaml -}}
  {{- range $identifier, $account := $accounts -}}
    {{- include "common.lib.object" (dict "rootContext" $ "apiVersion" "v1" "kind" "ServiceAccount" "entry" $account "body" "") -}}
  {{- end -}}
{{- end -}}

{{- define "common.render.rbac" -}}
  {{- $roles := include "common.values.enabled" (dict "rootContext" $ "entries" .Values.rbac.roles) | fromYaml -}}
  {{- range $identifier, $role := $roles -}}
    {{- $body := printf "rules:\n%s" (include "common.lib.rendered" (dict "rootContext" $ "value" $role.rules) | indent 2) -}}
    {{- include "common.lib.object" (dict "rootContext" $ "apiVersion" "rbac.authorization.k8s.io/v1" "kind" (default "Role" $role.type) "entry" $role "body" $body) -}}
  {{- end -}}
  {{- $bindings := include "common.values.enabled" (dict "rootContext" $ "entries" .Values.rbac.bindings) | fromYaml -}}
  {{- range $identifier, $binding := $bindings -}}
    {{- include "common.lib.object" (dict "rootContext" $ "apiVersion" "rbac.authorization.k8s.io/v1" "kind" (default "RoleBinding" $binding.type) "entry" $binding "body" (include "common.class.binding" (dict "rootContext" $ "binding" $binding "roles" $roles))) -}}
  {{- end -}}
{{- end -}}

{{- define "common.class.binding" -}}
{{- $root := .rootContext -}}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  {{- if .binding.roleRef.identifier }}
  {{- $role := get .roles .binding.roleRef.identifier }}
  kind: {{ default "Role" $role.type }}
  name: {{ $role.name }}
  {{- else }}
  kind: {{ .binding.roleRef.kind }}
  name: {{ tpl .binding.roleRef.name $root }}
  {{- end }}
subjects:
{{- range $subject := .binding.subjects }}
  - kind: {{ default "ServiceAccount" $subject.kind }}
    {{- if $subject.identifier }}
    name: {{ include "common.lib.nameOf" (dict "rootContext" $root "family" "serviceAccount" "identifier" $subject.identifier) }}
    {{- else }}
    name: {{ tpl $subject.name $root }}
    {{- end }}
    namespace: {{ tpl (default $root.Release.Namespace $subject.namespace) $root }}
{{- end }}
{{- end -}}

{{- define "common.render.networkPolicies" -}}
  {{- $policies := include "common.values.enabled" (dict "rootContext" $ "entries" .Values.networkpolicies) | fromYaml -}}
  {{- range $identifier, $policy := $policies -}}
    {{- $selector := dict "matchLabels" (include "common.lib.selectorLabels" (dict "rootContext" $ "controller" $policy.controller) | fromYaml) -}}
    {{- $spec := merge (dict "podSelector" (default $selector $policy.podSelector)) (dict "policyTypes" $policy.policyTypes) (default dict $policy.rules) -}}
    {{- include "common.lib.object" (dict "rootContext" $ "apiVersion" "networking.k8s.io/v1" "kind" "NetworkPolicy" "entry" $policy "body" (printf "spec:\n%s" (include "common.lib.rendered" (dict "rootContext" $ "value" $spec) | indent 2))) -}}
  {{- end -}}
{{- end -}}
