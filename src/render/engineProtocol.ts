/**
 * The operations of the render engine, with the shapes of their requests and replies: the same as in `engine/protocol.go`.
 * Types only. A request is one JSON value and, for what is not text, bytes beside it (an archive); a reply is one JSON value.
 * An operation that fails gives `Failure('invalid')` with the words of the library that refused.
 */
import type { KubernetesObject } from '../flux/objects.ts';

/** Any JSON object, such as an object of the API before anything is known of it. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** One source of variables (`postBuild.substituteFrom`) or of values (`valuesFrom`), in the namespace of who refers to it. */
export interface DataSource {
  readonly kind: 'ConfigMap' | 'Secret';
  readonly name: string;
  /** Text by key, Secrets decoded; `undefined`: there is no such object, which is an error unless the reference is optional. */
  readonly data?: Readonly<Record<string, string>>;
}

/** A built object with what the engine knows about where it came from. */
export interface TemplatedObject {
  readonly object: KubernetesObject;
  /** Path of the template below the chart, `templates/deployment.yaml`; with a dependency's folder before it. */
  readonly template: string;
}

export interface TemplatedHook extends TemplatedObject {
  /** `pre-install`, `post-upgrade`, `test`, … */
  readonly events: readonly string[];
  readonly weight: number;
  readonly deletePolicies: readonly string[];
}

export interface ChartFacts {
  readonly name: string;
  readonly version: string;
  readonly appVersion: string;
  /** `application`, or `library`, which nothing can install. */
  readonly type: string;
  /** `''`: any. */
  readonly kubeVersion: string;
  /** The chart's own values.yaml. */
  readonly values: JsonObject;
  /**
   * Names in templates or files of the chart or a dependency: of functions that give another result each time or ask a cluster,
   * and `.Release.IsInstall`, `.Release.IsUpgrade`, `.Release.Revision`.
   */
  readonly impure: readonly string[];
  /** Whether it, or a dependency, brings a values.schema.json. */
  readonly hasSchema: boolean;
  readonly crds: number;
  /** Bytes that the chart holds while it is kept. */
  readonly bytes: number;
}

