import { describeError } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import { findAddon, listLaunchPlans, type LaunchPlan } from './launch.ts';
import { ScriptChild, type ChildJob, type ScriptEnd } from './script-child.ts';
import { TypeStripper } from './type-stripper.ts';

/** A script to run and whose it is: a child process is never shared by two tenants. */
export interface ScriptJob extends ChildJob {
  tenant: string;
  /** True when `source` is TypeScript. */
  typed?: boolean;
}

/** Child processes that run scripts. */
export interface ScriptPool {
  /** Runs one script; resolves for every end, with scripts_unavailable where none can run. */
  run(job: ScriptJob): Promise<ScriptEnd>;
  /** Resolves when a first child is ready; answers why scripts cannot run here, or undefined. */
  warmUp(): Promise<string | undefined>;
  /** Ends all children and everything that still runs. */
  close(): Promise<void>;
}

interface PoolOptions {
  /** The most child processes at once, about 50 MB each. One tenant gets all but one of them, so that a flood leaves room. */
  size: number;
  log: Log;
  /** After so many runs a child is replaced. */
  runsPerChild?: number;
  /** Path of isolated-vm's binary; found by itself unless given. */
  addon?: string;
}

interface Waiting {
  job: ScriptJob;
  resolve: (end: ScriptEnd) => void;
}

/** Creates the pool. The first child starts at once, so that the first script finds one waiting. */
export function createScriptPool(options: PoolOptions): ScriptPool {
  const pool = new ChildPool(options);
  const types = new TypeStripper();
  return {
    async run(job) {
      if (job.typed !== true || job.signal.aborted) return await pool.run(job);
      const stripped = await types.strip(job.source);
      return stripped.ok ? await pool.run({ ...job, source: stripped.value }) : { ...stripped, log: [] };
    },
    warmUp: () => pool.warmUp(),
    async close() {
      types.close();
      await pool.close();
    },
  };
}

class ChildPool {
  readonly #options: PoolOptions;
  readonly #idle: ScriptChild[] = [];
  readonly #all = new Set<ScriptChild>();
  readonly #busyByTenant = new Map<string, number>();
  #waiting: Waiting[] = [];
  #plans = listLaunchPlans();
  #addon: string | undefined;
  #starting = 0;
  #unavailable: string | undefined;
  #closed = false;
  #planWorks = false;
  /** After a failed start the spare waits a while; a waiting script still tries at once. */
  #retryAt = 0;
  readonly #first: Promise<void>;

  constructor(options: PoolOptions) {
    this.#options = options;
    try {
      this.#addon = options.addon ?? findAddon();
    } catch (error) {
      this.#giveUp(describeError(error));
    }
    this.#first = this.#start();
  }

  async warmUp(): Promise<string | undefined> {
    await this.#first;
    return this.#unavailable;
  }

