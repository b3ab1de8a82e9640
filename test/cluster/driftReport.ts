/** How predictions fared, by class of mutation, ours and the flux program's side by side: one table for people. */

/** `agreed`: what was told came about, and nothing else. `unknown`: it was said beforehand that nothing can be told. */
export type Verdict = 'agreed' | 'unknown' | 'missed' | 'wrong';

export interface JudgedCase {
  readonly drift: string;
  readonly number: number;
  readonly what: string;
  readonly ours: Verdict;
  /** What ours differs in; empty when agreed. */
  readonly told: string;
  readonly theirs: Verdict;
  readonly theirsTold: string;
}

const verdicts: readonly Verdict[] = ['agreed', 'unknown', 'missed', 'wrong'];

/** One line for each class and one for all. */
export function reportTable(cases: readonly JudgedCase[]): string {
  const classes = [...new Set(cases.map(({ drift }) => drift))];
  const rows = [
    ...classes.map((drift) =>
      tableRow(
        drift,
        cases.filter((each) => each.drift === drift),
      ),
    ),
    tableRow('all', cases),
  ];
  const head = [
    '',
    'cases',
    ...['ours', 'flux diff'].flatMap((who) => verdicts.map((verdict) => `${who}: ${verdict}`)),
  ];
  const widths = head.map((title, column) =>
    Math.max(...[head, ...rows].map((row) => String(row[column]).length), title.length),
  );
  const line = (row: readonly (string | number)[]): string =>
    row
      .map((cell, column) => (column === 0 ? String(cell).padEnd(widths[0]!) : String(cell).padStart(widths[column]!)))
      .join('  ');
  return [line(head), ...rows.map(line)].join('\n');
}

function tableRow(title: string, cases: readonly JudgedCase[]): readonly (string | number)[] {
  const count = (who: 'ours' | 'theirs', verdict: Verdict) => cases.filter((each) => each[who] === verdict).length;
  return [
    title,
    cases.length,
    ...(['ours', 'theirs'] as const).flatMap((who) => verdicts.map((verdict) => count(who, verdict))),
  ];
}

/** Every case on lines of its own: what was done, and what either missed or told wrongly. */
export function reportCases(cases: readonly JudgedCase[]): string {
  return cases
    .map(({ drift, number, what, ours, told, theirs, theirsTold }) =>
      [
        `${drift} ${number}: ${what}`,
        `  ours ${ours}${told === '' ? '' : `: ${told}`}`,
        `  flux diff ${theirs}${theirsTold === '' ? '' : `: ${theirsTold}`}`,
      ].join('\n'),
    )
    .join('\n');
}
