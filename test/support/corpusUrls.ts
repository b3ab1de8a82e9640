/** Where the real repositories of the tests come from: the URLs that their sources name. */
export const corpusUrls = {
  'billimek-k8s-gitops': 'https://github.com/billimek/k8s-gitops',
  'flux-talos': 'https://github.com/bluevulpine/flux-talos',
  'home-ops': 'https://github.com/onedr0p/home-ops',
  homelab: 'https://github.com/shanks-t/k8s-slm-log-agent',
  'hub-spoke-example': 'https://github.com/fluxcd/flux2-hub-spoke-example',
  'kustomize-helm-example': 'https://github.com/fluxcd/flux2-kustomize-helm-example',
} as const;

export type CorpusName = keyof typeof corpusUrls;
