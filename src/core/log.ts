import { pino, type Logger, type LevelWithSilent } from 'pino';

/** A structured log: one JSON line per decision, with the ids that join it to its row. */
export type Log = Logger;

/** Tokens and keys that must never be printed, whatever brings them into a line (handbook B16). */
const secretText =
  /gh[a-z]_[A-Za-z0-9._-]{20,}|github_pat_[A-Za-z0-9_]{20,}|whsec_[A-Za-z0-9+/=]{16,}|-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g;

/** Replaces everything that looks like a credential in a text. */
function redactText(text: string): string {
  return text.replace(secretText, '[redacted]');
}

/** Creates the process's log. Bodies and headers are never logged; known credential shapes are replaced in the finished line. */
export function createLog(options: { level: LevelWithSilent; write?: (line: string) => void }): Log {
  const write = options.write ?? ((line: string): void => void process.stdout.write(line));
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: ['*.authorization', '*.secret', '*.token', '*.password', '*.privateKey', 'secret', 'token'], censor: '[redacted]' },
    },
    { write: (line: string) => write(redactText(line)) },
  );
}
