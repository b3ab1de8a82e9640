/** What a followed commit says of itself at the head of the tree and in the status bar, and what it offers to do. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { CommitPhase, CommitProgress, ConsumerProgress, SourceProgress } from '../../../src/flux/followCommit.ts';
import type { ObjectId } from '../../../src/flux/objectKey.ts';
import {
  consumerText,
  type FollowedCommit,
  followedRow,
  followedStatusBar,
  followedText,
  openConsumers,
  reconcilableSource,
} from '../../../src/view/followedCommit.ts';

const kustomization = (name: string, namespace = 'flux-system'): ObjectId => ({
  group: 'kustomize.toolkit.fluxcd.io',
  kind: 'Kustomization',
  namespace,
  name,
});

function source(state: SourceProgress['state'], more: Partial<SourceProgress> = {}): SourceProgress {
  return {
    id: { group: 'source.toolkit.fluxcd.io', kind: 'GitRepository', namespace: 'flux-system', name: 'flux-system' },
    follows: { by: 'branch', name: 'main' },
    offers: 'abcdef0'.padEnd(40, '1'),
    interval: '1m0s',
    message: '',
    consumers: [],
    ...more,
    state,
  };
}

type Consumer = readonly [name: string, state: string, detail?: ObjectId | string];

function consumer([name, state, detail]: Consumer): ConsumerProgress {
  const id = kustomization(name);
  switch (state) {
    case 'failing':
      return { id, state, message: typeof detail === 'string' ? detail : '' };
    case 'waiting':
      return { id, state, for: detail };
    default:
      return { id, state: state as 'applied' };
  }
}

const fetched = (...consumers: readonly Consumer[]): SourceProgress =>
  source('fetched', { consumers: consumers.map(consumer) });

/** All can be seen unless it says otherwise. */
type Progress = Omit<CommitProgress, 'whole'> & Partial<CommitProgress>;

const whole = { sources: true, appliers: true };

function followed(progress: Progress | undefined, more: Partial<FollowedCommit> = {}): FollowedCommit {
  return {
    commit: '5f2c1a9'.padEnd(40, '0'),
    subject: 'Raise the limit',
    context: 'homelab',
    home: 'flux-system',
    readOnly: false,
    progress: progress && { whole, ...progress },
    ...more,
  };
}

interface Row {
  readonly phase: CommitPhase;
  readonly sources: readonly SourceProgress[];
  /** Of these, others may exist that cannot be seen. */
  readonly partly?: keyof CommitProgress['whole'];
  readonly text: string;
  /** Words of the row that offer something, besides stopping. */
  readonly offers?: readonly string[];
  readonly bar?: string;
}

const infra = kustomization('infra');
const other = { ...source('waiting').id, namespace: 'teams', name: 'shop' };

