import { closeSync, ftruncateSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { ToolOutput } from './protocol';

/** Longer outputs go to a file; the model gets a preview and the path (reference 7.7). */
export const OUTPUT_LIMIT = 100_000;
const PREVIEW_CHARS = 4_000;
/** A command that writes without end must not fill the disk. */
const FILE_LIMIT_BYTES = 64 * 1024 * 1024;

const FOLDER = '.tool-outputs';
const PLAIN_ID = /^[A-Za-z0-9_-]{1,100}$/;

/** What the shell prints at the end of a command, for the official bash tool to find. It is no output of the command. */
const SENTINEL = /\n?__ANT_CMD_[0-9a-f-]{36}_DONE__-?\d+\n?$/;
const SENTINEL_BYTES = 100;

/** What the official bash tool answers in the place of a command's output when it ends the command. */
const ENDED_EARLY = /^bash: (?:bash command timed out|This operation was aborted)/;

/** The record of one call's output. */
export interface Recording {
  /**
   * What of the tool's answer goes to the model: the answer itself, or a preview of it that names the file. A command that was
   * ended early is answered with what it had written, too.
   */
  finish(output: ToolOutput): ToolOutput;
}

/**
 * Keeps outputs that are too long for a result in files of the working directory, where the file tools can read them. The
 * official bash tool remembers only the last 100 KiB of what a command wrote, so the shell's streams are read along
 * (`shellWrote`) and go to the file from their first byte.
 */
export class OutputFiles {
  private shell: ShellOutput | undefined;
  private count = 0;

  constructor(private readonly workdir: string) {}

  /** Begins the record of a call. The toolset runs one shell command at a time, so what the shell writes belongs to it. */
  record(id: string, tool: string): Recording {
    const shell = tool === 'bash' ? new ShellOutput(() => this.create(id)) : undefined;
    if (shell) this.shell = shell;
    return {
      finish: (output) => {
        if (shell && this.shell === shell) this.shell = undefined;
        return shell?.better(output) ?? this.shorten(id, output);
      },
    };
  }

  /** What the shell wrote, piece by piece. */
  shellWrote(text: string): void {
    this.shell?.write(text);
  }

  private shorten(id: string, output: ToolOutput): ToolOutput {
    const text = typeof output === 'string' ? output : onlyText(output);
    if (text === undefined || text.length <= OUTPUT_LIMIT) return output;
    const file = this.create(id);
    file?.write(text);
    file?.close();
    return previewOf({ head: text, tail: text, length: text.length, file });
  }

  private create(id: string): OutputFile | undefined {
    this.count += 1;
    const path = join(this.workdir, FOLDER, `${PLAIN_ID.test(id) ? id : `call-${this.count}`}.txt`);
    try {
      mkdirSync(join(this.workdir, FOLDER), { recursive: true });
      return new OutputFile(path);
    } catch {
      return undefined;
    }
  }
}

/** A file that grows up to a bound. A write that fails ends it: what is there so far stays. */
class OutputFile {
  private readonly fd: number;
  private bytes = 0;
  complete = true;

  constructor(readonly path: string) {
    this.fd = openSync(path, 'w+', 0o600);
  }

  write(text: string): void {
    if (!this.complete) return;
    const body = Buffer.from(text);
    const fits = body.subarray(0, FILE_LIMIT_BYTES - this.bytes);
    this.complete = fits.length === body.length;
    try {
      this.bytes += writeSync(this.fd, fits);
    } catch {
      this.complete = false;
    }
  }

  close({ withoutSentinel = false } = {}): void {
    if (withoutSentinel && this.complete) this.cutSentinel();
    closeSync(this.fd);
  }

  private cutSentinel(): void {
    const tail = Buffer.alloc(Math.min(SENTINEL_BYTES, this.bytes));
    readSync(this.fd, tail, 0, tail.length, this.bytes - tail.length);
    const found = SENTINEL.exec(tail.toString('latin1'));
    if (found) ftruncateSync(this.fd, this.bytes - tail.length + found.index);
  }
}

/** What a shell command writes: in memory up to the limit, in a file beyond it. */
class ShellOutput {
  private head = '';
  private length = 0;
  private file: OutputFile | undefined;
  private overflowed = false;

  constructor(private readonly create: () => OutputFile | undefined) {}

  write(text: string): void {
    this.length += text.length;
    if (this.overflowed) {
      this.file?.write(text);
      return;
    }
    this.head += text;
    if (this.head.length <= OUTPUT_LIMIT) return;
    this.overflowed = true;
    this.file = this.create();
    this.file?.write(this.head);
    this.head = this.head.slice(0, PREVIEW_CHARS);
  }

  /** What says more than the tool's answer does, where something does. */
  better(answer: ToolOutput): ToolOutput | undefined {
    const text = typeof answer === 'string' ? answer : (onlyText(answer) ?? '');
    if (this.overflowed) {
      this.file?.close({ withoutSentinel: true });
      return previewOf({ head: this.head, tail: text, length: this.length, file: this.file });
    }
    if (this.head === '' || !ENDED_EARLY.test(text)) return undefined;
    return `${text}\nUntil then it wrote:\n${this.head}`;
  }
}

interface LongOutput {
  readonly head: string;
  readonly tail: string;
  readonly length: number;
  readonly file: OutputFile | undefined;
}

function previewOf({ head, tail, length, file }: LongOutput): string {
  const where = file
    ? `${file.complete ? 'All of it' : 'The first part of it'} is in ${file.path}; look at it in parts.`
    : 'It could not be kept.';
  return [
    `The output has about ${length} characters, too many to show. ${where} It begins:`,
    head.slice(0, PREVIEW_CHARS),
    '[...]',
    'And it ends:',
    tail.slice(-PREVIEW_CHARS),
  ].join('\n');
}

function onlyText(blocks: Exclude<ToolOutput, string>): string | undefined {
  const texts = blocks.map((block) => (block.type === 'text' ? block.text : undefined));
  return texts.every((text) => text !== undefined) ? texts.join('\n') : undefined;
}
