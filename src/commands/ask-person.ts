import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';

/** Asks the person at this terminal. What they type is not shown when it is hidden; Ctrl-C and Ctrl-D answer undefined. */
export async function askPerson(question: string, { hidden = false }: { hidden?: boolean } = {}): Promise<string | undefined> {
  let silent = false;
  const output = new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (!silent) process.stderr.write(chunk);
      done();
    },
  });
  const lines = createInterface({ input: process.stdin, output, terminal: true });
  try {
    return await new Promise((resolve) => {
      lines.once('close', () => resolve(undefined));
      lines.once('SIGINT', () => lines.close());
      lines.question(question, resolve);
      silent = hidden;
    });
  } finally {
    lines.removeAllListeners('close');
    lines.close();
    if (hidden) process.stderr.write('\n');
  }
}