const rows: readonly Row[] = [
  { phase: 'notPushed', sources: [source('elsewhere')], text: '5f2c1a9 is not pushed' },
  {
    phase: 'noSource',
    sources: [],
    text: '5f2c1a9 is pushed, but nothing in homelab takes from this repository',
  },
  {
    phase: 'elsewhere',
    sources: [source('elsewhere')],
    text: '5f2c1a9 is not on main, which flux-system follows',
    offers: ['canFetchFollowed'],
  },
  {
    phase: 'elsewhere',
    sources: [
      source('elsewhere'),
      source('elsewhere', { id: other, follows: { by: 'tag', name: 'v1' } }),
      source('elsewhere', { follows: { by: 'commit', name: '0123456789abcdef' } }),
    ],
    text: '5f2c1a9 is not on main, which flux-system follows, the tag v1, which teams/shop follows and 0123456, which flux-system follows',
    offers: ['canFetchFollowed'],
  },
  {
    phase: 'untold',
    sources: [source('unknown')],
    text: '5f2c1a9: cannot be told: the clone does not have abcdef0 of flux-system',
    offers: ['canFetchFollowed'],
  },
  {
    phase: 'waiting',
    sources: [source('waiting')],
    text: '5f2c1a9 is pushed, waiting for GitRepository flux-system (fetches every 1m)',
    offers: ['canReconcileFollowed'],
    bar: '$(git-commit) 5f2c1a9',
  },
  {
    phase: 'waiting',
    sources: [source('waiting', { interval: '1h30m0s', follows: { by: 'range', name: '1.x' } })],
    text: '5f2c1a9 is pushed, waiting for a tag in 1.x, which GitRepository flux-system follows',
    offers: ['canReconcileFollowed'],
  },
  {
    phase: 'waiting',
    sources: [
      source('waiting', {
        id: { ...other, kind: 'OCIRepository' },
        follows: { by: 'made', name: '' },
        interval: '1h30m0s',
      }),
    ],
    text: '5f2c1a9 is pushed, waiting for an artifact made of it, which OCIRepository teams/shop takes (looks every 1h30m)',
    offers: ['canReconcileFollowed'],
  },
  {
    phase: 'waiting',
    sources: [source('failing', { message: 'authentication required' })],
    text: '5f2c1a9 is pushed, GitRepository flux-system cannot fetch: authentication required',
    offers: ['canReconcileFollowed'],
  },
  {
    phase: 'waiting',
    sources: [source('suspended')],
    text: '5f2c1a9 is pushed, GitRepository flux-system is suspended and will not fetch it',
  },
  {
    phase: 'applying',
    sources: [
      fetched(
        ['infra', 'failing', 'timeout'],
        ['apps', 'waiting', infra],
        ['a', 'applied'],
        ['b', 'applied'],
        ['c', 'applied'],
      ),
    ],
    text: '5f2c1a9 is fetched by flux-system, applied by 3 of 5 (1 waiting on infra, 1 failing)',
    offers: ['canShowFailing'],
    bar: '$(git-commit) 5f2c1a9 3/5 $(error) 1',
  },
  {
    phase: 'applying',
    sources: [fetched(['a', 'progressing'], ['b', 'waiting'], ['c', 'suspended'], ['d', 'unknown'])],
    text: '5f2c1a9 is fetched by flux-system, applied by 0 of 3 (1 waiting, 1 applying, 1 cannot be told); 1 suspended will not take it',
    offers: ['canFetchFollowed'],
    bar: '$(git-commit) 5f2c1a9 0/3',
  },
  {
    phase: 'applying',
    sources: [fetched(), source('waiting', { id: other })],
    text: '5f2c1a9 is fetched by flux-system; waiting for GitRepository teams/shop (fetches every 1m)',
    offers: ['canReconcileFollowed'],
  },
  {
    phase: 'landed',
    sources: [fetched(['a', 'applied'], ['b', 'applied'], ['c', 'suspended'], ['d', 'suspended'])],
    text: '5f2c1a9 has landed: applied by all 2; 2 suspended will not take it',
    bar: '$(check) 5f2c1a9',
  },
  {
    phase: 'landed',
    sources: [fetched(['a', 'applied'])],
    text: '5f2c1a9 has landed: applied by the one that takes it',
  },
  { phase: 'landed', sources: [fetched()], text: '5f2c1a9 is fetched by flux-system, and nothing takes it from there' },
  {
    phase: 'noSource',
    sources: [],
    partly: 'sources',
    text: '5f2c1a9 is pushed, but nothing that can be seen in homelab takes from this repository',
  },
  {
    phase: 'applying',
    sources: [fetched(['a', 'applied'], ['b', 'waiting'])],
    partly: 'appliers',
    text: '5f2c1a9 is fetched by flux-system, applied by 1 of at least 2 (1 waiting)',
  },
  {
    phase: 'level',
    sources: [fetched(['a', 'applied'], ['b', 'applied'])],
    partly: 'appliers',
    text: '5f2c1a9 is applied by all 2 that can be seen; whether others take it cannot be told',
    bar: '$(git-commit) 5f2c1a9',
  },
  {
    phase: 'level',
    sources: [fetched(['a', 'applied'])],
    partly: 'sources',
    text: '5f2c1a9 is applied by the one that can be seen; whether others take it cannot be told',
  },
  {
    phase: 'level',
    sources: [fetched()],
    partly: 'appliers',
    text: '5f2c1a9 is fetched by flux-system, and nothing that can be seen takes it from there',
  },
];