  run(job: ScriptJob): Promise<ScriptEnd> {
    if (job.signal.aborted) return Promise.resolve(refusal('interrupted', 'The script was stopped before it began.'));
    return new Promise((resolve) => {
      const leave = () => {
        if (this.#leaveQueue(entry)) entry.resolve(refusal('interrupted', 'The script was stopped before it began.'));
      };
      const entry: Waiting = {
        job,
        resolve: (end) => {
          job.signal.removeEventListener('abort', leave);
          resolve(end);
        },
      };
      job.signal.addEventListener('abort', leave, { once: true });
      this.#waiting.push(entry);
      this.#serve();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const { resolve } of this.#waiting.splice(0)) resolve(refusal('interrupted', 'RepoWatch is stopping.'));
    for (const child of this.#all) child.kill();
    await this.#first;
    await Promise.all([...this.#all].map((child) => child.gone));
  }

  /** Gives waiting jobs to children, the longest waiting first, as far as each tenant's share goes; asks for children that are missing. */
  #serve(): void {
    const share = Math.max(1, this.#options.size - 1);
    let missing = 0;
    for (const entry of this.#waiting.slice()) {
      const { job, resolve } = entry;
      if (this.#closed || this.#unavailable !== undefined) {
        this.#leaveQueue(entry);
        resolve(this.#closed ? refusal('interrupted', 'RepoWatch is stopping.') : refusal('scripts_unavailable', this.#unavailable ?? ''));
      } else if ((this.#busyByTenant.get(job.tenant) ?? 0) < share) {
        const child = this.#takeChild(job.tenant);
        if (child && this.#leaveQueue(entry)) void this.#runIn(child, entry);
        else missing += 1;
      }
    }
    this.#startMissing(missing);
    this.#keepSpare();
  }

  #leaveQueue(entry: Waiting): boolean {
    const index = this.#waiting.indexOf(entry);
    if (index !== -1) this.#waiting.splice(index, 1);
    return index !== -1;
  }

  /** The tenant's own child, else one that has served nobody. */
  #takeChild(tenant: string): ScriptChild | undefined {
    const child = this.#idle.find((other) => other.tenant === tenant) ?? this.#idle.find((other) => other.tenant === undefined);
    if (child) this.#idle.splice(this.#idle.indexOf(child), 1);
    return child;
  }

  async #runIn(child: ScriptChild, { job, resolve }: Waiting): Promise<void> {
    child.tenant = job.tenant;
    this.#busyByTenant.set(job.tenant, (this.#busyByTenant.get(job.tenant) ?? 0) + 1);
    const end = await child.run(job);
    const busy = (this.#busyByTenant.get(job.tenant) ?? 1) - 1;
    if (busy === 0) this.#busyByTenant.delete(job.tenant);
    else this.#busyByTenant.set(job.tenant, busy);
    if (child.dead || child.runs >= (this.#options.runsPerChild ?? 1000)) this.#discard(child);
    else this.#idle.push(child);
    resolve(end);
    this.#serve();
  }

  /** Once scripts are in use, one child that belongs to nobody is kept ready: for a new tenant, and in place of one that dies. */
  #keepSpare(): void {
    const full = this.#all.size >= this.#options.size;
    const spare = this.#starting > 0 || this.#idle.some((child) => child.tenant === undefined);
    if (!full && !spare && this.#planWorks && !this.#closed && this.#retryAt <= Date.now()) void this.#start();
  }

  /** Starts children for jobs that found none, in place of idle ones of other tenants when the pool is full. */
  #startMissing(count: number): void {
    for (let wanted = count - this.#starting; wanted > 0 && !this.#closed; wanted -= 1) {
      if (this.#all.size >= this.#options.size) {
        const idle = this.#idle.shift();
        if (!idle) return;
        this.#discard(idle);
      }
      void this.#start();
    }
  }

  #discard(child: ScriptChild): void {
    child.kill();
    this.#forget(child);
  }

  #forget(child: ScriptChild): void {
    this.#all.delete(child);
    const index = this.#idle.indexOf(child);
    if (index !== -1) this.#idle.splice(index, 1);
  }

  /** Starts one child under the strongest plan that works here; the plans that failed once are not tried again. */
  async #start(): Promise<void> {
    if (this.#addon === undefined || this.#closed) return;
    this.#starting += 1;
    let problem: string | undefined;
    for (let plan = this.#plans[0]; plan && !this.#closed; plan = this.#plans[0]) {
      const child = new ScriptChild(plan, this.#addon);
      this.#all.add(child);
      void child.gone.then(() => this.#forget(child));
      problem = await child.ready();
      if (problem === undefined) {
        this.#logPlan(plan);
        this.#idle.push(child);
        break;
      }
      this.#discard(child);
      if (this.#planWorks || this.#plans.length === 1) break;
      this.#options.log.info({ problem, ...plan }, 'scripts: a way to fence in the child process does not work here, trying the next');
      this.#plans = this.#plans.filter((other) => other !== plan);
    }
    this.#starting -= 1;
    if (problem !== undefined) this.#startFailed(problem);
    this.#serve();
  }

  #logPlan(plan: LaunchPlan): void {
    if (this.#planWorks) return;
    this.#planWorks = true;
    this.#plans = [plan];
    this.#options.log.info({ withoutNetwork: plan.unshare !== null, asNobody: plan.asNobody }, 'scripts: child processes are ready');
  }

  /** A machine on which a child once worked is only short of something; one on which none ever did cannot run scripts. */
  #startFailed(problem: string): void {
    if (this.#closed) return;
    if (!this.#planWorks) return this.#giveUp(problem);
    this.#retryAt = Date.now() + 10_000;
    this.#options.log.warn({ problem }, 'scripts: a child process could not be started');
    for (const { resolve } of this.#waiting.splice(0))
      resolve(refusal('script_crashed', `No process could be started for the script: ${problem}`));
  }

  #giveUp(problem: string): void {
    this.#unavailable = `Scripts cannot run on this machine: ${problem}. Other actions work; see docs/errors.md#scripts_unavailable.`;
    this.#options.log.error({ problem }, 'scripts: isolated-vm cannot be loaded, script steps will fail; everything else works');
    this.#serve();
  }
}

function refusal(code: 'interrupted' | 'scripts_unavailable' | 'script_crashed', message: string): ScriptEnd {
  return { ok: false, code, message, log: [] };
}
