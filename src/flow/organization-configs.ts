import type { ConfigStatus } from '../core/statuses.ts';
import type { Db } from '../db/connect.ts';

/** How an organisation's file stands. */
export interface OrganizationState {
  fullName: string;
  status: ConfigStatus;
  problems: unknown[];
}

/** How long an answer is kept: long enough for a busy installation, short enough for people who wait for a change to count. Milliseconds. */
const keepMs = 1_000;

/** The version of the organisation's file that counts for an installation now. */
export class OrganizationConfigs {
  readonly #db: Db;
  readonly #known = new Map<string, { until: number; configId: Promise<string | null> }>();

  constructor(db: Db) {
    this.#db = db;
  }

  /** Its id; null when the installation has none. */
  async find(installationId: string): Promise<string | null> {
    const now = performance.now();
    const known = this.#known.get(installationId);
    if (known && known.until > now) return await known.configId;
    if (this.#known.size > 10_000) this.#known.clear();
    const configId = this.#read(installationId);
    this.#known.set(installationId, { until: now + keepMs, configId });
    configId.catch(() => this.#known.delete(installationId));
    return await configId;
  }

  /** How the organisation's file stands; undefined when the App sees no repository for it. */
  async readState(installationId: string): Promise<OrganizationState | undefined> {
    const { rows } = await this.#db.raw<{ rows: OrganizationState[] }>(
      `select full_name as "fullName", config_status as status, config_problems as problems from repositories
       where installation_id = ? and lower(name) = '.github' and removed_at is null limit 1`,
      [installationId],
    );
    return rows[0];
  }

  /** What was known of an installation may have changed. */
  forget(installationId: string): void {
    this.#known.delete(installationId);
  }

  async #read(installationId: string): Promise<string | null> {
    const { rows } = await this.#db.raw<{ rows: { config_id: string | null }[] }>(
      `select config_id from repositories where installation_id = ? and lower(name) = '.github' and removed_at is null limit 1`,
      [installationId],
    );
    return rows[0]?.config_id ?? null;
  }
}
