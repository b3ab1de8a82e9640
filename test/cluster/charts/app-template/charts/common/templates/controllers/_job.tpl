{{- define "common.class.job" -}}
{{- $controller := .controller -}}
{{- include "common.lib.object" (dict "rootContext" .rootContext "apiVersion" "batch/v1" "kind" "Job" "entry" $controller "body" (printf "spec:\n%s" (include "common.class.job.spec" (dict "rootContext" .rootContext "controller" $controller "settings" (default dict $controller.job)) | indent 2)) "labels" (dict "app.kubernetes.io/controller" $controller.identifier)) -}}
{{- end -}}

{{- define "common.class.job.spec" -}}
backoffLimit: {{ dig "backoffLimit" 6 .settings }}
{{- with .settings.ttlSecondsAfterFinished }}
ttlSecondsAfterFinished: {{ . }}
{{- end }}
{{- with .settings.activeDeadlineSeconds }}
activeDeadlineSeconds: {{ . }}
{{- end }}
template:
  {{- include "common.controllers.template" . | nindent 2 }}
{{- end -}}

{{- define "common.class.cronjob" -}}
{{- $controller := .controller -}}
{{- include "common.lib.object" (dict "rootContext" .rootContext "apiVersion" "batch/v1" "kind" "CronJob" "entry" $controller "body" (include "common.class.cronjob.spec" .) "labels" (dict "app.kubernetes.io/controller" $controller.identifier)) -}}
{{- end -}}

{{- define "common.class.cronjob.spec" -}}
{{- $settings := default dict .controller.cronjob -}}
spec:
  suspend: {{ dig "suspend" false $settings }}
  schedule: {{ tpl (default "*/20 * * * *" $settings.schedule) .rootContext | quote }}
  {{- with $settings.timeZone }}
  timeZone: {{ tpl . $.rootContext }}
  {{- end }}
  concurrencyPolicy: {{ default "Forbid" $settings.concurrencyPolicy }}
  successfulJobsHistoryLimit: {{ dig "successfulJobsHistory" 1 $settings }}
  failedJobsHistoryLimit: {{ dig "failedJobsHistory" 1 $settings }}
  startingDeadlineSeconds: {{ default 30 $settings.startingDeadlineSeconds }}
  jobTemplate:
    spec:
      {{- include "common.class.job.spec" (dict "rootContext" .rootContext "controller" .controller "settings" $settings) | nindent 6 }}
{{- end -}}
