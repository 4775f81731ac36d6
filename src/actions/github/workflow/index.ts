import { z } from 'zod';
import { ok } from '../../../core/outcome.ts';
import type { ActionKind } from '../../action.ts';
import type { GitHubAnswer } from '../../github-access.ts';
import { repositoryField } from '../../github-input.ts';
import { sendOnce } from '../../github-once.ts';
import { runOnGitHub, type GitHubStep } from '../../github-step.ts';
import { branchField, readDefaultBranch } from '../../github-target.ts';

/** GitHub's limit (handbook G4). */
const maxInputs = 25;

/** `with:` of a step that starts a workflow. */
export const workflowInput = z.strictObject({
  repository: repositoryField,
  workflow: z
    .union([
      z.int().positive().transform(String),
      z.string().regex(/^[\w.-]{1,200}$/, 'Write the name of the file, such as deploy.yml, or the id of the workflow.'),
    ])
    .describe('The file in .github/workflows, or the id of the workflow.'),
  ref: branchField.optional().describe('The branch or tag whose version is run; without it the one of the change, or the default branch.'),
  inputs: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String))
    .default({})
    .refine((inputs) => Object.keys(inputs).length <= maxInputs, `At most ${maxInputs} inputs: GitHub takes no more.`),
});

const idSchema = z.union([z.int(), z.bigint()]).transform(String);
const detailsSchema = z.object({ workflow_run_id: idSchema, html_url: z.string() });
const runsSchema = z.object({
  workflow_runs: z.array(
    z.object({
      id: idSchema,
      html_url: z.string(),
      head_branch: z.string().nullish(),
      created_at: z.string(),
      actor: z.object({ login: z.string(), type: z.string().optional() }).nullish(),
    }),
  ),
});

/** A run of a workflow; its id is null where GitHub does not tell it. */
type Started = { run_id: string | null; url: string | null; found: boolean };

/** How long a workflow run may take to be listed, and how far clocks may be apart. Milliseconds. */
const listedMs = 30_000;
const clocksApartMs = 60_000;

/** Starts a workflow that has a `workflow_dispatch` trigger. */
export const kind: ActionKind<typeof workflowInput> = {
  name: 'github/workflow',
  title: 'Start a workflow',
  schema: workflowInput,
  secretFields: [],
  permissions: { actions: 'write' },
  defaultTimeoutMs: 60_000,
  run: (context, tools) =>
    runOnGitHub(context, tools, {
      permissions: kind.permissions,
      async work(step, { workflow, ref: given, inputs }) {
        const { repository } = step;
        const own = context.facts.ref?.['name'];
        const ref = given ?? (typeof own === 'string' ? own : undefined);
        const chosen = ref === undefined ? await readDefaultBranch(repository, context.facts) : ok(ref);
        if (!chosen.ok) return chosen;
        const { replay, id: run } = context.facts.run;
        const key = replay ? `${step.token}.${run}` : step.token;
        const wish = { workflow, ref: chosen.value, inputs, key };
        const started = await sendOnce<Started>(step, {
          key: `workflow ${key}`,
          now: () => context.now(),
          seenAfterMs: listedMs,
          send: () => start(step, wish),
          lookUp: (sentAt) => findRun(step, wish, sentAt),
        });
        return started.ok ? ok({ workflow, ref: chosen.value, ...started.value }) : started;
      },
    }),
};

interface Wish {
  workflow: string;
  ref: string;
  inputs: Record<string, string>;
  key: string;
}

async function start(step: GitHubStep, { workflow, ref, inputs, key }: Wish): Promise<GitHubAnswer<Started>> {
  const path = `/actions/workflows/${workflow}/dispatches`;
  const body = { ref, inputs, return_run_details: true };
  const done = await step.repository.write({ method: 'POST', path, body, answer: z.unknown() });
  if (!done.ok) return done;
  // Older servers answer 204 and nothing.
  const details = detailsSchema.safeParse(done.value);
  if (!details.success) return ok({ run_id: null, url: null, found: false });
  const { workflow_run_id: id, html_url: url } = details.data;
  await take(step, id, key);
  return ok({ run_id: id, url, found: false });
}

/** A run that we started since then, on this ref, that belongs to no other step. */
async function findRun(step: GitHubStep, { workflow, ref, key }: Wish, sentAt: Date): Promise<GitHubAnswer<Started | undefined>> {
  const since = new Date(sentAt.getTime() - clocksApartMs);
  const query = new URLSearchParams({
    event: 'workflow_dispatch',
    created: `>=${since.toISOString().replace(/\.\d+Z$/, 'Z')}`,
    per_page: '100',
  });
  const listed = await step.repository.read(`/actions/workflows/${workflow}/runs?${query.toString()}`, runsSchema);
  if (!listed.ok) return listed;
  const branch = ref.replace(/^refs\/(?:heads|tags)\//, '');
  for (const run of listed.value.workflow_runs.toReversed()) {
    const fits = step.isOurs(run.actor) && (run.head_branch ?? branch) === branch && Date.parse(run.created_at) >= since.getTime();
    if (!fits) continue;
    const taken = await take(step, run.id, key);
    if (!taken.ok) return taken;
    if (taken.value) return ok({ run_id: run.id, url: run.html_url, found: true });
  }
  return ok(undefined);
}

/** Notes whose run of a workflow it is; false when it is another step's. Fails while another step looks at it: whose it is is not known then. */
async function take({ repository }: GitHubStep, id: string, key: string): Promise<GitHubAnswer<boolean>> {
  const claim = await repository.claim(`workflow run ${id}`, 5_000);
  if (!claim.ok) return claim;
  const { known } = claim.value;
  await claim.value.end(known ?? key);
  return ok(known === null || known === key);
}
