import { createHash } from 'node:crypto';
import { spawn, type ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import type { ErrorCode } from '../../core/error-catalogue.ts';
import { failed, ok, type Outcome } from '../../core/outcome.ts';
import { readUsage } from './process-usage.ts';

type Stripped = Outcome<string, ErrorCode>;

/** What the child says of a source: the text without types, or what is wrong; `broken` when it can do no more. */
type Reply = { text: string } | { error: string; line: number | null } | { broken: string };

const tooDeep = 'The script is nested too deeply to take its types out.';

/** What one source may take of the processor, the start of the process included: ten times what 128 KB need. Milliseconds. */
const maxCpuMs = 1_500;
/** How long one source may take by the clock; a machine under load takes seconds. Milliseconds. */
const deadlineMs = 20_000;
const watchIntervalMs = 50;
/** A process that nobody needed for so long ends. Milliseconds. */
const idleMs = 60_000;
const rememberedSources = 100;

/**
 * Takes the types out of TypeScript, in a process of its own: the compiler in Node can be brought to its knees by text – it then fails for
 * everything that comes after, and RepoWatch itself is loaded by it. What is left stands where it stood, so that lines stay right.
 */
export class TypeStripper {
  readonly #known = new Map<string, Promise<Stripped>>();
  #child: ChildProcess | undefined;
  #line: Promise<unknown> = Promise.resolve();
  #idle: NodeJS.Timeout | undefined;
  #closed = false;

  /** The source as JavaScript; `script_invalid` with the line for what is no TypeScript, or more than types. */
  strip(source: string): Promise<Stripped> {
    const key = createHash('sha256').update(source).digest('base64');
    const known = this.#known.get(key);
    if (known) return known;
    const stripped = this.#line.then(() => this.#ask(source));
    this.#line = stripped;
    this.#known.set(key, stripped);
    // What a lost process left open is asked again.
    void stripped.then((end) => (end.ok || end.code === 'script_invalid' ? undefined : this.#known.delete(key)));
    const [oldest] = this.#known.keys();
    if (this.#known.size > rememberedSources && oldest !== undefined) this.#known.delete(oldest);
    return stripped;
  }

  /** Ends the process. */
  close(): void {
    this.#closed = true;
    this.#end();
  }

  async #ask(source: string): Promise<Stripped> {
    if (this.#closed) return failed('interrupted', 'RepoWatch is stopping.');
    clearTimeout(this.#idle);
    const reply = await this.#send(source);
    if (reply === undefined || 'broken' in reply) this.#end();
    else this.#idle = setTimeout(() => this.#end(), idleMs).unref();
    if (reply === undefined) return failed('script_crashed', 'The types could not be taken out of the script in time.');
    if ('text' in reply) return ok(reply.text);
    if ('broken' in reply) return failed('script_invalid', tooDeep);
    return failed('script_invalid', `${reply.error}${reply.line === null ? '' : ` (line ${reply.line})`}`);
  }

  /** Undefined when the process died or took too long. */
  #send(source: string): Promise<Reply | undefined> {
    const child = (this.#child ??= this.#start());
    const { promise, resolve } = Promise.withResolvers<Reply | undefined>();
    const take = (reply: unknown) => resolve(reply as Reply);
    const lose = () => resolve(undefined);
    const timer = setTimeout(lose, deadlineMs);
    const before = readUsage(child.pid)?.cpuMs ?? 0;
    // Some texts take twice as long for each letter more.
    const watch = setInterval(() => {
      if ((readUsage(child.pid)?.cpuMs ?? 0) - before > maxCpuMs) resolve({ broken: 'took too long' });
    }, watchIntervalMs);
    child.once('message', take).once('exit', lose).once('error', lose);
    child.send(source, (error) => (error ? lose() : undefined));
    return promise.finally(() => {
      clearTimeout(timer);
      clearInterval(watch);
      child.off('message', take).off('exit', lose).off('error', lose);
    });
  }

  #start(): ChildProcess {
    const flags = [
      '--max-old-space-size=128',
      '--disable-warning=ExperimentalWarning',
      '--disable-warning=SecurityWarning',
      '--permission',
    ];
    const child = spawn(process.execPath, [...flags, '--input-type=commonjs', '--eval', stripperProgram], {
      cwd: '/',
      env: {},
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      ...(process.getuid?.() === 0 && { uid: 65_534, gid: 65_534 }),
    });
    child.on('error', () => {});
    child.unref();
    (child.channel as Socket | null | undefined)?.unref();
    return child;
  }

  #end(): void {
    clearTimeout(this.#idle);
    this.#child?.kill('SIGKILL');
    this.#child = undefined;
  }
}

/** The child: one source in, one reply out. Node puts the line in front of the stack. */
function serveTypes(): void {
  const { stripTypeScriptTypes } = process.getBuiltinModule('node:module');
  process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  process.on('message', (source: string) => {
    let reply: object;
    try {
      reply = { text: stripTypeScriptTypes(source) };
    } catch (error) {
      const { code, message, stack } = error as Error & { code?: string };
      if (code?.endsWith('_TYPESCRIPT_SYNTAX')) {
        const line = /^[^\n]*?:(\d+)\n/.exec(stack ?? '')?.[1];
        reply = { error: message.slice(0, 1000), line: line === undefined ? null : Number(line) };
      } else reply = { broken: message.slice(0, 200) };
    }
    process.send?.(reply);
  });
}

const stripperProgram = `'use strict';
(${String(serveTypes)})();`;
