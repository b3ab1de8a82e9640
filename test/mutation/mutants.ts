/**
 * Small wrong changes of a source file, found by its syntax: what a tired person might write. Knows no rule and runs nothing.
 */
import ts from 'typescript';

export interface Mutant {
  /** Offset into the text, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
}

const swappedOperators: ReadonlyMap<ts.SyntaxKind, string> = new Map([
  [ts.SyntaxKind.EqualsEqualsEqualsToken, '!=='],
  [ts.SyntaxKind.ExclamationEqualsEqualsToken, '==='],
  [ts.SyntaxKind.LessThanToken, '<='],
  [ts.SyntaxKind.LessThanEqualsToken, '<'],
  [ts.SyntaxKind.GreaterThanToken, '>='],
  [ts.SyntaxKind.GreaterThanEqualsToken, '>'],
  [ts.SyntaxKind.AmpersandAmpersandToken, '||'],
  [ts.SyntaxKind.BarBarToken, '&&'],
  [ts.SyntaxKind.PlusToken, '-'],
  [ts.SyntaxKind.MinusToken, '+'],
]);

/** All mutants within the functions and constants of those names, which stand at the top of the file. */
export function mutantsOf(text: string, names: readonly string[]): Mutant[] {
  const file = ts.createSourceFile('mutated.ts', text, ts.ScriptTarget.Latest, true);
  const found: Mutant[] = [];
  const missing = new Set(names);
  for (const statement of file.statements) {
    const name = ts.isFunctionDeclaration(statement)
      ? statement.name?.text
      : ts.isVariableStatement(statement)
        ? statement.declarationList.declarations[0]?.name.getText()
        : undefined;
    if (name !== undefined && missing.delete(name)) {
      collect(statement, found);
    }
  }
  if (missing.size > 0) {
    throw new Error(`No function or constant named ${[...missing].join(', ')}`);
  }
  return found;
}

function collect(node: ts.Node, found: Mutant[]): void {
  if (ts.isTypeNode(node)) {
    return;
  }
  const replace = (at: ts.Node, replacement: string): void => {
    found.push({ start: at.getStart(), end: at.getEnd(), replacement });
  };
  if (ts.isBinaryExpression(node)) {
    const swapped = swappedOperators.get(node.operatorToken.kind);
    if (swapped !== undefined) {
      replace(node.operatorToken, swapped);
    }
    if (node.operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken) {
      replace(node, `(${node.right.getText()})`);
    }
  } else if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken) {
    replace(node, `(${node.operand.getText()})`);
  } else if (ts.isConditionalExpression(node)) {
    replace(node, `(${node.condition.getText()} ? ${node.whenFalse.getText()} : ${node.whenTrue.getText()})`);
  } else if (ts.isIfStatement(node)) {
    replace(node.expression, 'true as boolean');
    replace(node.expression, 'false as boolean');
  } else if (ts.isRegularExpressionLiteral(node)) {
    const flags = /[a-z]*$/.exec(node.text)?.[0] ?? '';
    replace(node, `/(?!)/${flags}`);
    if (/[\^$]/.test(node.text)) {
      replace(node, node.text.replace(/(?<![\\[])[\^$](?!\{)/, ''));
    }
  } else if (ts.isNumericLiteral(node) && Number(node.text) + 1 !== Number(node.text)) {
    replace(node, String(Number(node.text) + 1));
  } else if (node.kind === ts.SyntaxKind.TrueKeyword || node.kind === ts.SyntaxKind.FalseKeyword) {
    replace(node, node.kind === ts.SyntaxKind.TrueKeyword ? 'false' : 'true');
  } else if (isDecisiveText(node)) {
    replace(node, `('mutated' as never)`);
  }
  node.forEachChild((child) => collect(child, found));
}

/** A text that something is compared with, chosen by or returned as; the words of a message are no decision. */
function isDecisiveText(node: ts.Node): boolean {
  if (!ts.isStringLiteral(node) || node.text === '') {
    return false;
  }
  const { parent } = node;
  return (
    (ts.isBinaryExpression(parent) && swappedOperators.has(parent.operatorToken.kind)) ||
    ts.isArrayLiteralExpression(parent) ||
    ts.isReturnStatement(parent) ||
    (ts.isPropertyAssignment(parent) && parent.name.getText() === 'rule')
  );
}
