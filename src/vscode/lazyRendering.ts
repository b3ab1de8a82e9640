/**
 * Rendering in the editor before it is loaded: its commands and the provider of its documents. A window that only looks at a
 * cluster or a file pays for nothing else of it.
 */
import * as vscode from 'vscode';
import { type Disposable, Disposables } from '../base/disposables.ts';
import { diffScheme, goneText } from '../view/diffAddress.ts';
import { renderedScheme } from '../view/renderedSubject.ts';
import type { CommandHandler } from './commandBorder.ts';
import type { ChangeCommand, DiffCommand, FieldCommand, RenderCommand } from './commandIds.ts';
import type { Rendering } from './rendering.ts';

/** The commands that load it, with what each tries. */
const attempts = {
  showApplied: 'Show what Flux applies',
  showEffectiveValues: 'Show effective values',
  showVariables: 'Show variables',
  pullChart: 'Pull chart',
} as const satisfies Record<RenderCommand, string>;

const diffAttempts = {
  diffObject: 'Diff',
  diffManifest: 'Diff of a manifest',
  diffRawDocument: 'Compare raw document',
  chooseComparison: 'Choose what Diff compares with',
  reconcileShown: 'Reconcile now',
  forceShown: 'Force an upgrade',
} as const satisfies Record<DiffCommand, string>;

const changeAttempts = {
  whatWouldThisChangeDo: 'Working out what this change does',
  compareFolder: 'Compare a folder with the cluster',
} as const satisfies Record<ChangeCommand, string>;

const fieldAttempts = {
  copyLiveValue: 'Copy the live value into the file',
  ignoreField: 'Ignore this field',
  detectDrift: 'Turn on drift detection',
} as const satisfies Record<FieldCommand, string>;

export class LazyRendering implements Disposable {
  readonly #disposables = new Disposables();
  readonly #changed = this.#disposables.add(new vscode.EventEmitter<vscode.Uri>());
  readonly #load: () => Promise<Rendering>;
  #loaded: Promise<Rendering> | undefined;
  #diffText: ((uri: vscode.Uri) => string) | undefined;

  constructor(load: () => Promise<Rendering>) {
    this.#load = load;
    this.#disposables.add(
      vscode.workspace.registerTextDocumentContentProvider(renderedScheme, {
        onDidChange: this.#changed.event,
        provideTextDocumentContent: (uri) => this.#provide(uri),
      }),
    );
    // Nothing is kept over a reload of the window, so what asks before anything is loaded gets the word on that.
    this.#disposables.add(
      vscode.workspace.registerTextDocumentContentProvider(diffScheme, {
        provideTextDocumentContent: (uri) => this.#diffText?.(uri) ?? goneText,
      }),
    );
  }

  get handlers(): Readonly<Record<RenderCommand | DiffCommand | ChangeCommand | FieldCommand, CommandHandler>> {
    const handler = (command: RenderCommand): CommandHandler => ({
      attempt: attempts[command],
      run: async (argument) => (await this.#once()).run(command, argument),
    });
    const comparing = (command: DiffCommand): CommandHandler => ({
      attempt: diffAttempts[command],
      run: async (argument) => (await this.#once()).diff(command, argument),
    });
    const ofChange = (command: ChangeCommand): CommandHandler => ({
      attempt: changeAttempts[command],
      run: async (argument) => (await this.#once()).change(command, argument),
    });
    const editing = (command: FieldCommand): CommandHandler => ({
      attempt: fieldAttempts[command],
      run: async (argument) => (await this.#once()).changeFile(command, argument),
    });
    return {
      showApplied: handler('showApplied'),
      showEffectiveValues: handler('showEffectiveValues'),
      showVariables: handler('showVariables'),
      pullChart: handler('pullChart'),
      diffObject: comparing('diffObject'),
      diffManifest: comparing('diffManifest'),
      diffRawDocument: comparing('diffRawDocument'),
      chooseComparison: comparing('chooseComparison'),
      reconcileShown: comparing('reconcileShown'),
      forceShown: comparing('forceShown'),
      copyLiveValue: editing('copyLiveValue'),
      ignoreField: editing('ignoreField'),
      detectDrift: editing('detectDrift'),
      whatWouldThisChangeDo: ofChange('whatWouldThisChangeDo'),
      compareFolder: ofChange('compareFolder'),
    };
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  /** Tabs that were open when the window was reloaded ask for their texts before anybody runs a command. */
  async #provide(uri: vscode.Uri): Promise<string> {
    try {
      return await (await this.#once()).text(uri);
    } catch (error) {
      return `# ${error instanceof Error ? error.message.replaceAll(/\s+/g, ' ') : 'Cannot be rendered'}\n`;
    }
  }

  async #once(): Promise<Rendering> {
    this.#loaded ??= this.#load().then((rendering) => {
      this.#disposables.add(rendering);
      this.#diffText = (uri) => rendering.diffText(uri);
      this.#disposables.add(rendering.onDidChange((uri) => this.#changed.fire(uri)));
      return rendering;
    });
    try {
      return await this.#loaded;
    } catch (error) {
      this.#loaded = undefined; // whoever asks next tries again
      throw error;
    }
  }
}
