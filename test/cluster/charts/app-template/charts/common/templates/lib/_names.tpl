{{- define "common.lib.chart.name" -}}
  {{- default .Chart.Name (dig "nameOverride" "" (default dict .Values.global)) | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "common.lib.chart.fullname" -}}
  {{- $override := dig "fullnameOverride" "" (default dict .Values.global) -}}
  {{- if $override -}}
    {{- tpl $override . | trunc 63 | trimSuffix "-" -}}
  {{- else if contains (include "common.lib.chart.name" .) .Release.Name -}}
    {{- .Release.Name | trunc 63 | trimSuffix "-" -}}
  {{- else if eq .Chart.Name "app-template" -}}
    {{- .Release.Name | trunc 63 | trimSuffix "-" -}}
  {{- else -}}
    {{- printf "%s-%s" .Release.Name (include "common.lib.chart.name" .) | trunc 63 | trimSuffix "-" -}}
  {{- end -}}
{{- end -}}

{{/* One object of a kind is named as the release, several by their identifiers. Call: rootContext, entry, count. */}}
{{- define "common.lib.objectName" -}}
  {{- $root := .rootContext -}}
  {{- $entry := .entry -}}
  {{- $base := include "common.lib.chart.fullname" $root -}}
  {{- if kindIs "string" $entry.name -}}
    {{- tpl $entry.name $root -}}
  {{- else if hasKey $entry "forceRename" -}}
    {{- tpl $entry.forceRename $root -}}
  {{- else if hasKey $entry "nameOverride" -}}
    {{- printf "%s-%s" $base (tpl $entry.nameOverride $root) -}}
  {{- else if hasKey $entry "suffix" -}}
    {{- printf "%s-%s" $base (tpl $entry.suffix $root) -}}
  {{- else if and (le (int .count) 1) (not $root.Values.global.alwaysAppendIdentifierToResourceName) -}}
    {{- $base -}}
  {{- else if eq $entry.identifier $base -}}
    {{- $base -}}
  {{- else -}}
    {{- printf "%s-%s" $base $entry.identifier | trunc 63 | trimSuffix "-" -}}
  {{- end -}}
{{- end -}}

{{/* The name of another object of the values, for those who refer to it. Call: rootContext, family, identifier. */}}
{{- define "common.lib.nameOf" -}}
  {{- $entries := include "common.values.enabled" (dict "rootContext" .rootContext "entries" (get .rootContext.Values .family)) | fromYaml -}}
  {{- $found := get $entries .identifier -}}
  {{- if not $found -}}
    {{- fail (printf "%s has no enabled entry %s" .family .identifier) -}}
  {{- end -}}
  {{- $found.name -}}
{{- end -}}