describe('a followed commit says where it stands', () => {
  for (const { phase, sources, partly, text, offers = [], bar } of rows) {
    test(text, () => {
      const one = followed({ phase, sources, whole: partly === undefined ? whole : { ...whole, [partly]: false } });
      assert.equal(followedText(one), text);
      const row = followedRow(one);
      assert.equal(row.label, text);
      assert.equal(row.description, 'Raise the limit');
      assert.deepEqual(row.contextValue.split(' '), ['note', ...offers, 'canStopFollowing']);
      assert.equal(row.key, undefined, 'it stands for no object that a command on rows could change');
      assert.deepEqual(row.command?.id, 'driftline.showFollowed');
      if (bar !== undefined) {
        assert.equal(followedStatusBar(one).text, bar);
      }
      assert.equal(followedStatusBar(one).accessibility, `Following ${text}`);
    });
  }

  test('while the cluster is read, and where the clone cannot be read', () => {
    assert.equal(followedText(followed(undefined)), '5f2c1a9: reading homelab…');
    const failed = followed(undefined, { failure: 'the program git was not found' });
    assert.equal(followedText(failed), '5f2c1a9: the program git was not found');
    assert.equal(followedRow(failed).icon.id, 'warning');
  });

  test('a read-only window reconciles nothing', () => {
    const waiting = followed({ phase: 'waiting', sources: [source('waiting')] });
    assert.equal(reconcilableSource(waiting)?.name, 'flux-system');
    const readOnly = { ...waiting, readOnly: true };
    assert.equal(reconcilableSource(readOnly), undefined);
    assert.doesNotMatch(followedRow(readOnly).contextValue, /canReconcile/);
  });

  test('what needs somebody is red, whatever else goes on', () => {
    const icon = (progress: Progress): string => followedRow(followed(progress)).icon.id;
    assert.equal(icon({ phase: 'applying', sources: [fetched(['a', 'progressing'])] }), 'sync');
    assert.equal(icon({ phase: 'applying', sources: [fetched(['a', 'progressing'], ['b', 'failing'])] }), 'error');
    assert.equal(icon({ phase: 'waiting', sources: [source('failing')] }), 'error');
    assert.equal(icon({ phase: 'landed', sources: [fetched(['a', 'applied'])] }), 'pass');
    assert.equal(
      icon({ phase: 'level', sources: [fetched(['a', 'applied'])] }),
      'question',
      'what is not known is not green',
    );
  });
});

describe('those that have not applied it', () => {
  const sources = [
    fetched(
      ['done', 'applied'],
      ['off', 'suspended'],
      ['late', 'waiting', infra],
      ['told', 'waiting', 'a certificate'],
      ['new', 'waiting'],
      ['bad', 'failing', 'no such\nfile'],
    ),
  ];

  test('the ones that need somebody first, each with why', () => {
    const open = openConsumers({ phase: 'applying', sources, whole });
    assert.deepEqual(
      open.map((one) => [one.id.name, consumerText(one, 'flux-system')]),
      [
        ['bad', 'failing: no such file'],
        ['late', 'waiting for infra'],
        ['told', 'waiting for a certificate'],
        ['new', 'not begun'],
        ['off', 'suspended, will not take it'],
      ],
    );
  });

  test('the tooltip names them', () => {
    const tooltip = followedRow(followed({ phase: 'applying', sources })).tooltip();
    assert.match(tooltip, /- Kustomization bad\\: failing\\: no such file/);
    assert.doesNotMatch(tooltip, /Kustomization done/);
  });
});

test('text from a repository and a cluster is shown as text', () => {
  const hostile = 'Look $(alert) [here](command:x)\n<img src=x>';
  const failing = source('failing', { message: hostile });
  const one = followed({ phase: 'waiting', sources: [failing] }, { subject: hostile, context: hostile });
  const row = followedRow(one);
  assert.doesNotMatch(row.label + row.description, /\n|\]\(/);
  assert.doesNotMatch(row.tooltip(), /\[here\]\(|<img|\$\(/);
  const bar = followedStatusBar(one);
  assert.doesNotMatch(bar.tooltip, /\[here\]\(|<img|\$\(/);
  assert.doesNotMatch(bar.text, /alert|here/);
});

test('credentials that a controller or Git quotes are shown nowhere', () => {
  const quoted = 'unable to clone https://bot:CANARY@git.example.com/x';
  const sources = [
    fetched(['bad', 'failing', quoted], ['told', 'waiting', quoted]),
    source('failing', { id: other, message: quoted }),
  ];
  for (const one of [
    followed({ phase: 'applying', sources }),
    followed({ phase: 'waiting', sources }),
    followed(undefined, { failure: quoted }),
  ]) {
    const row = followedRow(one);
    const bar = followedStatusBar(one);
    const picked = openConsumers(one.progress).map((each) => consumerText(each, one.home));
    const shown = [row.label, row.tooltip(), bar.text, bar.tooltip, bar.accessibility, ...picked];
    assert.doesNotMatch(shown.join('\n'), /CANARY/);
    assert.match(shown.join('\n'), /git\\?\.example/, 'the rest of what it says is told');
  }
});
