/** The place that an error names at the head of a rendered document, as a link to that line of that file. */
import { join } from 'node:path';
import * as vscode from 'vscode';
import { resolvePath } from '../manifests/repositoryPath.ts';
import { parseRenderedAddress, renderedScheme } from '../view/renderedSubject.ts';

/** Until disposed. */
export function linkErrors(): vscode.Disposable {
  return vscode.languages.registerDocumentLinkProvider(
    { scheme: renderedScheme },
    {
      provideDocumentLinks: (document) => {
        const subject = parseRenderedAddress(document.uri);
        const line = document.lineAt(0);
        const [, path = '', number = ''] = /^# (.+):(\d+)$/.exec(line.text) ?? [];
        // Nothing outside of the repository, whatever the text says.
        if (!subject || path === '' || resolvePath('', path) !== path) {
          return [];
        }
        const target = vscode.Uri.file(join(subject.root, path)).with({ fragment: `L${number}` });
        return [new vscode.DocumentLink(new vscode.Range(0, 2, 0, line.text.length), target)];
      },
    },
  );
}
