/**
 * The answer to "what is missing?" as a page of Markdown: what was asked, what the cluster said, what to do about it.
 * Pure text; the facts come from `cluster/prerequisites.ts`.
 */
import type { KindRights, Prerequisites } from '../cluster/prerequisites.ts';
import { escapeMarkdown } from './markdown.ts';

/** Oldest Kubernetes minor by Flux minor (flux2 cmd/flux/check.go at each release). */
const oldestKubernetes: readonly (readonly [flux: string, kubernetesMinor: number])[] = [
  ['2.3', 28],
  ['2.4', 28],
  ['2.5', 30],
  ['2.6', 31],
  ['2.7', 32],
  ['2.8', 33],
  ['2.9', 33],
];

export function prerequisitesReport(facts: Prerequisites): string {
  const title = `# Prerequisites on ${escapeMarkdown(facts.context)}\n`;
  if (typeof facts.server !== 'string') {
    const why = escapeMarkdown(facts.server.message);
    return `${title}\n- ✗ The API server does not answer: ${why}. Check the network and the kubeconfig, then retry.\n`;
  }
  return [
    title,
    '## Cluster\n',
    `- ✓ Kubernetes ${facts.server}`,
    ...controllerLines(facts),
    '\n## Flux kinds and your rights\n',
    '| kind | version | list | watch | patch |',
    '| --- | --- | --- | --- | --- |',
    ...facts.kinds.map(kindLine),
    '',
    advice(facts),
    '',
  ].join('\n');
}

function controllerLines(facts: Prerequisites): string[] {
  const { controllers } = facts;
  if (controllers.state === 'unknown') {
    return ['- ? The Flux controllers could not be read: that needs the right to list Deployments.'];
  }
  if (controllers.items.length === 0) {
    return ['- ✗ No Flux controllers found (Deployments labelled `app.kubernetes.io/part-of=flux`).'];
  }
  const version = controllers.fluxVersion;
  const lines =
    version === undefined ? ['- ? Flux of an unknown version'] : [versionLine(version, String(facts.server))];
  return lines.concat(
    controllers.items.map(
      (item) =>
        `- ${item.running ? '✓' : '✗'} ${item.namespace}/${item.name} ${item.version ?? ''}: ${item.readyReplicas} of ${item.desiredReplicas} ready`,
    ),
  );
}

function versionLine(flux: string, server: string): string {
  const minor = /^v?1\.(\d+)/.exec(server)?.[1];
  const needed = oldestKubernetes.find(([known]) => flux.startsWith(`${known}.`))?.[1];
  return needed !== undefined && minor !== undefined && Number(minor) < needed
    ? `- ✗ Flux ${flux} needs Kubernetes 1.${needed} or newer`
    : `- ✓ Flux ${flux}`;
}

function kindLine(entry: KindRights): string {
  const may = (right: boolean | undefined): string => (right === undefined ? '?' : right ? '✓' : '✗');
  return entry.version === undefined
    ? `| ${entry.kind.kind} | not served | | | |`
    : `| ${entry.kind.kind} | ${entry.version} | ${may(entry.list)} | ${may(entry.watch)} | ${may(entry.patch)} |`;
}

function advice(facts: Prerequisites): string {
  const served = facts.kinds.filter((entry) => entry.version !== undefined);
  if (served.length === 0) {
    return 'No Flux kind is served: install Flux (`flux install` or `flux bootstrap`), see https://fluxcd.io/flux/installation/.';
  }
  const unread = served.filter((entry) => entry.list === false || entry.watch === false);
  if (unread.length > 0) {
    return `Ask for the verbs \`list\` and \`watch\` on ${unread.map((entry) => `\`${entry.kind.plural}.${entry.kind.group}\``).join(', ')}, or set \`driftline.namespaces\` to the namespaces that you may read.`;
  }
  if (served.some((entry) => entry.patch === false)) {
    return 'The tree is complete. Reconcile, suspend and resume need the verb `patch` where the table says ✗.';
  }
  return 'Nothing is missing.';
}
