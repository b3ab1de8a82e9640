/** Writes a chart of a hundred templates, which nobody would want to keep as a hundred files. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export const hundredCount = 100;

/** A template of each kind in turn; all lean on the same few helpers, as in charts of this size. */
const bodies: readonly ((number: string) => string)[] = [
  (number) => `apiVersion: v1
kind: ConfigMap
metadata:
  {{- include "hundred.metadata" (dict "root" . "part" "${number}") | nindent 2 }}
data:
  part: "${number}"
  settings.yaml: |
    {{- toYaml (merge (dict "part" "${number}") (deepCopy .Values.settings)) | nindent 4 }}
`,
  (number) => `{{- if .Values.services }}
apiVersion: v1
kind: Service
metadata:
  {{- include "hundred.metadata" (dict "root" . "part" "${number}") | nindent 2 }}
spec:
  selector: { app: {{ .Release.Name }}, part: "${number}" }
  ports:
    {{- range $name, $port := .Values.ports }}
    - name: {{ $name }}
      port: {{ $port }}
      protocol: TCP
    {{- end }}
{{- end }}
`,
  (number) => `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  {{- include "hundred.metadata" (dict "root" . "part" "${number}") | nindent 2 }}
rules:
  - apiGroups: [""]
    resources: [configmaps]
    resourceNames: [{{ printf "%s-${number}" .Release.Name | quote }}]
    verbs: {{ toJson .Values.verbs }}
`,
  (number) => `{{- $part := dict "root" . "part" "${number}" }}
apiVersion: v1
kind: ServiceAccount
metadata:
  {{- include "hundred.metadata" $part | nindent 2 }}
automountServiceAccountToken: {{ eq (mod ${Number(number)} 8) 3 }}
`,
];

const helpers = `{{- define "hundred.metadata" -}}
name: {{ printf "%s-%s" .root.Release.Name .part }}
labels:
  app.kubernetes.io/instance: {{ .root.Release.Name }}
  helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
  part: {{ .part | quote }}
{{- end -}}
`;

/** Makes `folder` and fills it. */
export async function writeHundred(folder: string): Promise<void> {
  await mkdir(join(folder, 'templates'), { recursive: true });
  const files: Record<string, string> = {
    'Chart.yaml': 'apiVersion: v2\nname: hundred\ndescription: A hundred templates.\nversion: 1.0.0\n',
    'values.yaml':
      'services: true\nports: { http: 8080, metrics: 9090 }\nverbs: [get, watch]\nsettings: { level: info, limits: { cpu: 1, memory: 64Mi } }\n',
    'templates/_helpers.tpl': helpers,
  };
  for (let index = 0; index < hundredCount; index += 1) {
    const number = String(index).padStart(3, '0');
    files[`templates/part-${number}.yaml`] = bodies[index % bodies.length]?.(number) ?? '';
  }
  await Promise.all(Object.entries(files).map(([path, text]) => writeFile(join(folder, path), text)));
}
