import { writeFile } from 'node:fs/promises';
import type { Setting } from '../../src/setting-formats.ts';
import { settingsTable } from '../../src/settings-table.ts';

const entries = Object.entries<Setting>(settingsTable);

function wrap(text: string): string[] {
  const lines: string[] = [];
  let line = '#';
  for (const word of text.split(' ')) {
    if (line.length + word.length + 1 > 100) {
      lines.push(line);
      line = '#';
    }
    line = `${line} ${word}`;
  }
  return [...lines, line];
}

function renderEnvExample(): string {
  const intro = wrap(
    'The settings of RepoWatch. Copy this file to .env and fill in what is needed; a variable of the environment wins over the file. The same list with explanations is docs/settings.md.',
  );
  const blocks = entries.map(([name, setting]) => {
    const need = setting.required === true ? 'Needed. ' : '';
    const comment = [...wrap(`${need}${setting.help}`), ...wrap(setting.how)];
    // A needed or secret setting stays empty: an example value would be used as it is.
    const isLive = setting.required === true;
    return [...comment, `${isLive ? '' : '# '}${name}=${setting.default ?? ''}`].join('\n');
  });
  return `${[intro.join('\n'), ...blocks].join('\n\n')}\n`;
}

function renderTable(rows: string[][]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (row: string[]) => `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  const [head, ...body] = rows;
  return [line(head!), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n');
}

function renderSettingsPage(): string {
  const rows = entries.map(([name, setting]) => {
    const preset = setting.required === true ? 'needed' : setting.default ? `\`${setting.default}\`` : '–';
    return [`\`${name}\``, setting.type, preset, setting.help, setting.how].map((cell) => cell.replaceAll('|', String.raw`\|`));
  });
  return [
    '# Settings',
    'RepoWatch reads these from the environment, and beneath it from a file `.env` in the folder it is started in. An empty value counts as not set. When one is missing or bad, the start stops with exit code 1 and one line for each: its name, what is wrong, and how to get a good value.',
    'When nothing at all names an App, what `repowatch register` or the page `/setup` kept in `DATA_DIR` counts ([registering](registering.md)), and without that the server serves the page that registers one; the environment always wins. Otherwise, of `PRIVATE_KEY` and `PRIVATE_KEY_PATH` exactly one is needed. Secret values (`DATABASE_URL`, `PRIVATE_KEY`, `WEBHOOK_SECRET`, `WEBHOOK_SECRET_PREVIOUS`, `CLIENT_SECRET`, `SECRETS_KEY`, `ADMIN_TOKEN`) are never printed.',
    renderTable([['setting', 'value', 'default', 'what it does', 'how to get it'], ...rows]),
  ]
    .join('\n\n')
    .concat('\n');
}

/** The files that are written from the table of settings, by their path in the project. */
export function settingsFiles(): Record<string, string> {
  return { '.env.example': renderEnvExample(), 'docs/settings.md': renderSettingsPage() };
}

// "node test/support/settings-files.ts" writes them after a change of the table.
if (import.meta.main) {
  for (const [path, content] of Object.entries(settingsFiles())) await writeFile(new URL(`../../${path}`, import.meta.url), content);
}
