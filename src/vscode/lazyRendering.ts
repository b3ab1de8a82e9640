/**
 * Rendering in the editor before it is loaded: its commands and the provider of its documents. A window that only looks at a
 * cluster or a file pays for nothing else of it.
 */
import * as vscode from 'vscode';
import { type Disposable, Disposables } from '../base/disposables.ts';
import { renderedScheme } from '../view/renderedSubject.ts';
import type { CommandHandler } from './commandBorder.ts';
import type { RenderCommand } from './commandIds.ts';
import type { Rendering } from './rendering.ts';

/** The commands that load it, with what each tries. */
const attempts = {
  showApplied: 'Show what Flux applies',
  showEffectiveValues: 'Show effective values',
  showVariables: 'Show variables',
  pullChart: 'Pull chart',
} as const satisfies Record<RenderCommand, string>;

export class LazyRendering implements Disposable {
  readonly #disposables = new Disposables();
  readonly #changed = this.#disposables.add(new vscode.EventEmitter<vscode.Uri>());
  readonly #load: () => Promise<Rendering>;
  #loaded: Promise<Rendering> | undefined;

  constructor(load: () => Promise<Rendering>) {
    this.#load = load;
    this.#disposables.add(
      vscode.workspace.registerTextDocumentContentProvider(renderedScheme, {
        onDidChange: this.#changed.event,
        provideTextDocumentContent: (uri) => this.#provide(uri),
      }),
    );
  }

  get handlers(): Readonly<Record<RenderCommand, CommandHandler>> {
    const handler = (command: RenderCommand): CommandHandler => ({
      attempt: attempts[command],
      run: async (argument) => (await this.#once()).run(command, argument),
    });
    return {
      showApplied: handler('showApplied'),
      showEffectiveValues: handler('showEffectiveValues'),
      showVariables: handler('showVariables'),
      pullChart: handler('pullChart'),
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
