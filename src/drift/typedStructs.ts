/**
 * Fields that an object gains when it is written by its Go type: a struct that is no pointer is written even where nothing is in it
 * (kubernetes staging/src/k8s.io/api, measured with kustomize-controller 1.9). Who sends `{}` owns the field, and without it the
 * next apply would take away all that the server has put in there: the labels of a Job's pods, which it then demands. Pure.
 */
import { asList, asRecord } from '../flux/untyped.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Of a kind that the controllers know by its type (`isTyped`). What has not the form of its kind is left as it is. */
export function withTypedStructs(object: Fields): Fields {
  const kind = `${String(object['apiVersion'])} ${String(object['kind'])}`;
  return Object.hasOwn(byKind, kind) ? (byKind[kind] ?? unchanged)(object) : object;
}

type Change = (fields: Fields) => Fields;

const unchanged: Change = (fields) => fields;

/** All of them, one after the other. */
function each(...changes: readonly Change[]): Change {
  return (fields) => changes.reduce((changed, change) => change(changed), fields);
}

/** `{}` where nothing is. */
function struct(name: string, change: Change = unchanged): Change {
  return (fields) => {
    const inside = fields[name] ?? {};
    const record = asRecord(inside);
    return record ? { ...fields, [name]: change(record) } : fields;
  };
}

/** Within a field that may be absent. */
function inside(name: string, change: Change): Change {
  return (fields) => {
    const record = asRecord(fields[name]);
    return record ? { ...fields, [name]: change(record) } : fields;
  };
}

function items(name: string, change: Change): Change {
  return (fields) => {
    const list = asList(fields[name]);
    const written = (item: unknown): unknown => {
      const record = asRecord(item);
      return record ? change(record) : item;
    };
    return list ? { ...fields, [name]: list.map(written) } : fields;
  };
}

/** A quantity is a struct as well, and nothing is written as 0. */
const quantity: Change = (fields) => ({ ...fields, divisor: fields['divisor'] ?? '0' });

const container = each(struct('resources'), items('env', inside('valueFrom', inside('resourceFieldRef', quantity))));

const claim = inside('spec', struct('resources'));

const podSpec = each(
  items('containers', container),
  items('initContainers', container),
  items('ephemeralContainers', container),
  items(
    'volumes',
    each(
      inside('ephemeral', inside('volumeClaimTemplate', each(struct('metadata'), claim))),
      inside('downwardAPI', items('items', inside('resourceFieldRef', quantity))),
    ),
  ),
);

const podTemplate = each(struct('metadata'), inside('spec', podSpec));
const template = inside('template', podTemplate);

const byKind: Readonly<Record<string, Change>> = {
  'v1 Namespace': struct('spec'),
  'v1 Pod': inside('spec', podSpec),
  'v1 PersistentVolumeClaim': claim,
  'v1 ReplicationController': inside('spec', template),
  'apps/v1 Deployment': inside('spec', each(struct('strategy'), template)),
  'apps/v1 DaemonSet': inside('spec', each(struct('updateStrategy'), template)),
  'apps/v1 ReplicaSet': inside('spec', template),
  'apps/v1 StatefulSet': inside(
    'spec',
    each(struct('updateStrategy'), template, items('volumeClaimTemplates', each(claim, struct('status')))),
  ),
  'batch/v1 Job': inside('spec', template),
  'batch/v1 CronJob': inside('spec', inside('jobTemplate', each(struct('metadata'), inside('spec', template)))),
};
