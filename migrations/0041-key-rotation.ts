import type { Knex } from 'knex';

const oldKinds = ['reconcile', 'listing', 'recovery', 'replay', 'redrive', 'issues'];

const kindCheck = (kinds: readonly string[]) => `
  alter table jobs drop constraint jobs_kind_check;
  alter table jobs add constraint jobs_kind_check check (kind in (${kinds.map((kind) => `'${kind}'`).join(', ')}));`;

/** Which keys of SECRETS_KEY each running process has, so that nothing is wrapped with one that somebody lacks; and jobs that wrap anew. */
export async function up(trx: Knex): Promise<void> {
  await trx.raw(`
    create table key_holders (
      process_id uuid primary key,
      key_ids text[] not null,
      started_at timestamptz not null default now(),
      seen_at timestamptz not null default now()
    );
    ${kindCheck([...oldKinds, 'rotate_key'])}
  `);
}

/** Removes what `up` made; jobs of this kind are over for an older code, and go. */
export async function down(trx: Knex): Promise<void> {
  await trx.raw(`
    delete from jobs where kind = 'rotate_key';
    ${kindCheck(oldKinds)}
    drop table key_holders;
  `);
}
