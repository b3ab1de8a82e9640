/** Label and field selectors as the API server understands them. Pure. */
import { type ApiObject, stringAt } from './apiObject.ts';
import { badRequest } from './statusBody.ts';

export type Selector = (object: ApiObject) => boolean;

/** Splits at commas that are not inside parentheses: `a in (x,y),b`. */
function requirements(text: string): string[] {
  return text
    .split(/,(?![^(]*\))/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function labelRequirement(text: string): Selector {
  const label = (object: ApiObject, key: string): string | undefined => object.metadata.labels?.[key];
  const set = /^(\S+)\s+(in|notin)\s*\(([^)]*)\)$/.exec(text);
  if (set) {
    const [, key = '', operator, list = ''] = set;
    const values = new Set(list.split(',').map((value) => value.trim()));
    // As Kubernetes: an object without the label is matched by notin, not by in.
    return (object) => values.has(label(object, key) ?? '\0') === (operator === 'in');
  }
  const equality = /^([^!=\s]+)\s*(==|=|!=)\s*([^=\s]*)$/.exec(text);
  if (equality) {
    const [, key = '', operator, value = ''] = equality;
    return (object) => (label(object, key) === value) === (operator !== '!=');
  }
  const exists = /^(!?)\s*([^!=\s()]+)$/.exec(text);
  if (exists) {
    const [, not, key = ''] = exists;
    return (object) => (label(object, key) !== undefined) === (not === '');
  }
  throw badRequest(`unable to parse requirement: ${text}`);
}

/** `app=x,tier in (a,b),!canary`; an empty text selects everything. Throws a Refusal (400) for anything else. */
export function labelSelector(text: string): Selector {
  const parts = requirements(text).map(labelRequirement);
  return (object) => parts.every((part) => part(object));
}

const generalFields: readonly string[] = ['metadata.name', 'metadata.namespace'];
const moreFields: Readonly<Record<string, readonly string[]>> = {
  events: ['reason', 'type', 'reportingComponent', 'source'],
  secrets: ['type'],
  pods: ['spec.nodeName', 'status.phase', 'spec.serviceAccountName'],
  namespaces: ['status.phase'],
};

/** `metadata.name=x,involvedObject.kind!=Pod` for a resource; other fields are refused as on a real server. */
export function fieldSelector(text: string, plural: string): Selector {
  const parts = requirements(text).map((part): Selector => {
    const match = /^([^!=\s]+)(==|=|!=)(.*)$/.exec(part);
    if (!match) {
      throw badRequest(`invalid selector: '${part}'; can't understand '${part}'`);
    }
    const [, field = '', operator, value = ''] = match;
    const known =
      generalFields.includes(field) ||
      (moreFields[plural]?.includes(field) ?? false) ||
      (plural === 'events' && /^(?:involvedObject|regarding)\./.test(field));
    if (!known) {
      throw badRequest(`field label not supported: ${field}`);
    }
    return (object) => ((stringAt(object, ...field.split('.')) ?? '') === value) === (operator !== '!=');
  });
  return (object) => parts.every((part) => part(object));
}
