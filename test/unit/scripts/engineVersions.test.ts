/** The engine is made of the modules that the controllers are made of: it must not drift from those of the test cluster. */
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { projectRoot } from '../../../scripts/projectRoot.ts';

interface Modules {
  /** Version by path, as it is built: replacements are in force. */
  readonly versions: ReadonlyMap<string, string>;
  /** Paths that a folder stands in for. */
  readonly standIns: ReadonlySet<string>;
}

function modulesOf(file: string): Modules {
  const text = readFileSync(join(projectRoot, file), 'utf8');
  const versions = new Map<string, string>();
  for (const [, path = '', version = ''] of text.matchAll(/^\t([^\s]+\.[^\s]+) (v\S+)/gm)) {
    versions.set(path, version);
  }
  const standIns = new Set<string>();
  for (const [, path = '', by = '', version] of text.matchAll(/^\t(\S+) => (\S+)(?: (v\S+))?/gm)) {
    if (version === undefined) {
      standIns.add(path);
    } else {
      assert.equal(by, path, 'a module that takes the place of another has another name');
      versions.set(path, version);
    }
  }
  return { versions, standIns };
}

describe('the modules of the engine', () => {
  const engine = modulesOf('engine/go.mod');
  const controllers = modulesOf('test/cluster/programs/go.mod');

  it('have the versions that the controllers of the test cluster are built from', () => {
    const other = [...engine.versions]
      .filter(([path]) => !engine.standIns.has(path))
      .filter(([path, version]) => controllers.versions.get(path) !== version)
      .map(([path, version]) => `${path} ${version}, the controllers: ${controllers.versions.get(path) ?? 'none'}`);
    assert.deepEqual(other, []);
  });

  it('are those that render, and nothing that reaches a cluster', () => {
    for (const path of [
      'github.com/fluxcd/pkg/kustomize',
      'github.com/fluxcd/pkg/chartutil',
      'helm.sh/helm/v4',
      'sigs.k8s.io/kustomize/api',
    ]) {
      assert.ok(engine.versions.has(path), path);
    }
    assert.deepEqual([...engine.standIns].sort(), [
      'k8s.io/api',
      'k8s.io/apiextensions-apiserver',
      'k8s.io/client-go',
      'sigs.k8s.io/controller-runtime',
    ]);
  });

  it('say the minor version of Kubernetes that Helm tells templates', () => {
    const minor = (path: string) => engine.versions.get(path)?.split('.')[1];
    assert.equal(minor('k8s.io/client-go'), minor('k8s.io/apimachinery'));
  });
});

describe('the sources of the engine', () => {
  const sources = readdirSync(join(projectRoot, 'engine'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.go'),
  );

  it('name the version of each library whose code they follow', () => {
    const engine = modulesOf('engine/go.mod');
    const controllers = modulesOf('test/cluster/programs/go.mod');
    const named: readonly (readonly [words: string, path: string])[] = [
      ['helm', 'helm.sh/helm/v4'],
      ['helm-controller', 'github.com/fluxcd/helm-controller'],
      ['kustomize-controller', 'github.com/fluxcd/kustomize-controller'],
      ['source-controller', 'github.com/fluxcd/source-controller'],
      ['fluxcd/pkg/kustomize', 'github.com/fluxcd/pkg/kustomize'],
      ['fluxcd/pkg/ssa', 'github.com/fluxcd/pkg/ssa'],
      ['fluxcd/pkg/tar', 'github.com/fluxcd/pkg/tar'],
      ['kyaml', 'sigs.k8s.io/kustomize/kyaml'],
      ['kustomize api', 'sigs.k8s.io/kustomize/api'],
      ['client-go', 'k8s.io/client-go'],
    ];
    for (const source of sources) {
      const text = readFileSync(join(projectRoot, 'engine', source), 'utf8').replaceAll(/\n\s*\/\/ /g, ' ');
      for (const [words, path] of named) {
        for (const [, version] of text.matchAll(new RegExp(`(?<![\\w/-])${words} (v\\d[\\w.-]*\\d)`, 'g'))) {
          const expected = controllers.versions.get(path) ?? engine.versions.get(path);
          assert.equal(version, expected, `${source} follows another version of ${words}`);
        }
      }
    }
  });
});
