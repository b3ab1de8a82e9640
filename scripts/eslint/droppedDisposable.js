/**
 * An ESLint rule: a call whose result can be disposed must not stand alone as a statement. A dropped subscription is a
 * leak that no test sees. Needs type information.
 */
import { ESLintUtils } from '@typescript-eslint/utils';

/** Mocha's suites and runners have a `dispose` that Mocha itself calls: `describe(…)` and `runner.on(…)` drop nothing. */
function isOwned(dispose) {
  return (
    dispose !== undefined &&
    !(dispose.declarations ?? []).some((each) => each.getSourceFile().fileName.includes('/@types/mocha/'))
  );
}

export const droppedDisposable = ESLintUtils.RuleCreator.withoutDocs({
  meta: {
    type: 'problem',
    messages: {
      dropped: 'The result must be disposed one day: add it to a Disposables list or keep it.',
    },
    schema: [],
  },
  defaultOptions: [],
  create(context) {
    const services = ESLintUtils.getParserServices(context);
    return {
      ExpressionStatement(node) {
        const call = node.expression.type === 'ChainExpression' ? node.expression.expression : node.expression;
        if (call.type !== 'CallExpression' && call.type !== 'NewExpression') {
          return;
        }
        // `list.add(x)` and `list.push(x)` hand the thing over: the list owns it.
        if (
          call.callee.type === 'MemberExpression' &&
          call.callee.property.type === 'Identifier' &&
          ['add', 'push', 'set'].includes(call.callee.property.name)
        ) {
          return;
        }
        const type = services.getTypeAtLocation(call);
        const parts = type.isUnion() ? type.types : [type];
        if (parts.some((part) => isOwned(part.getProperty('dispose')))) {
          context.report({ node, messageId: 'dropped' });
        }
      },
    };
  },
});