/** Request, reply and attachment of each operation. */
export interface EngineOperations {
  /** Writes to and removes from a tree of files that stays in the engine; an unknown tree begins empty. */
  files: {
    request: {
      readonly tree: string;
      /** Empties the tree first. */
      readonly clear?: boolean;
      /** Text by path. */
      readonly set?: Readonly<Record<string, string>>;
      /** Base64 by path, for what is no UTF-8. */
      readonly setBytes?: Readonly<Record<string, string>>;
      readonly remove?: readonly string[];
    };
    reply: { readonly files: number; readonly bytes: number };
  };
  /**
   * Replaces a tree by the content of the attached `.tar.gz`, as the controllers unpack an artifact (fluxcd/pkg tar): no links,
   * nothing outside, at most 100 MiB unpacked.
   */
  unpack: {
    request: { readonly tree: string };
    reply: { readonly files: number; readonly bytes: number };
  };
  /** The files of a tree; `texts` holds those that match one of the path endings asked for. */
  listTree: {
    request: { readonly tree: string; readonly textsOf?: readonly string[] };
    reply: {
      readonly files: readonly { readonly path: string; readonly bytes: number }[];
      readonly texts: Readonly<Record<string, string>>;
    };
  };
  /** Drops trees and charts. */
  forget: {
    request: { readonly trees?: readonly string[]; readonly charts?: readonly string[] };
    reply: Record<string, never>;
  };
  /** What kustomize-controller builds: generate, build, substitute, owner labels, common metadata. Nothing is decrypted. */
  kustomization: {
    request: {
      readonly tree: string;
      /** The Flux Kustomization; `spec.path` is read from it. */
      readonly kustomization: JsonObject;
      readonly variables: readonly DataSource[];
      /** A variable that is not set is an error (default since kustomize-controller 1.9.0), else empty text. */
      readonly strict: boolean;
      /**
       * Variables may come from elsewhere: one that is not set has the value `${NAME}`, is listed in `unknown`, and `strict`
       * asks nothing of it. So `${NAME}` stays in the text, `${NAME:=default}` loses its default, and an operator works on
       * the value: `${NAME^^}` is `${NAME}` in capitals, `${#NAME}` its length.
       */
      readonly keepUnknown?: boolean;
      /** For each text that a Secret of the files holds the one that is read in its place; a text that is missing is an error. */
      readonly scrambled?: Readonly<Record<string, string>>;
    };
    reply: {
      /** In the order of the build. */
      readonly objects: readonly KubernetesObject[];
      /** Whether the folder had no kustomization.yaml of its own. */
      readonly generated: boolean;
      /** Names of the variables that the built text refers to, sorted. */
      readonly used: readonly string[];
      /** Those of `used` that nothing sets. */
      readonly unknown: readonly string[];
      /**
       * What Secrets of the files hold (stated, patched, generated), where the build has replacements or variables of kustomize,
       * which may have copied some of it to other objects. Absent: it has none, or no Secret.
       */
      readonly copied?: readonly string[];
    };
  };
  /** Text alone, for a preview and for the cases of the specification (fluxcd/pkg envsubst). */
  substitute: {
    request: { readonly text: string; readonly variables: Readonly<Record<string, string>>; readonly strict: boolean };
    reply: { readonly text: string };
  };
  /** The objects of a YAML text as the controllers read it; lists are unfolded. */
  parse: {
    request: { readonly text: string };
    reply: { readonly objects: readonly KubernetesObject[] };
  };
  /** Loads a chart and keeps it: the attached `.tgz`, else a folder or a `.tgz` in a tree. */
  loadChart: {
    request: { readonly chart: string; readonly tree?: string; readonly path?: string };
    reply: ChartFacts;
  };
  /** `valuesFrom` and `values` as helm-controller merges them (fluxcd/pkg chartutil), the traps of its aliasing included. */
  values: {
    request: {
      /** The HelmRelease. */
      readonly release: JsonObject;
      readonly sources: readonly DataSource[];
    };
    reply: { readonly values: JsonObject };
  };
  /** What helm-controller renders from a chart that was loaded before. */
  release: {
    request: {
      readonly chart: string;
      /** Merged values, from `values`. */
      readonly values: JsonObject;
      /** Replaces the chart's own values: of the values files that its source names (`chart.spec.valuesFiles`), merged. */
      readonly chartValues?: JsonObject;
      readonly name: string;
      readonly namespace: string;
      readonly isUpgrade: boolean;
      /** Appended to the chart's version as `+SUFFIX`: 12 hex digits of an OCI digest. */
      readonly versionSuffix?: string;
      readonly capabilities: {
        /** `v1.36.3`; absent: the engine's own. */
        readonly kubeVersion?: string;
        /** `apps/v1` and `apps/v1/Deployment`; absent: those that Helm assumes without a cluster. */
        readonly apiVersions?: readonly string[];
        /** Known besides those: a cluster that is only described names what it has more than Helm assumes. */
        readonly moreApiVersions?: readonly string[];
      };
      readonly skipSchemaValidation?: boolean;
      readonly postRenderers?: readonly unknown[];
      readonly postRenderStrategy?: string;
      readonly commonMetadata?: JsonObject;
      /** The HelmRelease whose labels helm-controller adds. */
      readonly origin: { readonly name: string; readonly namespace: string };
    };
    reply: {
      /** In Helm's order of installation, hooks and CRDs of `crds/` apart. */
      readonly objects: readonly TemplatedObject[];
      readonly hooks: readonly TemplatedHook[];
      readonly crds: readonly TemplatedObject[];
      readonly notes: string;
      /** Sentences: a schema that lies on the network and was not checked, a value that could not be merged, … */
      readonly warnings: readonly string[];
    };
  };
  /** Versions of the libraries inside. */
  versions: {
    request: Record<string, never>;
    reply: {
      readonly helm: string;
      readonly kustomize: string;
      readonly fluxKustomize: string;
      /** What templates see as `.Capabilities.KubeVersion` without a cluster. */
      readonly kubernetes: string;
    };
  };
}

export type EngineOperation = keyof EngineOperations;
export type EngineRequest<O extends EngineOperation> = EngineOperations[O]['request'];
export type EngineReply<O extends EngineOperation> = EngineOperations[O]['reply'];
